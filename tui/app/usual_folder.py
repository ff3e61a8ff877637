"""The folder that the first run proposes."""

from __future__ import annotations

import os
import re
from pathlib import Path

NAMES = ("Documents", "Dokumente", "documents", "notes", "Notes", "Obsidian", "papers", "Papers")
"""Folders of the home folder in which people keep documents, the best first."""

_DOCUMENTS = re.compile(r'^XDG_DOCUMENTS_DIR="\$HOME/([^"]+)"', re.MULTILINE)


def usual_folder() -> str:
    """The folder in which most people keep their documents, empty if there is none of that kind.

    The desktop's own setting names it in other languages.
    """
    home = Path("~").expanduser()
    names = [*NAMES]
    configuration = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    try:
        settings = (configuration / "user-dirs.dirs").read_text(errors="replace")
    except OSError:
        settings = ""
    if (named := _DOCUMENTS.search(settings)) is not None:
        names.insert(0, named[1].rstrip("/"))
    return next((f"~/{name}" for name in names if name and os.path.isdir(home / name)), "")
