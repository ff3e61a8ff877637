"""Models that stay loaded in a process that answers many queries."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .embedder import load_embedder
from .local import model_folder
from .reranker import load_reranker

if TYPE_CHECKING:
    from ..protocols import Embedder, Reranker

Stamp = tuple[tuple[str, int, int], ...]
"""The name, the bytes and the time of change of each file of a model."""


@dataclass(frozen=True, slots=True)
class _Loaded:
    model: Any
    folder: Path
    stamp: Stamp


class LoadedModels:
    """Embedders and rerankers, each loaded once for all indexes of the process. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[tuple[str, str, str], _Loaded] = {}
        self._variants: dict[tuple[object, ...], tuple[Embedder, Embedder]] = {}

    def embedder(self, name: str, backend: str) -> Embedder:
        """The embedder, as `load_embedder` gives it. Raises as that does."""
        model: Embedder = self._get("embedder", load_embedder, name, backend)
        return model

    def variant(self, name: str, backend: str, precision: str, dimensions: int | None) -> Embedder:
        """The embedder at a precision, with its vectors cut; "" and None leave it as it is.

        Raises as `embedder` does, and UsageError for dimensions that it is not trained for.
        """
        whole = self.embedder(name, backend)
        key = (name, backend, precision, dimensions)
        with self._lock:
            if key not in self._variants or self._variants[key][0] is not whole:
                made = whole.at(precision) if precision else whole
                if dimensions is not None and dimensions != made.dimensions:
                    made = made.narrowed(dimensions)
                self._variants[key] = whole, made
            return self._variants[key][1]

    def reranker(self, name: str, backend: str) -> Reranker:
        """The reranker, as `load_reranker` gives it. Raises as that does."""
        model: Reranker = self._get("reranker", load_reranker, name, backend)
        return model

    @property
    def are_current(self) -> bool:
        """False after the files of a loaded model were changed or taken away."""
        with self._lock:
            return all(_stamp(held.folder) == held.stamp for held in self._held.values())

    @property
    def names(self) -> tuple[str, ...]:
        """The loaded models, by name."""
        with self._lock:
            return tuple(sorted({name for _, name, _ in self._held}))

    def clear(self) -> None:
        """Let go of all models; the next call loads one anew."""
        with self._lock:
            self._held.clear()
            self._variants.clear()

    def _get(self, kind: str, load: Callable[[str, str], Any], name: str, backend: str) -> Any:
        key = (kind, name, backend)
        with self._lock:
            if key not in self._held:
                folder = model_folder(name)
                # The stamp is taken first: a file that changes meanwhile makes it an old one.
                stamp = _stamp(folder)
                self._held[key] = _Loaded(load(name, backend), folder, stamp)
            return self._held[key].model


def _stamp(folder: Path) -> Stamp:
    try:
        with os.scandir(folder) as entries:
            found = [(entry.name, entry.stat()) for entry in entries]
    except FileNotFoundError:
        return ()
    return tuple(sorted((name, stat.st_size, stat.st_mtime_ns) for name, stat in found))
