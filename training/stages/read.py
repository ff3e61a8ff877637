"""Tokenise the training data."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..corpus import open_tokenizer, read


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "data",
        type=Path,
        nargs="+",
        help="folders of passages.jsonl.xz and queries.jsonl.xz",
    )
    parser.add_argument("base", type=Path, help="folder of the base model")
    parser.add_argument("work", type=Path, help="folder to write")
    parser.add_argument(
        "--every", type=int, default=1, help="take only every N-th passage, to try the stages"
    )


def run(options: argparse.Namespace) -> None:
    options.work.mkdir(parents=True, exist_ok=True)
    corpus = read(options.data, open_tokenizer(options.base), options.every)
    corpus.save(options.work / "corpus.npz")
    print(f"{len(corpus.body):,} passages, {len(corpus.query):,} queries")
