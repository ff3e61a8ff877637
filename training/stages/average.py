"""Average the weights of models that were trained further from the same model.

The method is that of model soups, https://arxiv.org/abs/2203.05482.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from ..checkpoints import save
from ..cross_encoder import from_folder


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", type=Path, help="folder to write")
    parser.add_argument("models", type=Path, nargs="+", help="model folders")
    parser.add_argument(
        "--shares", type=float, nargs="+", help="the weight of each model (default: equal weights)"
    )


def run(options: argparse.Namespace) -> None:
    shares = options.shares or [1.0] * len(options.models)
    models = [from_folder(folder) for folder in options.models]
    weights = [model.state_dict() for model in models]
    average = {
        name: sum(share * state[name] for share, state in zip(shares, weights, strict=True))
        / sum(shares)
        for name in weights[0]
    }
    models[0].load_state_dict(average)
    save(models[0], options.out, options.models[0])
