"""Ignore files: which rule of which file leaves a path out.

Rules follow Git: a later line overrides an earlier one, a deeper file a shallower one, `!` takes back in. Above that
stands the kind of file: .docsearchignore overrides .ignore, which overrides .gitignore and .git/info/exclude.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

IGNORE_FILES = (".gitignore", ".ignore", ".docsearchignore")
GIT_EXCLUDE = ".git/info/exclude"

# Dependencies, caches, editors' copies and secrets, which a folder that is under no version control holds as well.
LEFT_OUT = (
    "node_modules/",
    "bower_components/",
    "__pycache__/",
    "*~",
    "*.swp",
    "#*#",
    "*.env",
    "*.pem",
    "id_rsa",
)

MAX_IGNORE_FILE = 1_000_000


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that decided about a path: `source` is the file it stands in (empty for a list), `line` counts from 1."""

    ignored: bool
    source: str
    line: int
    pattern: str


class Patterns:
    """Gitignore-style patterns that count from one folder.

    A path is matched as `lead` and what remains of it without `prefix`: the prefix is the folder of the patterns with a
    slash, or the root's where the patterns stand above the root, and then `lead` is the root as seen from them.
    """

    def __init__(self, lines: Iterable[str], prefix: str, lead: str = "", source: str = "") -> None:
        from pathspec import GitIgnoreSpec

        self._skip = len(prefix)
        self._lead = lead
        self._source = source
        self._lines: list[tuple[int, str]] = []
        compiled = []
        for number, line in enumerate(lines, 1):
            pattern = _compile(line)
            if pattern is not None:
                self._lines.append((number, line.strip()))
                compiled.append(pattern)
        self._spec: GitIgnoreSpec = GitIgnoreSpec(compiled)

    def match(self, path: str, folder: bool) -> Match | None:
        """The rule that decides about the absolute `path`; None where no rule does."""
        relative = self._lead + path[self._skip :]
        result = self._spec.check_file(
            relative.rstrip("/") + "/" if folder else relative, separators=()
        )
        if result.include is None or result.index is None:
            return None
        number, pattern = self._lines[result.index]
        return Match(result.include, self._source, number, pattern)


def _compile(line: str) -> Any:
    """One line as a pattern; None for blank lines, comments, and patterns that no path can match."""
    from pathspec.patterns.gitignore.base import GitIgnorePatternError
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    if line.endswith("/**"):
        # To Git this is what lies in the folder, so that a later `!folder/x` works; pathspec would prune the folder.
        line += "/*"
    try:
        pattern = GitIgnoreSpecPattern(line)
    except (GitIgnorePatternError, re.error):
        # Git passes over a malformed pattern too.
        return None
    return pattern if pattern.include is not None else None


@dataclass(frozen=True, slots=True)
class Ignores:
    """The ignore files in force in one folder: for each kind, outermost first."""

    layers: tuple[tuple[Patterns, ...], ...] = ((), (), ())
    always: tuple[Patterns, ...] = ()

    def enter(
        self, folder: str, names: Collection[str], prefix: str | None = None, lead: str = ""
    ) -> tuple[Ignores, list[tuple[str, OSError]]]:
        """The rules inside `folder`, whose entries are `names`, and the ignore files that cannot be read.

        `prefix` and `lead` are as in Patterns; the prefix is the folder's own where it is None.
        """
        layers = list(self.layers)
        found = [(kind, name) for kind, name in enumerate(IGNORE_FILES) if name in names]
        if ".git" in names:
            # A repository inside another one knows nothing of the outer one's rules.
            layers[0] = ()
            found.insert(0, (0, GIT_EXCLUDE))
        problems = []
        for kind, name in found:
            source = f"{folder.rstrip('/')}/{name}"
            try:
                lines = _read(source)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                problems.append((source, error))
                continue
            own = folder.rstrip("/") + "/" if prefix is None else prefix
            layers[kind] = (*layers[kind], Patterns(lines, own, lead, source))
        return (replace(self, layers=tuple(layers)) if found else self), problems

    def match(self, path: str, folder: bool) -> Match | None:
        """The rule that decides about `path`, None where no rule does."""
        for layer in (*reversed(self.layers), self.always):
            for patterns in reversed(layer):
                if match := patterns.match(path, folder):
                    return match
        return None


def _read(path: str) -> list[str]:
    """The lines of an ignore file; empty where the name belongs to something that is no regular file.

    Raises OSError where it cannot be read or is larger than an ignore file may be.
    """
    # Without O_NONBLOCK, opening a FIFO of that name would wait for ever.
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            return []
        if status.st_size > MAX_IGNORE_FILE:
            raise OSError(0, f"it is larger than {MAX_IGNORE_FILE:,} bytes")
        data = os.read(handle, MAX_IGNORE_FILE)
    finally:
        os.close(handle)
    return [
        os.fsdecode(line.removesuffix(b"\r"))
        for line in data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    ]
