"""Folders under watch: which paths change, also while a folder is away, and where the system cannot tell."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..paths import within

QUIET_MS = 200
"""A change is told once nothing has changed for so long."""
LONGEST_MS = 2000
"""The longest that changes which go on and on are held back."""
TICK_SECONDS = 1.0
POLL_TICKS = 30

Notifier = Callable[[Sequence[str], threading.Event], Iterator[Collection[str]]]
"""From folders to the paths that change in them, an empty collection about each second without. Ends with the event, or where a folder is
deleted. Raises OSError where it cannot watch.
"""


@dataclass(frozen=True, slots=True)
class Changes:
    """Paths to be looked at again, mostly none; `warnings` are sentences about what cannot be watched now."""

    paths: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class Watch:
    """Watches the roots that `roots` names, until `stop` is set. A root may be a file; roots may come and go, and be others each time."""

    def __init__(
        self, roots: Callable[[], Iterable[str]], stop: threading.Event, notifier: Notifier | None = None,
        tick_seconds: float = TICK_SECONDS,
    ) -> None:  # fmt: skip
        self.roots = roots
        self.stop = stop
        self.notifier = notifier or notified
        self.tick_seconds = tick_seconds
        self._told: set[str] = set()

    def changes(self) -> Iterator[Changes]:
        """What changed, about each second; all roots at first and whenever one came or went, for changes in between may be lost."""
        while not self.stop.is_set():
            places = self._places()
            folders = [root for root, place in places.items() if place is not None and place.folder]
            batches = self.notifier(folders, self.stop) if folders else self._ticks()
            try:
                yield from self._while_in_place(places, batches)
            except FileNotFoundError:  # a folder went while the watch was being set up
                self.stop.wait(self.tick_seconds)
            except (OSError, UnicodeEncodeError) as error:
                yield Changes((), self._news([_cannot(error, POLL_TICKS * self.tick_seconds)]))
                yield from self._while_in_place(places, self._polls(folders))

    def _while_in_place(
        self, places: Mapping[str, _Place | None], batches: Iterator[Collection[str]]
    ) -> Iterator[Changes]:
        """What the batches say, until they end or a root comes, goes, or is replaced."""
        here = tuple(root for root, place in places.items() if place is not None)
        self._told.difference_update(map(_away, here))
        away = self._news(_away(root) for root in places if root not in here)
        stamps = {root: _stamp(root) for root in here}
        first = True
        for paths in batches:
            if first:
                yield Changes(here, away)
                first = False
            now = {root: _stamp(root) for root in here}
            changed = [*sorted(paths), *(root for root in here if now[root] != stamps[root])]
            stamps = now
            yield Changes(
                tuple(path for path in changed if any(within(path, root) for root in here))
            )
            if self._places() != places:
                return

    def _places(self) -> dict[str, _Place | None]:
        return {root: _place(root) for root in self.roots()}

    def _news(self, warnings: Iterable[str]) -> tuple[str, ...]:
        fresh = tuple(warning for warning in warnings if warning not in self._told)
        self._told.update(fresh)
        return fresh

    def _ticks(self) -> Iterator[Collection[str]]:
        while not self.stop.is_set():
            yield ()
            self.stop.wait(self.tick_seconds)

    def _polls(self, folders: Sequence[str]) -> Iterator[Collection[str]]:
        for number, _ in enumerate(self._ticks(), 1):
            yield folders if number % POLL_TICKS == 0 else ()


def notified(folders: Sequence[str], stop: threading.Event) -> Iterator[Collection[str]]:
    """A Notifier that is told by the system."""
    import watchfiles

    batches = watchfiles.watch(
        *folders, watch_filter=None, debounce=LONGEST_MS, step=QUIET_MS, stop_event=stop,
        rust_timeout=int(TICK_SECONDS * 1000), yield_on_timeout=True, ignore_permission_denied=True,
    )  # fmt: skip
    try:
        for changes in batches:
            yield {path for _, path in changes}
            if any(
                change is watchfiles.Change.deleted and path in folders for change, path in changes
            ):
                return
    except RuntimeError as error:  # what the library raises for anything but a missing path
        raise OSError(0, str(error)) from error


@dataclass(frozen=True, slots=True)
class _Place:
    """What stands at a root: another device or inode means that a disk was put in or taken out, or the folder replaced."""

    folder: bool
    device: int
    inode: int


def _place(root: str) -> _Place | None:
    try:
        status = Path(root).stat()
    except OSError:
        return None
    folder = stat.S_ISDIR(status.st_mode)
    # An editor replaces a file that it saves: that is a change, not another root.
    return _Place(folder, status.st_dev, status.st_ino if folder else 0)


def _stamp(root: str) -> tuple[int, ...]:
    """What differs where a root that is a file has changed."""
    try:
        status = Path(root).stat()
    except OSError:
        return ()
    return (
        () if stat.S_ISDIR(status.st_mode) else (status.st_ino, status.st_size, status.st_mtime_ns)
    )


def _away(root: str) -> str:
    return f"{root} is not there now; its documents stay in the index, and it is taken up again when it is back"


def _cannot(error: Exception, seconds: float) -> str:
    hint = ""
    if os.path.exists("/proc/sys/fs/inotify"):
        hint = "; raise the limit: sudo sysctl fs.inotify.max_user_watches=1048576 fs.inotify.max_user_instances=1024"
    return f"the system cannot watch these folders ({error}); they are looked through every {seconds:.0f} s instead{hint}"
