"""What the store asks of the place where a table is kept: a folder, or an object store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from .mark import Mark
from .retention import Retention


class TablePlace(Protocol):
    """The place of the table `name`.

    folder: the folder of this machine with the table's mark and vocabulary. shown: how messages
    name the place. uri: LanceDB's name of the database. options: LanceDB's options of the store.
    pinned: the version that a reader keeps; None for the newest one. retention: what is kept of old
    versions.
    """

    folder: Path
    name: str
    retention: Retention

    @property
    def shown(self) -> str:
        """How messages name the place."""

    @property
    def uri(self) -> str:
        """LanceDB's name of the database."""

    @property
    def options(self) -> Mapping[str, str]:
        """LanceDB's options of the store."""

    @property
    def pinned(self) -> int | None:
        """The version that a reader keeps; None where it follows the newest one."""

    def mark(self) -> Mark:
        """What is known to be stored for good."""

    def put_mark(self, mark: Mark) -> None:
        """Replace the mark."""

    def begin(self) -> None:
        """Get ready for a writer."""

    def repair(self, opens_as: Callable[[int], bool]) -> None:
        """Go back to a whole version; `opens_as` tells whether the table opens at a version."""

    def check_kind(self) -> None:
        """Raise IndexFailure where a table cannot be made here."""

    def take_back(self, table: Any) -> None:
        """Take back what a killed writer left in LanceDB's table after the last mark."""

    def committing(self) -> AbstractContextManager[None]:
        """A context for a change of the table, which turns LanceDB's errors into docsearch's."""

    def flush(self, mark: Mark, before_cut: bool = False) -> None:
        """Store for good what was written, then the mark.

        With `before_cut`, old versions of the table go next, so nobody may need them afterwards.
        """

    def version_on_disk(self) -> int:
        """The newest version; 0 where there is no table."""

    def version_ages(self) -> list[float]:
        """The seconds since each version of the table was made, newest first."""

    def is_newest_whole(self) -> bool:
        """False where the newest version was not written to its end."""

    def is_damaged(self) -> bool:
        """True where the writer has to repair the table."""

    def is_unfinished(self) -> bool:
        """True where a killed writer left something that opening the table for writing mends."""
