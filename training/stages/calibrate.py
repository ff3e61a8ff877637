"""Make the logit's sigmoid a probability."""

from __future__ import annotations

import argparse
from itertools import islice
from pathlib import Path

import numpy as np
import torch

from ..calibration import Held, fit, reliability
from ..checkpoints import save
from ..corpus import Corpus, open_tokenizer
from ..cross_encoder import from_folder
from ..lists import Dealer
from ..mining import Mined

SIZE, MOST, QUERIES = 10, 256, 1500


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("work", type=Path, help="folder of corpus.npz and mined.npz")
    parser.add_argument("models", type=Path, nargs="+", help="model folders, whose classifiers are scaled in place")
    parser.add_argument("--queries", type=int, default=QUERIES, help="held-out queries (%(default)s)")


def run(given: argparse.Namespace) -> None:
    device = "cuda" if torch.cuda.is_available() else "cpu"
    corpus, mined = Corpus.load(given.work / "corpus.npz"), Mined.load(given.work / "mined.npz")
    for folder in given.models:
        model = from_folder(folder).to(device).eval()
        dealer = Dealer(corpus, mined, open_tokenizer(folder), SIZE, MOST, 5, held_out=True)
        held = score_lists(model, next(islice(dealer.deal(given.queries, 32_768), 1)), device)
        scale, shift = fit(held.logits, held.labels)
        with torch.no_grad():
            model.classifier.weight.mul_(scale)
            model.classifier.bias.mul_(scale).add_(shift)
        save(model, folder, folder)
        np.savez_compressed(folder / "held.npz", logits=held.logits, fused=held.fused, labels=held.labels)
        print(f"{folder.name}: scale {scale:.3f}, shift {shift:+.3f}\n{reliability(held.logits * scale + shift, held.labels)}", flush=True)


@torch.inference_mode()
def score_lists(model, lists, device: str) -> Held:
    """The logits of dealt lists."""
    logits = np.zeros(lists.fused.size, np.float32)
    for batch in lists.batches:
        with torch.autocast("cuda", torch.bfloat16, enabled=device == "cuda"):
            given = model(torch.from_numpy(batch.ids).to(device).long(), torch.from_numpy(batch.seconds).to(device).long())
        logits[batch.places] = given.cpu().numpy()
    labels = np.zeros_like(lists.fused)
    labels[:, 0] = lists.answered
    return Held(logits, lists.fused.ravel(), labels.ravel())
