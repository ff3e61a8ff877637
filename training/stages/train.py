"""Train on the labels, or in a second round on the residual of the fused score."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from ..checkpoints import save
from ..corpus import Corpus, open_tokenizer
from ..cross_encoder import from_embedder, from_folder
from ..lists import Dealer
from ..loop import Pace, Pupil, streamed, train
from ..losses import labelled, residual
from ..mined import Mined

SIZE, HARDEST, MAX_TOKENS, RATE = 16, 8, 256, 6e-5


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("base", type=Path, help="folder of the base model")
    parser.add_argument(
        "work",
        type=Path,
        help="folder of corpus.npz and mined.npz; the model is written to a folder in it",
    )
    parser.add_argument(
        "--out", default="teacher", help="name of the folder for the model (%(default)s)"
    )
    parser.add_argument(
        "--go-on",
        type=Path,
        help="begin with the first layers of this trained model, not with the base model",
    )
    parser.add_argument(
        "--freeze-words",
        action="store_true",
        help="leave the word embeddings as they are, so that the embedder's can be used",
    )
    parser.add_argument(
        "--layers", type=int, default=10, help="how many of its layers to take (%(default)s)"
    )
    parser.add_argument(
        "--harder",
        type=Path,
        help="deal longer lists, and use only the rows that this trained model finds hardest",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=1,
        help="torch's seed, from which the dealers' seeds follow (%(default)s)",
    )
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
    torch.manual_seed(options.seed)
    torch.set_float32_matmul_precision("high")
    corpus, mined = Corpus.load(options.work / "corpus.npz"), Mined.load(options.work / "mined.npz")
    tokenizer = open_tokenizer(options.base)
    teacher = from_folder(options.harder) if options.harder else None
    size = SIZE if teacher else HARDEST
    pace = Pace(
        options.seconds, options.queries, steps=options.steps, hardest=HARDEST if teacher else 0
    )
    model = (
        from_folder(options.go_on, range(options.layers))
        if options.go_on
        else from_embedder(options.base)
    )

    model.words.requires_grad_(not options.freeze_words)

    def dealer(seed: int) -> Dealer:
        return Dealer(corpus, mined, tokenizer, size, MAX_TOKENS, 100 * options.seed + seed)

    with streamed(dealer, pace, options.workers) as stream:
        labels = residual if options.go_on else labelled
        steps = train(
            [Pupil(options.out, model, RATE, labels=labels)], stream, pace, device, teacher
        )
    save(model, options.work / options.out, options.base)
    print(f"{steps} steps of {pace.queries} queries", flush=True)
