"""An input for a folder, which completes the typed path from the disk."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input

from ...terminal import printable

LISTED = 12
"""How many folders are named that the typed text may mean."""


class FolderInput(Input):
    """An input for a folder. Tab completes as in a shell, and Right accepts the suggestion."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", "Complete", show=False),
        Binding("down", "screen.focus_next", "Next", show=False),
    ]

    class Candidates(Message):
        """Several folders begin with what was typed."""

        def __init__(self, names: Sequence[str]) -> None:
            super().__init__()
            self.names = names

        @property
        def text(self) -> str:
            """The names, as a shell lists them; of many, the first and a count."""
            shown = " ".join(f"{name}/" for name in self.names[:LISTED])
            more = f" and {len(self.names) - LISTED:,} more" * (len(self.names) > LISTED)
            return printable(shown + more, one_line=True)

    def __init__(self, folder: str = "") -> None:
        super().__init__(folder, placeholder="A folder, such as ~/notes", suggester=Folders())

    def on_focus(self) -> None:
        """Suggest again: the input forgets its suggestion when it gets the focus."""
        self.call_later(self._suggest)

    def _suggest(self) -> None:
        if self.suggester is not None and self.value:
            self.run_worker(self.suggester._get_suggestion(self, self.value))

    def action_complete(self) -> None:
        """Complete as far as the disk is clear; where nothing fits, go to the next widget."""
        lead, names = matching(self.value)
        if not names:
            self.screen.focus_next()
            return
        # Names, not paths: the common beginning may end within a name.
        common = os.path.commonprefix(names)  # noqa: RUF071
        line = lead + common + "/" * (len(names) == 1)
        if line == self.value:
            self.post_message(self.Candidates(names))
        self.value = line
        self.cursor_position = len(line)

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
    lead, names = matching(line)
    return f"{lead}{names[0]}/" if names else None


def matching(line: str) -> tuple[str, list[str]]:
    """What stands before the last part of `line`, and the folders whose names begin as that part.

    >>> matching("~")
    ('', ['~'])
    """
    if line == "~":
        return "", ["~"]
    parent, slash, beginning = line.rpartition("/")
    try:
        with os.scandir(os.path.expanduser(parent + slash) or ".") as entries:
            names = [
                entry.name
                for entry in entries
                if entry.name.startswith(beginning) and entry.is_dir()
            ]
    except OSError:
        names = []
    # A name with control characters is not suggested: the input would change it.
    names = [name for name in names if printable(name) == name]
    visible = sorted(
        name for name in names if beginning.startswith(".") or not name.startswith(".")
    )
    return parent + slash, visible if slash or beginning else []
