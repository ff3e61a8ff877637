"""Which documents a query may bring."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..errors import UsageError

_GLOB = re.compile(r"\*\*/|/\*\*\Z|\*\*|\*|\?|\[[!^]?\]?[^\]]*\]|.", re.DOTALL)
ANYWHERE = "(?:.*/)?"
_GLOB_REGEX = {"**/": "(?:.*/)?", "/**": "/.*", "**": ".*", "*": "[^/]*", "?": "[^/]"}


@dataclass(frozen=True, slots=True)
class Filter:
    """Which documents a query may bring; an empty part allows all.

    paths: globs. `*` stays within a folder, `**` crosses folders; a bare name matches anywhere, another pattern the
    absolute path or the path below the root; a folder stands for all below it. types: suffixes without dot.
    A document modified at `after_ns` is in, one modified at `before_ns` is out; a message counts by its own date.
    """

    paths: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    after_ns: int | None = None
    before_ns: int | None = None

    def matcher(self) -> PathMatcher:
        """What tells whether a path passes. Raises UsageError for a pattern that cannot be read."""
        return PathMatcher(
            tuple(map(_pattern, self.paths)),
            tuple(f".{kind.lower().lstrip('.')}" for kind in self.types),
        )


@dataclass(frozen=True, slots=True)
class Admitted:
    """What a query may bring: the passages of all `docs`, and of mailboxes only those with the ordinals in `some`."""

    docs: frozenset[int]
    some: Mapping[int, tuple[int, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.docs or self.some)


class PathMatcher:
    """Regular expressions of paths and suffixes; empty ones allow all."""

    def __init__(self, patterns: tuple[str, ...], suffixes: tuple[str, ...]) -> None:
        self.patterns = patterns
        self.suffixes = suffixes
        # One that may begin anywhere matches the absolute path if it matches what is below the root.
        inner = [pattern for pattern in patterns if not pattern.startswith((ANYWHERE, "/"))]
        self._whole = re.compile("|".join(patterns), re.DOTALL).fullmatch
        self._inner = re.compile("|".join(inner), re.DOTALL).fullmatch if inner else None

    def admits(self, path: str, root: str) -> bool:
        """True where the path, or the path below its root, matches a pattern and the path ends in a suffix."""
        if self.suffixes and not path.lower().endswith(self.suffixes):
            return False
        if not self.patterns:
            return True
        if not path.isascii():
            path, root = unicodedata.normalize("NFC", path), unicodedata.normalize("NFC", root)
        if self._whole(path):
            return True
        return (
            self._inner is not None
            and self._inner(path[len(root.rstrip("/")) + 1 :] or ".") is not None
        )


def _pattern(glob: str) -> str:
    """The regular expression of a path glob, as Filter describes it.

    >>> _pattern("notes/**")
    'notes/.*(?:/.*)?'
    """
    plain = unicodedata.normalize("NFC", os.path.expanduser(glob)).removeprefix("./").rstrip("/")
    if not glob:
        raise UsageError(
            "a path pattern is empty", "give a file, a folder or a pattern such as '*.md'"
        )
    if "/" not in plain and not glob.startswith("/"):
        plain = f"**/{plain}"
    try:
        pattern = "".join(map(_translated, _GLOB.findall(plain))) + "(?:/.*)?"
        re.compile(pattern)
    except re.error as error:
        raise UsageError(
            f"the path pattern {glob!r} cannot be read: {error}", "check its brackets"
        ) from error
    return pattern


def _translated(token: str) -> str:
    if len(token) > 2 and token.startswith("["):
        negated = token[1] in "!^"
        body = re.sub(r"([\\\[\]^&~|])", r"\\\1", token[2 if negated else 1 : -1])
        return f"[^/{body}]" if negated else f"[{body}]"
    return _GLOB_REGEX.get(token) or re.escape(token)
