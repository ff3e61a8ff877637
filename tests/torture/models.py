"""The toy models of the index: re-embedding goes to and fro between the two."""

from __future__ import annotations

from pathlib import Path

from search.health.model_checks import InstalledModels
from search.index import Index
from search.ingest import run
from search.supply.model_choice import ModelChoice
from search.text.passages import PassageRules

from ..toys import ToyEmbedder


class WideEmbedder(ToyEmbedder):
    """A toy of other weights and dimensions."""

    name = "wide"
    revision = "2"
    dimensions = 7


EMBEDDERS = {"starter": ToyEmbedder, "o/wide": WideEmbedder}


def store_words_first() -> None:
    """Let every run of this process have two stages, however small it is."""
    run.SMALL_RUN = -1


class TortureModels(InstalledModels):
    """The toys as `doctor` sees them, with the starter's files; the starter's reranker is real."""

    def folder(self, name: str) -> Path:
        return super().folder("starter" if name in EMBEDDERS else name)

    def revision(self, name: str) -> str:
        return EMBEDDERS[name].revision if name in EMBEDDERS else super().revision(name)


def opened(folder: Path, embedder: str | None = None) -> Index:
    """The index in `folder`; a re-embedding gives it the model `embedder`."""
    asked = ModelChoice(embedder=embedder)
    return Index(str(folder), asked, lambda name: EMBEDDERS[name](), PassageRules(), ModelChoice())
