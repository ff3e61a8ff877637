"""Finds the files under a root that are to be read.

`walk` yields every regular file that the rules let through, and one Skip with its reason for
everything else. What lies below a folder that is left out is not looked at. `skip_of` gives the
same verdict on one path.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import replace
from operator import attrgetter
from pathlib import Path

from ..documents import File, Reason, Skip
from ..errors import UsageError
from ..storage.index_folder import is_index
from .ignore import IGNORE_FILES, LEFT_OUT, Ignores, Patterns
from .placeholders import (
    SYSTEM_MARKS,
    CloudMarks,
    Placeholder,
    placeholder_at,
    stub_at,
    stub_path_for,
)
from .rule_verdicts import RuleVerdicts, WalkRules, an_index

EFFECTIVE_IDS = os.access in os.supports_effective_ids


def walk(
    root: str, rules: WalkRules, below: str | None = None, marks: CloudMarks = SYSTEM_MARKS
) -> Iterator[File | Skip]:
    """Files and skips under `root`, depth first in the order of names.

    `root` is the absolute path of a folder or file. `below` limits the walk to a folder or file
    under the root; the ignore files of the folders above it still hold. A root or `below` that does
    not exist yields nothing: the caller decides whether that is an error. A link is followed only
    where its target lies within the root, is not reached by its own name, and is left out for no
    other reason than a hidden name. `marks` tells which files are cloud placeholders; a stub is
    given under the path of the file that it stands for.

    Raises UsageError where `below` is not under the root.
    """
    yield from _Walk(root, rules, marks).run(root if below is None else below)


def skip_of(
    path: str, root: str, rules: WalkRules, marks: CloudMarks = SYSTEM_MARKS
) -> Skip | None:
    """Why a walk of `root` leaves `path` out; None where it does not.

    The Skip may be that of a folder above the path. Raises UsageError where the path is not under
    the root.
    """
    outcome = _Walk(root, rules, marks).judge_down_to(path)
    return outcome if isinstance(outcome, Skip) else None


class _Folder:
    """A folder to go into, with the rules in force in the folder around it."""

    __slots__ = ("around", "path")

    def __init__(self, path: str, around: Ignores) -> None:
        self.path = path
        self.around = around


class _Walk:
    """One walk of one root.

    inside: the root with a slash. real_root: the root with its links resolved. device: the root's
    device. linked: device and inode of each folder that a link led to.
    """

    def __init__(self, root: str, rules: WalkRules, marks: CloudMarks) -> None:
        self.root = root.rstrip("/") or "/"
        self.inside = self.root.rstrip("/") + "/"
        self.rules = rules
        self.marks = marks
        self.verdicts = RuleVerdicts(self.root, self.inside, rules)
        self.real_root = os.path.realpath(self.root)
        self.device = -1
        self.linked: set[tuple[int, int]] = set()

    def run(self, top: str) -> Iterator[File | Skip]:
        outcome = self.judge_down_to(top)
        if isinstance(outcome, _Folder):
            yield from self.everything_in(outcome)
        elif outcome is not None:
            yield outcome

    def judge_down_to(self, path: str) -> File | Skip | _Folder | None:
        """The verdict on one path, judged from the root downwards; None where it does not exist."""
        path = path.rstrip("/") or "/"
        if path != self.root and not path.startswith(self.inside):
            raise UsageError(f"{path} is not under {self.root}", "name a path below that root")
        try:
            # The user named the root, so it is walked even where it is a link.
            status = Path(self.root).stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            return _unreadable(self.root, error)
        self.device = status.st_dev
        if not stat.S_ISDIR(status.st_mode):
            return self.judge_file(self.root, status) if path == self.root else None
        if away := self.not_downloaded(self.root, status):
            return away
        if is_index(self.root):
            return an_index(self.root)
        # Each folder on the way to the path adds its rules, or leaves the path out.
        outcome: File | Skip | _Folder = _Folder(self.root, self.above_root())
        current = self.root
        for name in path[len(self.inside) :].split("/") if path != self.root else ():
            if not isinstance(outcome, _Folder):
                # There is a file where the path has a folder.
                return outcome if isinstance(outcome, Skip) else None
            ignores = self.enter(outcome, _rule_files(current))[0]
            current = f"{current.rstrip('/')}/{name}"
            try:
                try:
                    status = os.lstat(current)
                except FileNotFoundError:
                    stub = stub_path_for(current)
                    if stub is None:
                        return None
                    current = stub
                    status = os.lstat(current)
            except (FileNotFoundError, NotADirectoryError):
                return None
            except OSError as error:
                return _unreadable(current, error)
            outcome = self.judge(current, status, ignores)
        return outcome

    def everything_in(self, top: _Folder) -> Iterator[File | Skip]:
        """Files and skips below a folder, depth first."""
        # A stack instead of recursion: folders may be nested deeper than Python's limit.
        stack: list[tuple[Ignores, Iterator[os.DirEntry[str]]]] = []
        folder: _Folder | None = top
        while folder or stack:
            # List a folder that was just reached, and put its entries on the stack.
            if folder:
                try:
                    with os.scandir(folder.path) as scan:
                        entries = sorted(scan, key=attrgetter("name"))
                except OSError as error:
                    yield _unreadable(folder.path, error, "the folder")
                else:
                    ignores, problems = self.enter(folder, {entry.name for entry in entries})
                    for source, problem in problems:
                        yield _unreadable(source, problem, "the ignore file")
                    stack.append((ignores, iter(entries)))
                folder = None
                continue
            # Judge the next entry of the innermost folder.
            ignores, remaining = stack[-1]
            entry = next(remaining, None)
            if entry is None:
                stack.pop()
                continue
            try:
                status = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                # The entry was deleted since the folder was listed.
                continue
            except OSError as error:
                yield _unreadable(entry.path, error)
                continue
            outcome = self.judge(entry.path, status, ignores)
            if isinstance(outcome, _Folder):
                folder = outcome
            else:
                yield outcome

    def enter(
        self, folder: _Folder, names: list[str] | set[str]
    ) -> tuple[Ignores, list[tuple[str, OSError]]]:
        """The rules in force inside the folder, and the ignore files that cannot be read."""
        if not self.rules.ignore_files:
            return folder.around, []
        away = [name for name in IGNORE_FILES if name in names and self.is_away(folder.path, name)]
        ignores, problems = folder.around.enter(folder.path, set(names).difference(away))
        error = OSError(0, "it is in the cloud and not on this disk")
        return ignores, [
            *problems,
            *((f"{folder.path.rstrip('/')}/{name}", error) for name in away),
        ]

    def above_root(self) -> Ignores:
        """The rules of the folders above the root, up to the top of its Git repository."""
        if not self.rules.ignore_files:
            return Ignores()
        default = Ignores(always=(Patterns(LEFT_OUT, self.inside),))
        # Find the top of the repository; a root outside any has the default rules alone.
        parents: list[str] = []
        top = self.real_root
        while not os.path.lexists(f"{top}/.git"):
            if not top:
                return default
            top = top.rpartition("/")[0]
            parents.append(top)
        # Take in the ignore files from the top downwards.
        ignores = default
        for parent in reversed(parents):
            lead = self.real_root[len(parent) + 1 :] + "/"
            names = [name for name in _rule_files(parent) if not self.is_away(parent, name)]
            ignores = ignores.enter(parent or "/", names, self.inside, lead)[0]
        root_match = ignores.match_with_parents(self.root, True)
        # A user who names a folder that its repository ignores wants the files in it.
        return default if root_match and root_match.ignored else ignores

    def judge(self, path: str, status: os.stat_result, ignores: Ignores) -> File | Skip | _Folder:
        """The verdict on an entry of a folder with the rules `ignores`."""
        mode = status.st_mode
        stub = stub_at(path, status)
        if stub is not None:
            path = stub.path
        # The name may be left out.
        if left_out := self.verdicts.of_name(path, stat.S_ISDIR(mode), ignores):
            return left_out
        if stub is not None:
            return self.verdicts.not_included(path) or _not_downloaded(path, stub.placeholder)
        # A link stands for its target, where it is followed.
        if stat.S_ISLNK(mode):
            target = self.follow(path)
            if isinstance(target, Skip):
                return target
            status = target
        if stat.S_ISDIR(status.st_mode):
            if away := self.not_downloaded(path, status):
                return away
            return an_index(path) if is_index(path) else _Folder(path, ignores)
        return self.judge_file(path, status)

    def judge_file(self, path: str, status: os.stat_result) -> File | Skip:
        """The verdict on what is not a folder, by its kind, size and permissions."""
        mode = status.st_mode
        if not stat.S_ISREG(mode):
            return Skip(path, Reason.SPECIAL, f"{_special(mode)} is no document")
        if left_out := self.verdicts.not_included(path):
            return left_out
        if too_large := self.verdicts.too_large(path, status.st_size):
            return too_large
        if away := self.not_downloaded(path, status):
            return away
        if mode & 0o444 != 0o444 and not os.access(path, os.R_OK, effective_ids=EFFECTIVE_IDS):
            return Skip(path, Reason.UNREADABLE, "the file cannot be read: permission denied")
        file = _file(path, self.root, status, mounted=status.st_dev != self.device)
        return replace(file, fetch=True) if self.rules.fetch_cloud else file

    def not_downloaded(self, path: str, status: os.stat_result) -> Skip | None:
        """The skip of a placeholder that may not be opened; None for everything else."""
        placeholder = placeholder_at(path, status, self.marks)
        if placeholder is None or (self.rules.fetch_cloud and placeholder.opening_downloads):
            return None
        return _not_downloaded(path, placeholder)

    def is_away(self, folder: str, name: str) -> bool:
        """True where a file of the folder is a placeholder that may not be opened."""
        path = f"{folder.rstrip('/')}/{name}"
        try:
            status = Path(path).stat()
        except OSError:
            return False
        return self.not_downloaded(path, status) is not None

    def follow(self, path: str) -> os.stat_result | Skip:
        """The status of a link's target, or why the link is not followed."""
        try:
            status = Path(path).stat()
        except OSError as error:
            return Skip(path, Reason.SYMLINK, f"the link leads nowhere: {_cause(error)}")
        target = os.path.realpath(path)
        real_inside = self.real_root.rstrip("/") + "/"
        if target != self.real_root and not target.startswith(real_inside):
            return Skip(path, Reason.SYMLINK, f"the link leads out of the root, to {target}")
        # A target that is reached by its own name is not read twice.
        own_name = (
            self.inside + target[len(real_inside) :] if target != self.real_root else self.root
        )
        if not isinstance(self.judge_down_to(own_name), Skip):
            return Skip(
                path,
                Reason.SYMLINK,
                f"the link leads to {own_name}, which is reached by its own name",
            )
        # A link may lead to a hidden name, but to nothing that a rule leaves out.
        lenient = _Walk(self.root, replace(self.rules, hidden=True, include=()), self.marks)
        verdict = lenient.judge_down_to(own_name)
        if isinstance(verdict, Skip) and verdict.reason in (Reason.EXCLUDED, Reason.IGNORED):
            return Skip(path, Reason.SYMLINK, f"the link leads to {own_name}: {verdict.message}")
        # Links may form a circle: each folder is entered once.
        if stat.S_ISDIR(status.st_mode):
            key = (status.st_dev, status.st_ino)
            if key in self.linked:
                return Skip(
                    path,
                    Reason.SYMLINK,
                    f"the link leads to {target}, which another link led to before",
                )
            self.linked.add(key)
        return status


