"""A model's name, told from its folder. This module loads no library."""

from __future__ import annotations

from pathlib import Path


def model_name(folder: Path) -> str:
    """The name of the model in `folder`.

    It is the folder's own name, or the repository's where the folder lies in a Hugging Face cache.

    >>> model_name(Path("hub/models--BAAI--bge-base-en-v1.5/snapshots/a5beb1e"))
    'bge-base-en-v1.5'
    """
    folder = folder.absolute()
    cached = next((part for part in folder.parts if part.startswith("models--")), None)
    return cached.rsplit("--", 1)[-1] if cached else folder.name
