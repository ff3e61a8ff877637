"""Score the candidates and print the table."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from ..collection import BEIR, KNOWN_ITEM, Collection
from ..evaluation import orders, summary, table

WEIGHTS = (5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 60.0)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "collections",
        type=Path,
        help="folder of the collections' .npz files; logits are stored beside them",
    )
    parser.add_argument("models", type=Path, nargs="*", help="model folders to score first")
    parser.add_argument("--most", type=int, default=256, help="tokens in a row (%(default)s)")
    parser.add_argument(
        "--windows",
        action="store_true",
        help="read a long passage in windows, of which the best counts",
    )
    parser.add_argument(
        "--full",
        action="store_true",
        help="print the whole table with intervals, not only the means",
    )


def run(options: argparse.Namespace) -> None:
    collections = [Collection.load(path) for path in sorted(options.collections.glob("*.npz"))]
    logits_folder = options.collections / "logits"
    logits_folder.mkdir(exist_ok=True)
    # Score the candidates with each model, and store the logits.
    suffix = f"-{options.most}" + ("-windows" if options.windows else "")
    if options.models:
        import torch

        from ..corpus import open_tokenizer
        from ..cross_encoder import from_folder
        from ..marks import Marks
        from ..scoring import score

        device = "cuda" if torch.cuda.is_available() else "cpu"
        for folder in options.models:
            model = from_folder(folder).to(device).eval()
            marks = Marks.of(open_tokenizer(folder))
            logits = {
                collection.name: score(
                    model, collection, device, options.most, marks, options.windows
                ).astype(np.float16)
                for collection in collections
            }
            np.savez_compressed(logits_folder / f"{folder.name}{suffix}.npz", **logits)
    # Judge the orders by all stored logits.
    stored_logits = {path.stem: np.load(path) for path in sorted(logits_folder.glob("*.npz"))}
    results = []
    for collection in collections:
        by_model = {
            model: stored[collection.name].astype(np.float32)
            for model, stored in stored_logits.items()
            if collection.name in stored
        }
        results += orders(collection, by_model, WEIGHTS)
    if options.full:
        print(table(results))
    groups = {
        kind: [collection.name for collection in collections if collection.kind == kind]
        for kind in (BEIR, KNOWN_ITEM)
    }
    print(summary(results, groups), flush=True)
