"""The index's folders, as commands of the palette that filter by them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from ..terminal import printable
from ..typed import with_folder
from .widgets.query_input import QueryInput

LISTED = 100
"""How many folders are listed at most."""
SEEN = 2000
"""How many entries of a root are looked at; a root may hold a million files."""
HELP = "Only files of this folder"


@dataclass(frozen=True, slots=True)
class Folder:
    """A root, or a folder in it."""

    path: str
    root: str

    @property
    def title(self) -> str:
        """The command's title, which begins with the root's own name.

        >>> Folder("/home/ann/notes/house", "/home/ann/notes").title
        'Filter: notes/house'
        """
        below = os.path.relpath(self.path, os.path.dirname(self.root))
        return f"Filter: {printable(below, one_line=True)}"


def folders_of(roots: Sequence[str]) -> list[Folder]:
    """The roots, and the folders right below them that are not hidden, each root in its turn.

    Roots that are files are left out.
    """
    folders: list[Folder] = []
    for root in roots:
        if os.path.isfile(root):
            continue
        folders.append(Folder(root, root))
        folders += [Folder(os.path.join(root, name), root) for name in sorted(_names(root))]
    return folders[:LISTED]


class FiltersByFolder(Protocol):
    """A screen that knows the roots, and can put a line into its input."""

    roots: tuple[str, ...]

    def put(self, text: str) -> None:
        """Search for the text."""
        ...


class FolderFilters(Provider):
    """The folders, whose titles are Contents: the brackets of a name are no markup."""

    _folders: Sequence[Folder] = ()

    async def startup(self) -> None:
        """Look at the disk, in a thread, since a root may be on a slow one."""
        screen = cast("FiltersByFolder", self.screen)
        self._folders = await asyncio.to_thread(folders_of, screen.roots)

    async def discover(self) -> Hits:
        """All folders."""
        for folder in self._folders:
            run = partial(self._choose, folder)
            yield DiscoveryHit(Content(folder.title), run, text=folder.title, help=HELP)

    async def search(self, query: str) -> Hits:
        """The folders whose names match the typed `query`."""
        matcher = self.matcher(query)
        for folder in self._folders:
            if (score := matcher.match(folder.title)) > 0:
                run = partial(self._choose, folder)
                yield Hit(score, Content(folder.title), run, text=folder.title, help=HELP)

    def _choose(self, folder: Folder) -> None:
        line = self.screen.query_one(QueryInput).value
        cast("FiltersByFolder", self.screen).put(with_folder(line, folder.path, folder.root))


def _names(root: str) -> Iterable[str]:
    """The names of the folders in a root; none where it cannot be read."""
    try:
        with os.scandir(root) as entries:
            first = (entry for _, entry in zip(range(SEEN), entries, strict=False))
            return [
                entry.name
                for entry in first
                if not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False)
            ]
    except OSError:
        return []
