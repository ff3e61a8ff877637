"""Finds the rule of an ignore file that leaves a path out or takes it back in.

Rules follow Git: a later line overrides an earlier one, a deeper file overrides a shallower one,
and `!` takes a path back in. The kind of the file counts for more than that: .docsearchignore
overrides .ignore, which overrides .gitignore and .git/info/exclude.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace

IGNORE_FILES = (".gitignore", ".ignore", ".docsearchignore")
GIT_EXCLUDE = ".git/info/exclude"

# Dependencies, caches, editors' copies and secrets are left out by default, as a folder that is not
# under version control has no ignore file for them.
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
    """A rule that decided about a path.

    `source` is the file that holds the rule, empty where it comes from a list. `line` counts from
    1. `ignored` is False where the rule takes the path back in.
    """

    ignored: bool
    source: str
    line: int
    pattern: str


class Patterns:
    """Gitignore-style patterns that are relative to one folder.

    `prefix` is cut off an absolute path, and `lead` is put before what is left. For patterns inside
    the root, `prefix` is their folder with a slash, and `lead` is empty. For patterns in a folder
    above the root, `prefix` is the root with a slash, and `lead` is the root relative to them.
    """

    def __init__(self, lines: Iterable[str], prefix: str, lead: str = "", source: str = "") -> None:
        self._skip = len(prefix)
        self._lead = lead
        self._source = source
        self._rules = [
            (rule, number, line.strip())
            for number, line in enumerate(lines, 1)
            if (rule := _compile(line)) is not None
        ]
        # Most paths match no rule, which one search over all of them tells.
        self._any = re.compile(
            "|".join(rule[1].pattern for rule, _, _ in self._rules) or r"(?!)", re.DOTALL
        )

    def match(self, path: str, folder: bool) -> Match | None:
        """The rule that decides about an absolute path, a `folder` or not; None without one.

        Only rules for the path itself count: the caller asks for the folders above it first, since
        nothing in a folder that is left out can be taken back in.
        """
        return self._decide(self._relative(path).rstrip("/") + "/" * folder)

    def match_with_parents(self, path: str, folder: bool) -> Match | None:
        """As `match`; but a rule that ignores a folder above the path decides before."""
        relative = self._relative(path).rstrip("/")
        slashes = (at for at, letter in enumerate(relative) if letter == "/")
        above = (self._decide(relative[: at + 1]) for at in slashes)
        ignoring = next((match for match in above if match and match.ignored), None)
        return ignoring or self.match(path, folder)

    def _relative(self, path: str) -> str:
        return self._lead + path[self._skip :]

    def _decide(self, relative: str) -> Match | None:
        if not self._any.search(relative):
            return None
        for (ignores, regex), number, pattern in reversed(self._rules):
            if regex.search(relative):
                return Match(ignores, self._source, number, pattern)
        return None


def _compile(line: str) -> tuple[bool, re.Pattern[str]] | None:
    """Whether a line ignores what it matches, and its expression for a relative path.

    The path of a folder ends in a slash. None for a blank line, a comment, and a pattern without
    any match.
    """
    from pathspec.patterns.gitignore.base import GitIgnorePatternError
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    # To Git `a/**` and `a/**/` are what lies in the folder; to pathspec they are the folder too.
    line = re.sub(r"(?<=/\*\*)(/?)\s*$", r"/*\1", line) if "/**" in line else line
    try:
        pattern = GitIgnoreSpecPattern(line)
    except (GitIgnorePatternError, re.error):
        # Git passes over a malformed pattern as well.
        return None
    if pattern.include is None or pattern.regex is None:
        return None
    # pathspec names a group, and a name may stand in an expression only once.
    expression = re.sub(r"\(\?P<\w+>", "(?:", pattern.regex.pattern)
    # pathspec's expression also matches what lies in a folder; here it must end with the path.
    return pattern.include, re.compile(rf"(?:{expression})\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Ignores:
    """The rules in force in one folder.

    `layers` has the ignore files of each kind, weakest kind first, and each layer goes from the
    outermost folder to the innermost. `always` are the patterns that any ignore file overrides.
    """

    layers: tuple[tuple[Patterns, ...], ...] = ((), (), ())
    always: tuple[Patterns, ...] = ()
    _ordered: tuple[Patterns, ...] = field(init=False, repr=False, compare=False)
    """All patterns, those that override others first."""

    def __post_init__(self) -> None:
        layers = (*reversed(self.layers), self.always)
        ordered = tuple(patterns for layer in layers for patterns in reversed(layer))
        object.__setattr__(self, "_ordered", ordered)

    def enter(
        self,
        folder: str,
        names: Collection[str],
        prefix: str | None = None,
        lead: str = "",
        read: Callable[[str], list[str]] | None = None,
    ) -> tuple[Ignores, list[tuple[str, OSError]]]:
        """The rules inside `folder`, and the ignore files that cannot be read, with their errors.

        `names` are the folder's entries. `prefix` and `lead` are as in Patterns; None means the
        folder itself with a slash. `read` gives the lines of an ignore file; None reads the file.
        """
        layers = list(self.layers)
        found = [(kind, name) for kind, name in enumerate(IGNORE_FILES) if name in names]
        if ".git" in names:
            # The Git rules of an outer repository do not hold inside another repository.
            layers[0] = ()
            found.insert(0, (0, GIT_EXCLUDE))
        problems = []
        for kind, name in found:
            source = f"{folder.rstrip('/')}/{name}"
            try:
                lines = (read or _read)(source)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                problems.append((source, error))
                continue
            base = folder.rstrip("/") + "/" if prefix is None else prefix
            layers[kind] = (*layers[kind], Patterns(lines, base, lead, source))
        return (replace(self, layers=tuple(layers)) if found else self), problems

    def match(self, path: str, folder: bool) -> Match | None:
        """The rule that decides about an absolute path, a `folder` or not; None without one."""
        for patterns in self._ordered:
            if match := patterns.match(path, folder):
                return match
        return None

    def match_with_parents(self, path: str, folder: bool) -> Match | None:
        """As `match`; but a rule that ignores a folder above the path decides before."""
        matches = (patterns.match_with_parents(path, folder) for patterns in self._ordered)
        return next(filter(None, matches), None)


def _read(path: str) -> list[str]:
    """The lines of an ignore file; none where something other than a regular file has the name.

    Raises OSError where it cannot be read or is larger than MAX_IGNORE_FILE bytes.
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
    return lines_of(data)


def lines_of(data: bytes) -> list[str]:
    """The lines of an ignore file's bytes."""
    return [
        os.fsdecode(line.removesuffix(b"\r"))
        for line in data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    ]
