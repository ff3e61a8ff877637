"""The models that come with the package, by the short names that profiles and commands use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_MODELS = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Bundled:
    """A model folder in the package.

    `title` is the model's full name; an index records it, and results show it.
    """

    folder: Path
    title: str


BUNDLED: Mapping[str, Bundled] = {
    "starter": Bundled(_MODELS / "starter", "bge-small-en-v1.5 (8-bit)"),
    "starter-reranker": Bundled(_MODELS / "starter-reranker", "docsearch starter reranker (8-bit)"),
}


def bundled_at(folder: Path) -> str:
    """The short name of the bundled model in that folder; empty where no such model lies there."""
    return next((name for name, model in BUNDLED.items() if model.folder == folder), "")
