"""Train on the labels; a second round, on what the fused score leaves unsaid."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from ..checkpoints import save
from ..corpus import Corpus, open_tokenizer
from ..cross_encoder import from_folder, from_starter
from ..lists import Dealer
from ..loop import Pace, Pupil, streamed, train
from ..losses import labelled, residual
from ..mined import Mined

SIZE, HARDEST, MOST, RATE = 16, 8, 256, 6e-5


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("base", type=Path, help="folder of the base model")
    parser.add_argument(
        "work",
        type=Path,
        help="folder of corpus.npz and mined.npz; the model goes to a folder beside them",
    )
    parser.add_argument(
        "--out", default="teacher", help="name of the folder for the model (%(default)s)"
    )
    parser.add_argument(
        "--go-on",
        type=Path,
        help="begin with the first layers of this trained model, not with the base model",
    )
    parser.add_argument("--layers", type=int, default=10, help="so many of them (%(default)s)")
    parser.add_argument(
        "--harder",
        type=Path,
        help="of longer lists learn only from the rows that this trained model finds hardest",
    )
    parser.add_argument(
        "--seed", type=int, default=1, help="of torch; the dealers' seeds follow it (%(default)s)"
    )
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
    torch.manual_seed(given.seed)
    torch.set_float32_matmul_precision("high")
    corpus, mined = Corpus.load(given.work / "corpus.npz"), Mined.load(given.work / "mined.npz")
    tokenizer = open_tokenizer(given.base)
    teacher = from_folder(given.harder) if given.harder else None
    size = SIZE if teacher else HARDEST
    pace = Pace(given.seconds, given.queries, steps=given.steps, hardest=HARDEST if teacher else 0)
    model = (
        from_folder(given.go_on, range(given.layers)) if given.go_on else from_starter(given.base)
    )

    def dealer(seed: int) -> Dealer:
        return Dealer(corpus, mined, tokenizer, size, MOST, 100 * given.seed + seed)

    with streamed(dealer, pace, given.workers) as stream:
        labels = residual if given.go_on else labelled
        steps = train([Pupil(given.out, model, RATE, labels=labels)], stream, pace, device, teacher)
    save(model, given.work / given.out, given.base)
    print(f"{steps} steps of {pace.queries} queries", flush=True)
