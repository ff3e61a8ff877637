"""Finds and reads the objects of a store that are documents, as a walk of a folder does.

Keys with slashes are taken for folders and files. An object counts as changed where its size, its
time or its tag, which the store makes anew with each change, is another one.
"""

from __future__ import annotations

import hashlib
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from ..documents import File, Reason, Skip
from ..errors import DocsearchError, RemoteFailure, Unreadable, UsageError
from ..object_store.client import ObjectStore, OddKey, StoredObject, store_at
from ..paths import within
from ..storage.remote.lease import LEASE
from ..storage.remote.snapshots import POINTER
from ..urls import parted
from .ignore import IGNORE_FILES, LEFT_OUT, MAX_IGNORE_FILE, Ignores, Patterns, lines_of
from .rule_verdicts import RuleVerdicts, WalkRules, an_index

_BEARING = frozenset((*IGNORE_FILES, ".git", POINTER, LEASE))

AWAY_SECONDS = 60.0
"""A store that could not be reached is not asked again for so long: each try takes half a minute.

The files that were to be read meanwhile fail at once, and the next run tries them again.
"""

_away: dict[str, tuple[float, str]] = {}
"""Until when the store at a bucket's URL is not asked again, and what it failed with."""


def walk_store(root: str, rules: WalkRules, below: str | None = None) -> Iterator[File | Skip]:
    """Files and skips under the URL `root`, in the order of their names; `below` limits them.

    A store that cannot be listed is one Skip, of the root. Raises UsageError where `below` is not
    under the root.
    """
    yield from StoreWalk(root, rules).run(root if below is None else below)


def read_object(file: File) -> bytes:
    """An object's contents, as many bytes as the walk saw.

    Raises FileNotFoundError where it is gone, Unreadable where it cannot be read.
    """
    bucket, key = parted(file.path)
    until, message = _away.get(bucket, (0.0, ""))
    if time.monotonic() < until:
        raise Unreadable(Reason.UNREADABLE, message)
    try:
        return store_at(bucket).read_first(key, file.size)
    except DocsearchError as error:
        message = f"it cannot be read: {error.message}"
        if "cannot be reached" in error.message:
            _away[bucket] = time.monotonic() + AWAY_SECONDS, message
        raise Unreadable(Reason.UNREADABLE, message) from error


def object_at(url: str) -> File | None:
    """The object at a URL, as its own root; None where there is none. Raises RemoteFailure."""
    bucket, key = parted(url)
    found = store_at(bucket).head(key) if key else None
    return _file(bucket, found, url) if found else None


