"""Collect the candidates that a reranker orders on the development collections."""

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
        help="folder for the indexes; existing ones are used",
    )
    parser.add_argument("--out", type=Path, required=True, help="folder to write")


def run(options: argparse.Namespace) -> None:
    tokenizer = open_tokenizer(options.base)
    options.out.mkdir(parents=True, exist_ok=True)
    for folder in options.folders:
        collect = beir if (folder / "corpus.jsonl").is_file() else known_item
        collection = collect(folder, options.indexes / folder.name, tokenizer)
        collection.save(options.out / f"{folder.name}.npz")
        mean = judged(collection, collection.fused).mean()
        print(f"{folder.name}: {len(collection.queries)} queries, fused {mean:.4f}", flush=True)
