"""Write the quantised model of the package."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..quantisation import LAYERS, quantise

OUT = Path(__file__).parents[2] / "search" / "models" / "starter-reranker"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", type=Path, help="folder of the calibrated teacher")
    parser.add_argument(
        "--layers",
        type=int,
        default=LAYERS,
        help="how many of its first layers to keep (%(default)s)",
    )
    parser.add_argument(
        "--scale", type=float, default=1.0, help="factor of the logit (%(default)s)"
    )
    parser.add_argument("--shift", type=float, default=0.0, help="added to the logit (%(default)s)")
    parser.add_argument(
        "--lender",
        type=Path,
        help="folder of the embedder whose word embeddings the model uses and does not bring",
    )
    parser.add_argument("--out", type=Path, default=OUT, help="folder to write (%(default)s)")


def run(options: argparse.Namespace) -> None:
    quantise(
        *(options.source, options.out, options.layers, options.scale, options.shift),
        options.lender,
    )
    size = sum(file.stat().st_size for file in options.out.iterdir())
    print(f"{options.out}: {size:,} bytes")
