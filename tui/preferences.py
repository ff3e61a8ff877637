"""The app's switches, kept in a file of the user's state folder.

They are the theme, reranking, and how the list of hits looks.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from search.errors import ConfigError
from search.private_files import replace_private_file


@dataclass(frozen=True, slots=True)
class Preferences:
    """An empty `theme` means the app's default.

    `compact` is one line a passage. `beside` and `above` are the share of the list of hits in
    percent of the width, and of the height where the list is above the document. `preview` is where
    the document stands, one of the app's arrangements.
    """

    theme: str = ""
    rerank: bool = True
    compact: bool = True
    beside: int = 45
    above: int = 53
    preview: str = "right"


DEFAULTS = Preferences()


def load_preferences(file: Path) -> Preferences:
    """The saved preferences, or the defaults without a file. ConfigError for a broken file."""
    if not file.exists():
        return Preferences()
    try:
        saved = json.loads(file.read_text(encoding="utf-8"))
        # A file of an older version lacks some switches, which keep their defaults.
        if not (isinstance(saved, dict) and {"theme", "rerank"} <= saved.keys()):
            raise TypeError("switches are missing")
        known = {name: saved[name] for name in asdict(DEFAULTS) if name in saved}
        wrong = [
            name
            for name, value in known.items()
            if type(value) is not type(getattr(DEFAULTS, name))
        ]
        if wrong:
            raise TypeError(f"wrong types: {', '.join(wrong)}")
    except (OSError, ValueError, TypeError) as error:
        raise ConfigError(
            f"what the app remembers cannot be read from {file}", "it goes on with its defaults"
        ) from error
    return Preferences(**known)


def has_chosen_theme(file: Path) -> bool:
    """True if the saved preferences name a theme. The app itself tells of a broken file."""
    try:
        return bool(load_preferences(file).theme)
    except ConfigError:
        return False


def save_preferences(file: Path, preferences: Preferences) -> None:
    """Save the preferences. Raises OSError if the file cannot be written."""
    replace_private_file(file, json.dumps(asdict(preferences)) + "\n")
