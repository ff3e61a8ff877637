"""Make the logit's sigmoid a probability, and weigh it against the fused score."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from ..calibration import fit, reliability, sigmoid
from ..collection import Collection

READ = 20
"""Candidates that the product's reranker reads."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("collections", type=Path, help="folder of the collections' .npz files")
    parser.add_argument("model", help="name of its logits there, such as teacher-256")


def run(given: argparse.Namespace) -> None:
    scored = np.load(given.collections / "logits" / f"{given.model}.npz")
    parts = []
    for path in sorted(given.collections.glob("*.npz")):
        one = Collection.load(path)
        there = one.candidates[:, :READ] >= 0
        logits = scored[one.name][:, :READ][there].astype(np.float64)
        shares = np.full(len(logits), 1 / len(logits))
        parts.append(
            np.stack([logits, one.fused[:, :READ][there], one.gain[:, :READ][there] > 0, shares])
        )
    logits, fused, labels, shares = np.concatenate(parts, axis=1)
    scale, shift = fit(logits[:, None], labels, shares)
    odds = scale * logits + shift
    print(f"quantise --scale {scale:.4f} --shift {shift:+.4f}")
    print(reliability(sigmoid(odds), labels))
    both = np.stack([odds, fused], 1)
    blend = fit(both, labels, shares)
    print("Blend(odds={:.3f}, fused={:.2f}, shift={:.3f})".format(*blend))
    print(reliability(sigmoid(both @ blend[:2] + blend[2]), labels))
