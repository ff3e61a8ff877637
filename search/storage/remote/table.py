"""A table of passages in an object store."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

from ...errors import IndexDamaged
from ...object_store.client import ObjectStore
from ...object_store.options import lance_options
from ...private_files import make_private_file
from ..lance_errors import lance_errors
from ..mark import Mark, mark_file, mark_in
from ..retention import Retention

RETENTION = Retention(kept=10**9, fewest=10_000, most=10_000)
"""Versions of ten minutes stay, since readers keep the version of the snapshot that they read.

Each of them reads the next snapshot with its next query, so none keeps a version for so long.
"""


class WriterTurn(Protocol):
    """The right to write."""

    def check(self) -> None:
        """Raise IndexLocked where the right was lost."""

    def publish(self, now: bool) -> None:
        """Publish what was flushed, `now` or where it is time."""


class _NoTurn:
    """Stands for the right to write in a reader, which changes nothing."""

    def check(self) -> None:
        """Nothing."""

    def publish(self, now: bool) -> None:
        """Nothing."""


class RemoteTable:
    """The TablePlace of a table in a store. A store loses nothing that it took.

    `folder` holds the table's mark, which names the version that belongs to the catalogue there.
    `is_pinned` is true for a reader, who keeps that version. `turn` is the writer's right to write:
    it is checked before each change, and asked to publish what was flushed. `copy` is the folder
    of this machine with a copy of the table, for a reader.
    """

    retention = RETENTION
    copy: Path | None = None

    def __init__(
        self,
        store: ObjectStore,
        folder: Path,
        name: str,
        is_pinned: bool,
        turn: WriterTurn | None = None,
    ) -> None:
        self._store = store
        self._turn = turn or _NoTurn()
        self._mark = mark_file(folder, name)
        self._is_pinned = is_pinned
        self.folder = folder
        self.name = name

    @property
    def shown(self) -> str:
        """The URL of the index."""
        return self._store.url

    @property
    def uri(self) -> str:
        """The URL of the index, or the folder with the copy."""
        return str(self.copy) if self.copy else self._store.url

    @property
    def options(self) -> Mapping[str, str]:
        """How LanceDB reaches the store."""
        return {} if self.copy else lance_options(self._store.url, os.environ)

    @property
    def pinned(self) -> int | None:
        """The version that belongs to the catalogue, for a reader."""
        return self.mark().version if self._is_pinned else None

    def mark(self) -> Mark:
        """The mark in the folder."""
        return mark_in(self._mark)

    def put_mark(self, mark: Mark) -> None:
        """Replace the mark in the folder."""
        make_private_file(self._mark)
        self._mark.write_text(json.dumps(asdict(mark)), encoding="ascii")

    def begin(self) -> None:
        """Delete a table that was never published: a writer was killed while it made it."""
        if not self.mark().version:
            self._turn.check()
            delete_table(self._store, self.name)

    def repair(self, opens_as: Callable[[int], bool]) -> None:
        """Nothing: no file of a store is torn."""

    def check_kind(self) -> None:
        """Nothing: a store without conditional puts has refused the lease already."""

    def take_back(self, table: Any) -> None:
        """Go back to the version of the snapshot, where a killed writer went on from it.

        Its catalogue was not published, so nobody knows what the later versions hold.
        """
        version = self.mark().version
        if table.version < version:
            raise IndexDamaged(
                f"version {version} of the table in {self.shown} is missing",
                "delete the index there, then ingest again",
            )
        if table.version > version:
            self._turn.check()
            table.checkout(version)
            table.restore()
            table.checkout_latest()

    @contextmanager
    def committing(self) -> Iterator[None]:
        """A context for a change, which the right to write must allow. Raises IndexLocked."""
        self._turn.check()
        with lance_errors(self.shown):
            yield

    def flush(self, mark: Mark, before_cut: bool = False) -> None:
        """Write the mark, and publish it where it is time or old versions are to go."""
        self.put_mark(mark)
        self._turn.publish(now=before_cut)

    def version_on_disk(self) -> int:
        """The version of the snapshot."""
        return self.mark().version

    def version_ages(self) -> list[float]:
        """The seconds since each version was made, by the clock of the store, newest first."""
        now = time.time()
        manifests = sorted(
            (found.name, found.modified_ns)
            for found in self._store.objects(f"{self.name}.lance/_versions")
            if found.name.endswith(".manifest")
        )
        # A manifest's name is 2**64 - 1 - version in 20 digits, so the newest sorts first.
        return [now - modified_ns / 10**9 for _, modified_ns in manifests]

    def is_newest_whole(self) -> bool:
        """True: no file of a store is torn."""
        return True

    def is_damaged(self) -> bool:
        """False: no file of a store is torn."""
        return False

    def is_unfinished(self) -> bool:
        """False: what a killed writer left is taken back when the table is opened next."""
        return False


def delete_table(store: ObjectStore, name: str) -> None:
    """Delete all objects of a table; its versions go first."""
    names = [found.name for found in store.objects(f"{name}.lance")]
    store.delete(sorted(names, key=lambda found: "/_versions/" not in found))
