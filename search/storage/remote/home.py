"""The home of an index at the URL of an object store.

Its small files are published as snapshots. A reader fetches the newest snapshot, and looks for
another one at most once a second. A writer takes the lease, copies the newest snapshot into a
folder of its own and works there as in the folder of a local index. It publishes a snapshot now and
then, and at its end.
"""

from __future__ import annotations

import shutil
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self

from ...config import CACHE_SIZE
from ...errors import IndexDamaged, NoIndex, NotAnIndex
from ...object_store.client import ObjectStore
from ...urls import tidied
from ..catalog import Catalog
from ..mark import mark_file
from ..table_place import TablePlace
from ..vocabulary_file import VocabularyFile
from .cache import Cache, cache_errors
from .lease import LEASE, Lease, holder_of
from .mirror import Mirror
from .snapshots import FILES, POINTER, Snapshot, Snapshots, copy_snapshot
from .table import RemoteTable, delete_table

FRESH = 1.0
"""For how many seconds a reader takes the newest snapshot that it knows for the newest."""

PUBLISHED_EACH = 30.0
"""The fewest seconds between two snapshots of one run, but for those that must be."""

PUBLISHING_SHARE = 20
"""One part in so many of a run's time goes into publishing at most."""

_ATTEMPTS = 4


class Turn:
    """A writer's turn: its lease, its folder, and the snapshots that it publishes."""

    def __init__(
        self, lease: Lease, snapshots: Snapshots, folder: Path, before: Snapshot | None
    ) -> None:
        self.folder = folder
        self.newest = before
        self.has_flushed = False
        self._lease = lease
        self._snapshots = snapshots
        self._next = time.monotonic() + PUBLISHED_EACH
        self._publishing = threading.Lock()

    def check(self) -> None:
        """Raise IndexLocked where the lease was lost."""
        self._lease.check()

    def publish(self, now: bool = True) -> None:
        """Publish a snapshot, or only where the last one was published long enough ago."""
        with self._publishing, cache_errors():
            self.has_flushed = True
            started = time.monotonic()
            if not now and started < self._next:
                return
            self.check()
            self.newest = self._snapshots.published(self.folder, self.newest)
            ended = time.monotonic()
            self._next = ended + max(PUBLISHED_EACH, PUBLISHING_SHARE * (ended - started))


