"""One command a stage: `python -m training STAGE --help`; README.md beside this file says in which order."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

STAGES = {
    "read": "tokenise the training data",
    "candidates": "what a reranker gets to order on the development collections",
    "mine": "find hard negatives",
    "train": "train on the labels; a second round, on what the fused score leaves unsaid",
    "distil": "train fewer layers on what twelve layers say",
    "average": "average the weights of models that went on from the same one",
    "evaluate": "score the candidates and print the table",
    "calibrate": "fit the logit's scale and the weight of the fused score",
    "quantise": "write the quantised model of the package",
}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training", description="Train the reranker that comes with docsearch."
    )
    stages = parser.add_subparsers(dest="stage", required=True)
    # a stage's imports are its own: reading needs no torch, training no LanceDB
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
