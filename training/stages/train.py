"""Train twelve layers on the labels."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from ..checkpoints import save
from ..corpus import Corpus, open_tokenizer
from ..cross_encoder import from_starter
from ..lists import Dealer
from ..loop import Pace, Pupil, streamed, train
from ..mined import Mined

SIZE, MOST, RATE = 8, 256, 6e-5


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("base", type=Path, help="folder of the base model")
    parser.add_argument(
        "work", type=Path, help="folder of corpus.npz and mined.npz; the model goes to its folder `teacher`"
    )
    parser.add_argument("--seconds", type=float, default=400.0, help="wall time of training (%(default)s)")
    parser.add_argument("--queries", type=int, default=48, help="queries a step (%(default)s)")
    parser.add_argument("--steps", type=int, default=0, help="end after so many, to try the stage")
    parser.add_argument("--workers", type=int, default=12, help="processes that deal lists (%(default)s)")


def run(given: argparse.Namespace) -> None:
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(1)
    torch.set_float32_matmul_precision("high")
    corpus, mined = Corpus.load(given.work / "corpus.npz"), Mined.load(given.work / "mined.npz")
    tokenizer = open_tokenizer(given.base)
    pace = Pace(given.seconds, given.queries, steps=given.steps)
    model = from_starter(given.base)
    with streamed(lambda seed: Dealer(corpus, mined, tokenizer, SIZE, MOST, seed), pace, given.workers) as stream:
        steps = train([Pupil("teacher", model, RATE)], stream, pace, device)
    save(model, given.work / "teacher", given.base)
    print(f"{steps} steps of {pace.queries} queries", flush=True)