class RemoteHome:
    """The index in `store`. What is fetched of it goes into `cache`."""

    is_remote = True

    def __init__(
        self,
        store: ObjectStore,
        cache: Cache,
        lease: Callable[[ObjectStore], Lease] = Lease,
        fresh: float = FRESH,
    ) -> None:
        self._store = store
        self._lease = lease
        self._fresh = fresh
        self._snapshots = Snapshots(store, cache)
        self._cache = cache
        self._mirror = Mirror(store, cache.tables, cache.limit // 2)
        self._lock = threading.RLock()
        self._newest: Snapshot | None = None
        self._looked = float("-inf")
        self._turn: Turn | None = None
        self._retired: list[Path] = []
        weakref.finalize(self, _remove_all, self._retired)

    @classmethod
    def at(cls, url: str, cache_size: int = CACHE_SIZE) -> Self:
        """The index at a URL, with the user's own cache of so many bytes. Raises RemoteFailure."""
        from platformdirs import user_cache_dir

        cache = Path(user_cache_dir("docsearch", appauthor=False)) / "remote"
        return cls(ObjectStore(tidied(url)), Cache(cache, tidied(url), cache_size))

    @property
    def name(self) -> str:
        """The URL."""
        return self._store.url

    @property
    def folder(self) -> Path:
        """The writer's folder while this process writes, else that of the newest snapshot.

        Raises NoIndex where nothing was published.
        """
        with self._lock:
            if self._turn is not None:
                return self._turn.folder
            with cache_errors():
                return self._fetched(self._look())

    def see_newest(self) -> None:
        """Ask the store for the newest snapshot at the next call."""
        self._looked = float("-inf")

    def look_again(self) -> None:
        """Ask the store for the newest snapshot at the next call, and trust no copy."""
        self.see_newest()
        self._mirror.distrust()

    def note_query(self, place: TablePlace) -> None:
        """Copy the table in the background after the second query, where it was not copied yet."""
        if place.pinned is not None and place.uri == self.name:
            self._mirror.note_query(place.name, place.pinned)

    def too_large(self, place: TablePlace) -> int:
        """The bytes of a table that has more than a copy may have; 0 for any other."""
        try:
            size = self._mirror.size(place.name, place.mark().version)
        except FileNotFoundError:
            # The version went meanwhile, or the table is damaged, which its own checks tell.
            return 0
        return size if size > self._mirror.limit else 0

    def close(self) -> None:
        """End the copying of tables."""
        self._mirror.close()

    def _look(self) -> Snapshot | None:
        """The newest snapshot, for which the store is asked once a while."""
        if self._newest is None or time.monotonic() - self._looked >= self._fresh:
            self._newest = self._snapshots.newest(self._newest)
            self._looked = time.monotonic()
        return self._newest

    def _fetched(self, snapshot: Snapshot | None) -> Path:
        for _ in range(_ATTEMPTS):
            if snapshot is None:
                raise NoIndex(f"there is no index at {self.name}", "run: docsearch ingest FOLDER")
            try:
                return self._snapshots.fetched(snapshot)
            except FileNotFoundError as error:
                # Another snapshot took its place, and the store dropped the files of this one.
                newest = self._newest = self._snapshots.newest(snapshot)
                if newest == snapshot:
                    raise IndexDamaged(
                        f"files of the index in {self.name} are missing",
                        "delete the index there, then ingest again",
                    ) from error
                snapshot = newest
        raise IndexDamaged(
            f"the index in {self.name} changes faster than it can be fetched", "try again later"
        )

    @contextmanager
    def writing(self, create: bool) -> Iterator[Catalog]:
        """The catalogue in a folder of the writer, under the lease.

        What was done is published at the end, also where an error ends the run: then only what was
        stored for good is.
        """
        self._check_exists(create)
        with ExitStack() as stack:
            lease = stack.enter_context(self._lease(self._store))
            with cache_errors():
                folder = self._cache.work_folder()
                stack.callback(self._retire, folder)
                before = self._snapshots.newest()
                if before is not None:
                    copy_snapshot(self._fetched(before), folder)
            with Catalog.open(folder, create=create, write=True) as catalog:
                turn = Turn(lease, self._snapshots, folder, before)
                self._enter(turn)
                try:
                    yield catalog
                except BaseException:
                    if turn.has_flushed:
                        turn.publish()
                    raise
                else:
                    turn.publish()
                finally:
                    self._leave(turn)

    def _enter(self, turn: Turn) -> None:
        with self._lock:
            self._turn = turn

    def _leave(self, turn: Turn) -> None:
        with self._lock:
            self._turn = None
            self._newest = turn.newest
            self._looked = time.monotonic()

    def _retire(self, folder: Path) -> None:
        """Remove the folders of earlier turns; a query may still be reading from this one."""
        while self._retired:
            shutil.rmtree(self._retired.pop(), ignore_errors=True)
        self._retired.append(folder)

    def _check_exists(self, create: bool) -> None:
        """Raise NoIndex or NotAnIndex unless there is an index, or may be one by `create`."""
        if self._store.head(POINTER) is not None:
            return
        if not create:
            raise NoIndex(f"there is no index at {self.name}", "run: docsearch ingest FOLDER")
        own = (POINTER, LEASE, f"{FILES}/")
        other = (
            found.name
            for found in self._store.objects()
            if not found.name.startswith(own) and ".lance/" not in found.name
        )
        if (name := next(other, None)) is not None:
            raise NotAnIndex(
                f"{self.name} holds other objects, such as {name}, and is not an index",
                "name another prefix with --index",
            )

    def holder(self) -> str | None:
        """Who has the lease."""
        return holder_of(self._store)

    def place(self, table: str, folder: Path | None = None) -> TablePlace:
        """The table in the store, at the newest version for a writer, else at the catalogue's."""
        folder, turn = folder or self.folder, self._turn
        if turn is not None and turn.folder == folder:
            return RemoteTable(self._store, folder, table, is_pinned=False, turn=turn)
        place = RemoteTable(self._store, folder, table, is_pinned=True)
        place.copy = self._mirror.find(table, place.mark().version)
        return place

    def tables(self) -> set[str]:
        """The names of the tables in the store."""
        suffix = ".lance"
        _, folders = self._store.children()
        return {name.removesuffix(suffix) for name in folders if name.endswith(suffix)}

    def remove_table(self, name: str) -> None:
        """Delete a table, once no snapshot names it."""
        turn = self._turn
        assert turn is not None, "only a writer removes tables"
        turn.check()
        VocabularyFile(turn.folder, name).remove()
        mark_file(turn.folder, name).unlink(missing_ok=True)
        if turn.newest is not None and name in turn.newest.tables:
            turn.publish()
        delete_table(self._store, name)

    def size(self) -> int:
        """The bytes of all objects."""
        return sum(found.size for found in self._store.objects())

    def has_passages(self, table: str) -> bool:
        """Whether the table has files of data."""
        return next(self._store.objects(f"{table}.lance/data"), None) is not None


def _remove_all(folders: list[Path]) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
