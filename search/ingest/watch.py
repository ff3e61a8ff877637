"""Watches folders for changed paths.

A root may disappear and come back. Where the system cannot watch a folder, it is looked through
from time to time.
"""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..paths import within

QUIET_MS = 200
"""Changes are reported once nothing more has changed for so long."""
MAX_DELAY_MS = 2000
"""Changes that go on and on are held back no longer than this."""
TICK_SECONDS = 1.0
POLL_TICKS = 30

Notifier = Callable[[Sequence[str], threading.Event], Iterator[Collection[str]]]
"""Watches folders, and gives collections of the paths that changed in them.

It gives an empty collection about each second without a change. It ends when the event is set or a
folder is deleted. Raises OSError where it cannot watch.
"""


@dataclass(frozen=True, slots=True)
class Changes:
    """Paths to be looked at again, mostly none.

    `warnings` are sentences about roots that cannot be watched now.
    """

    paths: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class Watch:
    """Watches the roots that `roots` returns, until `stop` is set.

    A root is a folder or a file, and it may come and go. `roots` may return other roots at each
    call.
    """

    def __init__(
        self,
        roots: Callable[[], Iterable[str]],
        stop: threading.Event,
        notifier: Notifier | None = None,
        tick_seconds: float = TICK_SECONDS,
    ) -> None:
        self.roots = roots
        self.stop = stop
        self.notifier = notifier or system_notifier
        self.tick_seconds = tick_seconds
        self._given_warnings: set[str] = set()

    def changes(self) -> Iterator[Changes]:
        """What changed, about each second.

        All roots count as changed at first, and whenever a root came or went: changes may have
        been missed in between.
        """
        while not self.stop.is_set():
            places = self._places()
            folders = [root for root, place in places.items() if place is not None and place.folder]
            batches = self.notifier(folders, self.stop) if folders else self._ticks()
            try:
                yield from self._while_in_place(places, batches)
            except FileNotFoundError:
                # A folder disappeared while the watch was being set up.
                self.stop.wait(self.tick_seconds)
            except (OSError, UnicodeEncodeError) as error:
                warning = _polling_warning(error, POLL_TICKS * self.tick_seconds)
                yield Changes((), self._new_warnings([warning]))
                yield from self._while_in_place(places, self._polls(folders))

    def _while_in_place(
        self, places: Mapping[str, _Place | None], batches: Iterator[Collection[str]]
    ) -> Iterator[Changes]:
        """The changes of the batches, until they end or a root comes, goes, or is replaced."""
        present = tuple(root for root, place in places.items() if place is not None)
        # A root that is back is warned of again when it disappears again.
        self._given_warnings.difference_update(map(_absence_warning, present))
        warnings = self._new_warnings(
            _absence_warning(root) for root in places if root not in present
        )
        stamps = {root: _stamp(root) for root in present}
        first = True
        for paths in batches:
            # The first batch shows that the watch is running. All roots are looked through then,
            # as changes before it may have been missed.
            if first:
                yield Changes(present, warnings)
                first = False
            # Roots that are files are compared with what they were at the batch before.
            new_stamps = {root: _stamp(root) for root in present}
            changed_roots = (root for root in present if new_stamps[root] != stamps[root])
            changed = [*sorted(paths), *changed_roots]
            stamps = new_stamps
            yield Changes(
                tuple(path for path in changed if any(within(path, root) for root in present))
            )
            if self._places() != places:
                return

    def _places(self) -> dict[str, _Place | None]:
        return {root: _place(root) for root in self.roots()}

    def _new_warnings(self, warnings: Iterable[str]) -> tuple[str, ...]:
        """The warnings that were not given yet."""
        new = tuple(warning for warning in warnings if warning not in self._given_warnings)
        self._given_warnings.update(new)
        return new

    def _ticks(self) -> Iterator[Collection[str]]:
        while not self.stop.is_set():
            yield ()
            self.stop.wait(self.tick_seconds)

    def _polls(self, folders: Sequence[str]) -> Iterator[Collection[str]]:
        for number, _ in enumerate(self._ticks(), 1):
            yield folders if number % POLL_TICKS == 0 else ()


def system_notifier(folders: Sequence[str], stop: threading.Event) -> Iterator[Collection[str]]:
    """The Notifier that asks the operating system."""
    import watchfiles

    batches = watchfiles.watch(
        *folders,
        watch_filter=None,
        debounce=MAX_DELAY_MS,
        step=QUIET_MS,
        stop_event=stop,
        rust_timeout=int(TICK_SECONDS * 1000),
        yield_on_timeout=True,
        ignore_permission_denied=True,
    )
    try:
        for changes in batches:
            yield {path for _, path in changes}
            if any(
                change is watchfiles.Change.deleted and path in folders for change, path in changes
            ):
                return
    except RuntimeError as error:
        # The library raises RuntimeError for anything but a missing path.
        raise OSError(0, str(error)) from error


@dataclass(frozen=True, slots=True)
class _Place:
    """What lies at a root.

    Another device or inode means that a disk was mounted or unmounted, or the folder replaced.
    """

    folder: bool
    device: int
    inode: int


def _place(root: str) -> _Place | None:
    try:
        status = Path(root).stat()
    except OSError:
        return None
    folder = stat.S_ISDIR(status.st_mode)
    # An editor that saves a file replaces it: that is a change, not another root.
    return _Place(folder, status.st_dev, status.st_ino if folder else 0)


def _stamp(root: str) -> tuple[int, ...]:
    """Inode, size and time of a root that is a file: they differ where it has changed."""
    try:
        status = Path(root).stat()
    except OSError:
        return ()
    return (
        () if stat.S_ISDIR(status.st_mode) else (status.st_ino, status.st_size, status.st_mtime_ns)
    )


def _absence_warning(root: str) -> str:
    """The warning of a root that is not there."""
    return (
        f"{root} is not there now; its documents stay in the index, and it is taken up again "
        "when it is back"
    )


def _polling_warning(error: Exception, seconds: float) -> str:
    """The warning of folders that are looked through every so many seconds."""
    hint = ""
    if os.path.exists("/proc/sys/fs/inotify"):
        hint = (
            "; raise the limit: sudo sysctl fs.inotify.max_user_watches=1048576 "
            "fs.inotify.max_user_instances=1024"
        )
    return (
        f"the system cannot watch these folders ({error}); they are looked through every "
        f"{seconds:.0f} s instead{hint}"
    )
