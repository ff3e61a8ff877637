"""An input for a folder, which completes what is typed from the disk."""

from __future__ import annotations

import asyncio
import os

from textual.suggester import Suggester
from textual.widgets import Input

from ...terminal import printable


class FolderInput(Input):
    """The Right key takes the suggestion."""

    def __init__(self, folder: str = "") -> None:
        super().__init__(folder, placeholder="~/Documents", suggester=Folders())

    def validate_value(self, value: str) -> str:
        """What is pasted may hold characters that act on a terminal."""
        return printable(value)

    @property
    def folder(self) -> str:
        """The absolute path of what is typed."""
        return os.path.abspath(os.path.expanduser(self.value.strip()))

    @property
    def problem(self) -> str:
        """Why it cannot be read, as a sentence; empty where it can."""
        if not self.value.strip():
            return "Type a folder or a file."
        if not os.path.exists(self.folder):
            return "There is no such folder or file."
        return (
            "" if os.access(self.folder, os.R_OK) else "It may not be read; check its permissions."
        )


class Folders(Suggester):
    """Suggests the first visible folder that begins as typed."""

    def __init__(self) -> None:
        # The disk changes, so no suggestion is kept.
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        """The completed line; None where nothing fits."""
        return await asyncio.to_thread(completed, value)


def completed(line: str) -> str | None:
    """`line` with the name of the first folder that it begins; None where there is none or it cannot be listed."""
    above, slash, beginning = line.rpartition("/")
    try:
        with os.scandir(os.path.expanduser(above + slash) or ".") as entries:
            names = [
                entry.name
                for entry in entries
                if entry.name.startswith(beginning) and entry.is_dir()
            ]
    except OSError:
        return None
    # A name that would act on the terminal is not proposed: it could not be typed either.
    names = [name for name in names if printable(name) == name]
    visible = sorted(
        name for name in names if beginning.startswith(".") or not name.startswith(".")
    )
    return f"{above}{slash}{visible[0]}/" if visible and (slash or beginning) else None
