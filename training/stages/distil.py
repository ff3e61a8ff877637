"""Train fewer layers on what twelve layers say."""

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

# a pupil's name → the teacher's layers that it begins with, its rate, and how it follows
PUPILS = {
    "six": ((0, 2, 4, 7, 9, 11), 1e-4, divergence),
    "four": ((0, 3, 7, 11), 1.5e-4, divergence),
    "three": ((0, 5, 11), 1.5e-4, divergence),
    "four-margins": ((0, 3, 7, 11), 1.5e-4, margins),
}
SIZE, HARDEST, MOST = 12, 8, 256


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "work",
        type=Path,
        help="folder of corpus.npz, mined.npz and teacher; each pupil gets a folder there",
    )
    parser.add_argument("pupils", nargs="+", choices=PUPILS, help="which to train, side by side")
    parser.add_argument(
        "--seconds", type=float, default=400.0, help="wall time of training (%(default)s)"
    )
    parser.add_argument("--queries", type=int, default=48, help="queries a step (%(default)s)")
    parser.add_argument("--steps", type=int, default=0, help="end after so many, to try the stage")
    parser.add_argument(
        "--workers", type=int, default=12, help="processes that deal lists (%(default)s)"
    )


def run(given: argparse.Namespace) -> None:
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(2)
    torch.set_float32_matmul_precision("high")
    corpus, mined = Corpus.load(given.work / "corpus.npz"), Mined.load(given.work / "mined.npz")
    folder = given.work / "teacher"
    tokenizer = open_tokenizer(folder)
    pace = Pace(given.seconds, given.queries, steps=given.steps, hardest=HARDEST)
    pupils = [
        Pupil(name, from_folder(folder, layers), rate, distance)
        for name, (layers, rate, distance) in PUPILS.items()
        if name in given.pupils
    ]

    def dealer(seed: int) -> Dealer:
        # other lists than the teacher learned from
        return Dealer(corpus, mined, tokenizer, SIZE, MOST, 1000 + seed)

    with streamed(dealer, pace, given.workers) as stream:
        steps = train(pupils, stream, pace, device, from_folder(folder))
    for pupil in pupils:
        save(pupil.model, given.work / pupil.name, folder)
    print(f"{steps} steps of {pace.queries} queries", flush=True)
