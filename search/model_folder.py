"""Which folder a model's name means, and what the model in a folder is called, be it in the package or elsewhere."""

from __future__ import annotations

from pathlib import Path

from .bundled import BUNDLED, bundled_at
from .hub import resolve
from .models.names import model_name


def locate(name: str, cache_folder: str | None = None) -> tuple[Path, str]:
    """The local folder and the full name of the model `name`, one of the package's or one that `hub.resolve` finds.

    ModelError, with the command to run, where it is not there or not whole.
    """
    if name in BUNDLED:
        return BUNDLED[name].folder, BUNDLED[name].title
    folder = resolve(name, cache_folder)
    return folder, title_of(folder)


def title_of(folder: Path) -> str:
    """The full name of the model in that folder."""
    bundled = bundled_at(folder)
    return BUNDLED[bundled].title if bundled else model_name(folder)
