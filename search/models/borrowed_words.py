"""Word embeddings that a model takes from another one, whose folder lies beside its own.

Two thirds of a multilingual model are the vectors of its 250,000 word pieces. A reranker that was
trained on top of an embedder's is stored without them, and without a tokenizer of its own.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from .safetensors_file import SafetensorsFile

KEY = "word_embeddings_of"
"""The key in config.json that names the folder of the other model."""

MODULE = "embeddings.word_embeddings."
BORROWER = "bert."
"""What stands before the module in a reranker. In an embedder nothing does, or the same."""


def lender(folder: Path, config: Mapping[str, Any]) -> Path | None:
    """The folder that a model in `folder` takes its words from, None for most models."""
    name = config.get(KEY)
    # Only the last part of the name is used, because a path could point anywhere.
    return folder.parent / Path(name).name if isinstance(name, str) and name else None


def tokenizer_folder(folder: Path) -> Path:
    """The folder that holds the tokenizer of the model in `folder`, or ought to."""
    try:
        config = json.loads((folder / "config.json").read_bytes())
    except (OSError, ValueError, RecursionError):
        # Whoever opens the model is told what is wrong with this file.
        return folder
    return (lender(folder, config) if isinstance(config, dict) else None) or folder


class BorrowedWords:
    """The other model's word embeddings, under the names that they have in a reranker."""

    def __init__(self, file: SafetensorsFile) -> None:
        self._file = file
        self.path = file.path
        self.names = {
            f"{BORROWER}{name.removeprefix(BORROWER)}": name
            for name in file
            if name.removeprefix(BORROWER).startswith(MODULE)
        }
        """Each name, and that in the other model's file."""

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def tensor(self, name: str) -> NDArray[Any]:
        """The named array, read-only and not copied."""
        return self._file.tensor(self.names[name])

    def release(self) -> None:
        """Gives the memory of what was read back to the system."""
        self._file.release()
