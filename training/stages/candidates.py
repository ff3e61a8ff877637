"""What a reranker gets to order on the development collections."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..candidates import beir, known_item
from ..corpus import open_tokenizer
from ..evaluation import judged


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("base", type=Path, help="folder of the base model")
    parser.add_argument(
        "folders",
        type=Path,
        nargs="+",
        help="BEIR folders, and folders with a .jsonl of the same name beside them",
    )
    parser.add_argument(
        "--indexes",
        type=Path,
        required=True,
        help="folder for the indexes; what is there already is used",
    )
    parser.add_argument("--out", type=Path, required=True, help="folder to write")


def run(given: argparse.Namespace) -> None:
    tokenizer = open_tokenizer(given.base)
    given.out.mkdir(parents=True, exist_ok=True)
    for folder in given.folders:
        collect = beir if (folder / "corpus.jsonl").is_file() else known_item
        collection = collect(folder, given.indexes / folder.name, tokenizer)
        collection.save(given.out / f"{folder.name}.npz")
        print(
            f"{folder.name}: {len(collection.queries)} queries, fused {judged(collection, collection.fused).mean():.4f}",
            flush=True,
        )
