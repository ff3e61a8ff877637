"""Train fewer layers on the logits of twelve layers."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from ..checkpoints import save
from ..corpus import Corpus, open_tokenizer
from ..cross_encoder import from_folder
from ..lists import Dealer
from ..loop import Pace, Pupil, streamed, train
from ..losses import divergence, margins
from ..mined import Mined

# A pupil's name → the teacher's layers with which it begins, its learning rate, and its loss.
PUPILS = {
    "six": ((0, 2, 4, 7, 9, 11), 1e-4, divergence),
    "four": ((0, 3, 7, 11), 1.5e-4, divergence),
    "three": ((0, 5, 11), 1.5e-4, divergence),
    "four-margins": ((0, 3, 7, 11), 1.5e-4, margins),
}
SIZE, HARDEST, MAX_TOKENS = 12, 8, 256


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "work",
        type=Path,
        help="folder of corpus.npz, mined.npz and teacher; each pupil gets a folder there",
    )
    parser.add_argument("pupils", nargs="+", choices=PUPILS, help="pupils to train, side by side")
    parser.add_argument(
        "--seconds", type=float, default=400.0, help="wall time of training (%(default)s)"
    )
    parser.add_argument("--queries", type=int, default=48, help="queries a step (%(default)s)")
    parser.add_argument(
        "--steps", type=int, default=0, help="end after so many steps, to try the stage"
    )
    parser.add_argument(
        "--workers", type=int, default=12, help="processes that deal lists (%(default)s)"
    )


def run(options: argparse.Namespace) -> None:
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(2)
    torch.set_float32_matmul_precision("high")
    corpus, mined = Corpus.load(options.work / "corpus.npz"), Mined.load(options.work / "mined.npz")
    folder = options.work / "teacher"
    tokenizer = open_tokenizer(folder)
    pace = Pace(options.seconds, options.queries, steps=options.steps, hardest=HARDEST)
    pupils = [
        Pupil(name, from_folder(folder, layers), rate, distance)
        for name, (layers, rate, distance) in PUPILS.items()
        if name in options.pupils
    ]

    def dealer(seed: int) -> Dealer:
        # The seeds differ from the teacher's, so that the pupils see other lists.
        return Dealer(corpus, mined, tokenizer, SIZE, MAX_TOKENS, 1000 + seed)

    with streamed(dealer, pace, options.workers) as stream:
        steps = train(pupils, stream, pace, device, from_folder(folder))
    for pupil in pupils:
        save(pupil.model, options.work / pupil.name, folder)
    print(f"{steps} steps of {pace.queries} queries", flush=True)
