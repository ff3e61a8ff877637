"""The app's switches, kept in a file of the user's state folder: the theme, and reranking."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from search.errors import ConfigError
from search.private_files import make_private_file, make_private_folder


@dataclass(frozen=True, slots=True)
class Preferences:
    """An empty `theme` means the app's default."""

    theme: str = ""
    rerank: bool = True


def load_preferences(file: Path) -> Preferences:
    """The saved preferences, or the defaults without a file. ConfigError for a broken file."""
    if not file.exists():
        return Preferences()
    try:
        saved = json.loads(file.read_text(encoding="utf-8"))
        theme, rerank = saved["theme"], saved["rerank"]
        if not (isinstance(theme, str) and isinstance(rerank, bool)):
            raise TypeError("wrong types")
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ConfigError(
            f"what the app remembers cannot be read from {file}", "it goes on with its defaults"
        ) from error
    return Preferences(theme, rerank)


def save_preferences(file: Path, preferences: Preferences) -> None:
    """Save the preferences. Raises OSError if the file cannot be written."""
    make_private_folder(file.parent)
    new = file.with_name(file.name + ".new")
    make_private_file(new)
    new.write_text(json.dumps(asdict(preferences)) + "\n", encoding="utf-8")
    os.replace(new, file)