def file_at(path: str) -> File | None:
    """The regular file at an absolute `path`, as its own root; None where there is none."""
    try:
        status = Path(path).stat()
    except OSError:
        return None
    return _file(path, path, status, mounted=False) if stat.S_ISREG(status.st_mode) else None


def _file(path: str, root: str, status: os.stat_result, mounted: bool) -> File:
    return File(
        path=path,
        root=root,
        size=status.st_size,
        mtime_ns=status.st_mtime_ns,
        ctime_ns=status.st_ctime_ns,
        inode=status.st_ino,
        mounted=mounted,
    )


def _not_downloaded(path: str, placeholder: Placeholder) -> Skip:
    remedy = (
        "to download and read it: docsearch ingest --fetch-cloud FOLDER"
        if placeholder.opening_downloads
        else f"make it available offline in {placeholder.service}"
    )
    message = f"its contents are in {placeholder.service} and not on this disk; {remedy}"
    return Skip(path, Reason.NOT_DOWNLOADED, message)


def _rule_files(folder: str) -> list[str]:
    """The names in a folder that matter to `Ignores.enter`."""
    return [name for name in (".git", *IGNORE_FILES) if os.path.lexists(f"{folder}/{name}")]


def _unreadable(path: str, error: OSError, noun: str = "the path") -> Skip:
    return Skip(path, Reason.UNREADABLE, f"{noun} cannot be read: {_cause(error)}")


def _cause(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _special(mode: int) -> str:
    if stat.S_ISFIFO(mode):
        return "a named pipe"
    return "a socket" if stat.S_ISSOCK(mode) else "a device"
