"""The command `python -m training STAGE`, one for each stage of the training.

README.md beside this file gives the order of the stages.
"""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

STAGES = {
    "translations": "make training data in many languages from manuals",
    "read": "tokenise the training data",
    "candidates": "collect the candidates that a reranker orders on the development collections",
    "mine": "find hard negatives",
    "train": "train on the labels, or in a second round on the residual of the fused score",
    "distil": "train fewer layers on the logits of twelve layers",
    "average": "average the weights of models that were trained further from the same model",
    "evaluate": "score the candidates and print the table",
    "calibrate": "fit the logit's scale and the weight of the fused score",
    "quantise": "write the quantised model of the package",
    "sentences": "train the head that tells which sentence answers",
}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training", description="Train the reranker that comes with docsearch."
    )
    stages = parser.add_subparsers(dest="stage", required=True)
    # Only the chosen stage is imported: reading needs no torch, and training needs no LanceDB.
    chosen = sys.argv[1] if len(sys.argv) > 1 else ""
    for name, purpose in STAGES.items():
        stage = stages.add_parser(name, help=purpose, description=purpose)
        if name == chosen:
            module = import_module(f".stages.{name}", __package__)
            module.arguments(stage)
            stage.set_defaults(run=module.run)
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    main()
