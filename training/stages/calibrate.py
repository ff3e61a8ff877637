"""Fit the scale that makes the logit's sigmoid a probability, and the fused score's weight."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from ..calibration import fit, reliability, sigmoid
from ..collection import Collection

READ = 20
"""The number of candidates that the product's reranker reads."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("collections", type=Path, help="folder of the collections' .npz files")
    parser.add_argument("model", help="name of the model's logits there, such as teacher-256")


def run(options: argparse.Namespace) -> None:
    # The pairs of all collections; every collection has the same weight in the fit.
    stored_logits = np.load(options.collections / "logits" / f"{options.model}.npz")
    parts = []
    for path in sorted(options.collections.glob("*.npz")):
        collection = Collection.load(path)
        present = collection.candidates[:, :READ] >= 0
        logits = stored_logits[collection.name][:, :READ][present].astype(np.float64)
        fused = collection.fused[:, :READ][present]
        labels = collection.gain[:, :READ][present] > 0
        shares = np.full(len(logits), 1 / len(logits))
        parts.append(np.stack([logits, fused, labels, shares]))
    logits, fused, labels, shares = np.concatenate(parts, axis=1)
    # The logit alone.
    scale, shift = fit(logits[:, None], labels, shares)
    odds = scale * logits + shift
    print(f"quantise --scale {scale:.4f} --shift {shift:+.4f}")
    print(reliability(sigmoid(odds), labels))
    # The logit with the fused score.
    inputs = np.stack([odds, fused], 1)
    blend = fit(inputs, labels, shares)
    print("Blend(odds={:.3f}, fused={:.2f}, shift={:.3f})".format(*blend))
    print(reliability(sigmoid(inputs @ blend[:2] + blend[2]), labels))
