"""Which documents a query may bring."""

from __future__ import annotations

import os
import re
import unicodedata
from dataclasses import dataclass

from .errors import UsageError

_GLOB = re.compile(r"\*\*/|/\*\*\Z|\*\*|\*|\?|\[[!^]?\]?[^\]]*\]|.", re.DOTALL)
_GLOB_REGEX = {"**/": "(?:.*/)?", "/**": "/.*", "**": ".*", "*": "[^/]*", "?": "[^/]"}


@dataclass(frozen=True, slots=True)
class Filter:
    """Which documents a query may bring; an empty part allows all.

    paths: globs. `*` stays within a folder, `**` crosses folders; a bare name matches anywhere, another pattern the
    absolute path or the path below the root; a folder stands for all below it. types: suffixes without dot.
    A document modified at `after_ns` is in, one modified at `before_ns` is out.
    """

    paths: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    after_ns: int | None = None
    before_ns: int | None = None

    def matcher(self) -> PathMatcher:
        """What tells whether a path passes. Raises UsageError for a pattern that cannot be read."""
        return PathMatcher(
            [_pattern(glob) for glob in self.paths], tuple(f".{kind.lower().lstrip('.')}" for kind in self.types)
        )


@dataclass(frozen=True, slots=True)
class PathMatcher:
    """Compiled patterns and suffixes; empty ones allow all."""

    patterns: list[re.Pattern[str]]
    suffixes: tuple[str, ...]

    def admits(self, path: str, root: str) -> bool:
        """True where the path, or the path below its root, matches a pattern and the path ends in a suffix."""
        if self.suffixes and not path.lower().endswith(self.suffixes):
            return False
        names = (path, os.path.relpath(path, root)) if self.patterns else ()
        return not self.patterns or any(
            pattern.fullmatch(unicodedata.normalize("NFC", name)) for pattern in self.patterns for name in names
        )


def _pattern(glob: str) -> re.Pattern[str]:
    """The regular expression of a path glob, as Filter describes it.

    >>> _pattern("notes/**").pattern
    'notes/.*(?:/.*)?'
    """
    plain = unicodedata.normalize("NFC", os.path.expanduser(glob)).removeprefix("./").rstrip("/")
    if not glob:
        raise UsageError("a path pattern is empty", "give a file, a folder or a pattern such as '*.md'")
    if "/" not in plain and not glob.startswith("/"):
        plain = f"**/{plain}"
    try:
        return re.compile("".join(map(_translated, _GLOB.findall(plain))) + "(?:/.*)?", re.DOTALL)
    except re.error as error:
        raise UsageError(f"the path pattern {glob!r} cannot be read: {error}", "check its brackets") from error


def _translated(token: str) -> str:
    if len(token) > 2 and token.startswith("["):
        negated = token[1] in "!^"
        body = re.sub(r"([\\\[\]^&~|])", r"\\\1", token[2 if negated else 1 : -1])
        return f"[^/{body}]" if negated else f"[{body}]"
    return _GLOB_REGEX.get(token) or re.escape(token)
