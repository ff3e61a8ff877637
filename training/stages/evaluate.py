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
        help="folder of the collections' .npz files; logits are kept beside them",
    )
    parser.add_argument("models", type=Path, nargs="*", help="model folders to score first")
    parser.add_argument("--most", type=int, default=256, help="tokens in a row (%(default)s)")
    parser.add_argument(
        "--windows", action="store_true", help="a long passage's best stretch counts"
    )
    parser.add_argument(
        "--full", action="store_true", help="the whole table with intervals, not the means alone"
    )


def run(given: argparse.Namespace) -> None:
    collections = [Collection.load(path) for path in sorted(given.collections.glob("*.npz"))]
    kept = given.collections / "logits"
    kept.mkdir(exist_ok=True)
    suffix = f"-{given.most}" + ("-windows" if given.windows else "")
    if given.models:
        import torch

        from ..cross_encoder import from_folder
        from ..scoring import score

        device = "cuda" if torch.cuda.is_available() else "cpu"
        for folder in given.models:
            model = from_folder(folder).to(device).eval()
            logits = {
                one.name: score(model, one, device, given.most, given.windows)
                for one in collections
            }
            np.savez_compressed(
                kept / f"{folder.name}{suffix}.npz",
                **{n: x.astype(np.float16) for n, x in logits.items()},
            )
    scored = {path.stem: np.load(path) for path in sorted(kept.glob("*.npz"))}
    results = [
        result
        for one in collections
        for result in orders(
            one,
            {name: x[one.name].astype(np.float32) for name, x in scored.items() if one.name in x},
            WEIGHTS,
        )
    ]
    if given.full:
        print(table(results))
    groups = {
        kind: [one.name for one in collections if one.kind == kind] for kind in (BEIR, KNOWN_ITEM)
    }
    print(summary(results, groups), flush=True)
