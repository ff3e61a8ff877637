"""Find hard negatives."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from ..corpus import Corpus
from ..cross_encoder import from_starter
from ..mining import mine


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("base", type=Path, help="folder of the base model")
    parser.add_argument("work", type=Path, help="folder of corpus.npz")


def run(options: argparse.Namespace) -> None:
    device = "cuda" if torch.cuda.is_available() else "cpu"
    embedder = from_starter(options.base).to(device).eval()
    mined = mine(Corpus.load(options.work / "corpus.npz"), embedder, device)
    mined.save(options.work / "mined.npz")
