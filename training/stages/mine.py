"""Find hard negatives."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import torch

from search.models.model_files import ModelFiles
from search.models.recipes import pooling_of, recipe_of

from ..corpus import Corpus, open_tokenizer
from ..cross_encoder import from_embedder
from ..mining import Embedder, mine


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("base", type=Path, help="folder of the base model")
    parser.add_argument("work", type=Path, help="folder of corpus.npz")


def run(options: argparse.Namespace) -> None:
    base = options.base
    recipe = recipe_of(base, ModelFiles.named(str(base)).name)
    embedder = Embedder(
        from_embedder(base),
        replace(recipe, pooling=pooling_of(base, recipe)),
        open_tokenizer(base),
        "cuda" if torch.cuda.is_available() else "cpu",
    )
    mined = mine(Corpus.load(options.work / "corpus.npz"), embedder)
    mined.save(options.work / "mined.npz")
