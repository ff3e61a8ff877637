"""An input for a folder, which completes the typed path from the disk."""

from __future__ import annotations

import asyncio
import os

from textual.suggester import Suggester
from textual.widgets import Input

from ...terminal import printable


class FolderInput(Input):
    """An input for a folder. The Right key accepts the suggestion."""

    def __init__(self, folder: str = "") -> None:
        super().__init__(folder, placeholder="~/Documents", suggester=Folders())

    def validate_value(self, value: str) -> str:
        """The value, made printable: a pasted text may hold characters that control a terminal."""
        return printable(value)

    @property
    def folder(self) -> str:
        """The absolute path of the typed folder."""
        return os.path.abspath(os.path.expanduser(self.value.strip()))

    @property
    def problem(self) -> str:
        """Why the folder cannot be read, as a sentence; empty if it can."""
        if not self.value.strip():
            return "Type a folder or a file."
        if not os.path.exists(self.folder):
            return "There is no such folder or file."
        if not os.access(self.folder, os.R_OK):
            return "It may not be read; check its permissions."
        return ""


class Folders(Suggester):
    """Suggests the first visible folder whose name begins with the typed text."""

    def __init__(self) -> None:
        # The disk changes, so suggestions are not cached.
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        """The completed line; None without a suggestion."""
        return await asyncio.to_thread(completed, value)


def completed(line: str) -> str | None:
    """`line`, completed to the first folder whose name begins as its last part.

    None if there is no such folder, or if the parent cannot be listed.
    """
    parent, slash, beginning = line.rpartition("/")
    try:
        with os.scandir(os.path.expanduser(parent + slash) or ".") as entries:
            names = [
                entry.name
                for entry in entries
                if entry.name.startswith(beginning) and entry.is_dir()
            ]
    except OSError:
        return None
    # A name with control characters is not suggested: the input would change it.
    names = [name for name in names if printable(name) == name]
    visible = sorted(
        name for name in names if beginning.startswith(".") or not name.startswith(".")
    )
    return f"{parent}{slash}{visible[0]}/" if visible and (slash or beginning) else None
