"""Where a command line was typed: its working folder, its environment and its terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from search.urls import is_url

from .columns import columns_of

if TYPE_CHECKING:
    from search import Index

    OpenIndex = Callable[..., AbstractContextManager[Index]]


def _open_index(*arguments: Any, **models: Any) -> Index:
    from search import Index

    return Index.open(*arguments, **models)


def _nothing() -> None:
    pass


class NotResident(Exception):
    """The command is to run in a process of its own, not in the resident one."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a command sees of the process that it was typed into.

    The command may run in that process or in the resident one, and it must write the same in both.

    `folder` is the working folder. `is_terminal` and `columns` are about stdout. `open_index` takes
    the arguments of `Index.open`. `check_on` is called between the stages of a query, and what it
    raises ends the query. `is_resident` is true in the resident process.
    """

    folder: str
    environment: Mapping[str, str]
    is_terminal: bool
    columns: int
    open_index: OpenIndex = _open_index
    check_on: Callable[[], None] = _nothing
    is_resident: bool = False

    @classmethod
    def of_process(cls) -> Surroundings:
        """Those of this process."""
        return cls(
            os.getcwd(),
            dict(os.environ),
            sys.stdout.isatty(),
            columns_of(os.environ),
        )

    def path(self, typed: str) -> str:
        """The path as this process finds it, seen from the working folder.

        >>> Surroundings("/notes", {}, False, 80).path("a.md")
        '/notes/a.md'
        """
        return typed if is_url(typed) else os.path.join(self.folder, os.path.expanduser(typed))

    def shown(self, path: str) -> str:
        """The shortest path that opens the file: relative below the working folder, else absolute.

        >>> Surroundings("/notes", {}, False, 80).shown("/notes/house/a.md")
        'house/a.md'
        """
        folder = self.folder.rstrip(os.sep) + os.sep
        return path[len(folder) :] if path.startswith(folder) else path
