"""Write the quantised model of the package."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..quantisation import LAYERS, quantise

OUT = Path(__file__).parents[2] / "search" / "models" / "starter-reranker"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", type=Path, help="folder of the calibrated teacher")
    parser.add_argument(
        "--layers", type=int, default=LAYERS, help="how many of its first layers (%(default)s)"
    )
    parser.add_argument(
        "--scale", type=float, default=1.0, help="times the classifier's weights (%(default)s)"
    )
    parser.add_argument("--shift", type=float, default=0.0, help="added to the logit (%(default)s)")
    parser.add_argument("--out", type=Path, default=OUT, help="folder to write (%(default)s)")


def run(given: argparse.Namespace) -> None:
    quantise(given.source, given.out, given.layers, given.scale, given.shift)
    print(f"{given.out}: {sum(file.stat().st_size for file in given.out.iterdir()):,} bytes")