def is_at(url: str) -> bool:
    """Whether there is an object at a URL, or any below it. Raises RemoteFailure."""
    bucket, key = parted(url)
    try:
        first = next(store_at(bucket).objects(key), None)
    except OddKey:
        return True
    return first is not None or object_at(url) is not None


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder that is gone into, with the rules in force in it."""

    ignores: Ignores


class StoreWalk:
    """One walk of one root.

    `bearing` has the names in each folder with objects that tell something about the folder.
    """

    def __init__(self, root: str, rules: WalkRules) -> None:
        self.root = root
        self.rules = rules
        self.verdicts = RuleVerdicts(root, f"{root}/", rules)
        self.bucket = parted(root)[0]
        self.store: ObjectStore = store_at(self.bucket)
        self.top = root
        self.bearing: dict[str, set[str]] = defaultdict(set)
        self.folders: dict[str, _Folder | Skip] = {}
        self.problems: list[Skip] = []

    def run(self, top: str) -> Iterator[File | Skip]:
        """The files and skips at and below `top`."""
        if not within(top, self.root):
            raise UsageError(f"{top} is not under {self.root}", "name a URL below that root")
        self.top = top
        try:
            objects = self._listed(top)
            yield from self._judged(top, objects)
        except RemoteFailure as error:
            yield Skip(self.root, Reason.UNREADABLE, f"the store cannot be listed: {error.message}")

    def skip_of(self, path: str) -> Skip | None:
        """Why the walk leaves a path out; None where it does not, or where nothing is there."""
        outcomes = self.run(path)
        first = next((found for found in outcomes if within(path, found.path)), None)
        return first if isinstance(first, Skip) else None

    def _listed(self, top: str) -> list[StoredObject]:
        """The objects at and below `top`, by name, without those that stand for folders."""
        _, key = parted(top)
        try:
            objects = list(self.store.objects(key))
        except OddKey:
            # One odd key spoils the list of all, so folder after folder is listed.
            objects = list(self._by_folder(key))
        objects.sort(key=lambda found: found.name)
        if not objects and key:
            single = self.store.head(key)
            return [single] if single else []
        for found in objects:
            folder, _, name = f"{self.bucket}/{found.name}".rpartition("/")
            bearing = self.bearing[folder]
            if name in _BEARING:
                bearing.add(name)
            if "/.git/" in f"{folder}/":
                self.bearing[f"{folder}/".partition("/.git/")[0]].add(".git")
        # Some tools make an empty object for each folder.
        parents = {folder.removeprefix(f"{self.bucket}/") for folder in self.bearing}
        return [found for found in objects if found.size or found.name not in parents]

    def _by_folder(self, prefix: str) -> Iterator[StoredObject]:
        """The objects in and below a folder, but for the folders that hold an odd key."""
        waiting = [prefix]
        while waiting:
            folder = waiting.pop()
            try:
                objects, folders = self.store.children(folder)
            except OddKey as error:
                path = f"{self.bucket}/{folder}".rstrip("/")
                message = f"the folder cannot be listed: {error.message}"
                self.problems.append(Skip(path, Reason.UNREADABLE, message))
                continue
            yield from objects
            waiting += folders

    def _judged(self, top: str, objects: list[StoredObject]) -> Iterator[File | Skip]:
        told: set[str] = set()
        yield from self.problems
        self.problems.clear()
        for found in objects:
            path = f"{self.bucket}/{found.name}"
            if path == self.root:
                outcome = self._sized(path, found)
            else:
                folder = self._folder(path.rpartition("/")[0])
                if isinstance(folder, Skip):
                    # All that lies in a folder that is left out is told of once.
                    if folder.path not in told:
                        told.add(folder.path)
                        yield folder
                    continue
                outcome = self.verdicts.of_name(path, False, folder.ignores) or self._sized(
                    path, found
                )
            yield from self.problems
            self.problems.clear()
            yield outcome

    def _sized(self, path: str, found: StoredObject) -> File | Skip:
        left_out = self.verdicts.not_included(path) or self.verdicts.too_large(path, found.size)
        return left_out or _file(self.bucket, found, self.root)

    def _folder(self, path: str) -> _Folder | Skip:
        """The verdict on a folder at or below the root, from the root downwards."""
        if path not in self.folders:
            self.folders[path] = self._judged_folder(path)
        return self.folders[path]

    def _judged_folder(self, path: str) -> _Folder | Skip:
        # The folders above the top were not listed, so their ignore files are asked for.
        is_listed = within(path, self.top)
        names = self.bearing.get(path, set()) if is_listed else set(IGNORE_FILES)
        if {POINTER, LEASE} <= names:
            return an_index(path)
        around = Ignores()
        if path != self.root:
            outer = self._folder(path.rpartition("/")[0])
            if isinstance(outer, Skip):
                return outer
            if left_out := self.verdicts.of_name(path, True, outer.ignores):
                return left_out
            around = outer.ignores
        elif self.rules.ignore_files:
            around = Ignores(always=(Patterns(LEFT_OUT, f"{self.root}/"),))
        if not self.rules.ignore_files:
            return _Folder(around)
        ignores, problems = around.enter(path, names, read=self._lines)
        self.problems += [
            Skip(source, Reason.UNREADABLE, f"the ignore file cannot be read: {error.strerror}")
            for source, error in problems
        ]
        return _Folder(ignores)

    def _lines(self, url: str) -> list[str]:
        """The lines of an ignore file. Raises FileNotFoundError, and OSError for a large one."""
        found = self.store.head(parted(url)[1])
        if found is None:
            raise FileNotFoundError(url)
        if found.size > MAX_IGNORE_FILE:
            raise OSError(0, f"it is larger than {MAX_IGNORE_FILE:,} bytes")
        return lines_of(self.store.read_first(found.name, found.size))


def _file(bucket: str, found: StoredObject, root: str) -> File:
    return File(
        path=f"{bucket}/{found.name}",
        root=root,
        size=found.size,
        mtime_ns=found.modified_ns,
        ctime_ns=found.modified_ns,
        inode=_number(found),
    )


def _number(found: StoredObject) -> int:
    """The tag of an object as a number, which stands where a file has its inode.

    A list gives no versions, and Azure's gives tags without quotes.
    """
    tag = found.tag.e_tag.strip('"').encode()
    return int.from_bytes(hashlib.sha256(tag).digest()[:8]) >> 1
