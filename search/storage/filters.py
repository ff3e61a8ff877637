"""Filters on the documents that a query may bring: by path, type and date."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..errors import UsageError
from ..urls import is_url


@dataclass(frozen=True, slots=True)
class Filter:
    """The conditions on a document that a query may bring; an empty condition admits all.

    paths: patterns as in a .gitignore file. `*` stays within a folder, `**` crosses folders. A bare
    name matches anywhere, a pattern that begins with `/`, or as a URL does, matches the absolute
    path, and any other pattern the path below the root. A folder stands for all below it. types:
    suffixes without a dot. after_ns, before_ns: nanoseconds since the epoch. A document modified at
    `after_ns` is in, one modified at `before_ns` is out; the messages of a mail file count by their
    own dates.
    """

    paths: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    after_ns: int | None = None
    before_ns: int | None = None

    def matcher(self) -> PathMatcher:
        """The matcher of the paths and types. Raises UsageError for a pattern that is not valid."""
        suffixes = tuple(f".{kind.lower().lstrip('.')}" for kind in self.types)
        return PathMatcher(tuple(map(_path_pattern, self.paths)), suffixes)


@dataclass(frozen=True, slots=True)
class Admitted:
    """What a filter admits: all passages of `docs`, and single passages of other documents.

    The latter are mail files: `ordinals_by_doc` has the passages of those of their messages that
    the filter admits. share: about which part of all passages that is; 0 where it is not known.
    """

    docs: frozenset[int]
    ordinals_by_doc: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    share: float = field(default=0.0, compare=False)

    def __len__(self) -> int:
        """The number of documents, and of single passages of others."""
        return len(self.docs) + sum(map(len, self.ordinals_by_doc.values()))

    def admits(self, doc: int, ordinal: int) -> bool:
        """True where the passage is admitted."""
        return doc in self.docs or ordinal in self.ordinals_by_doc.get(doc, ())


@dataclass(frozen=True, slots=True)
class PathPattern:
    """A pattern of paths.

    It is matched with the path below the root where `below_root` is true, else with the absolute
    path without its first slash.
    """

    regex: re.Pattern[str]
    below_root: bool


class PathMatcher:
    """Admits the paths that match one of the patterns and have one of the suffixes.

    Where there are no patterns, or no suffixes, any path passes them.
    """

    def __init__(self, patterns: tuple[PathPattern, ...], suffixes: tuple[str, ...]) -> None:
        self.patterns = patterns
        self.suffixes = suffixes

    def admits(self, path: str, root: str) -> bool:
        """True where the path is admitted; `root` is the root that it lies in."""
        if self.suffixes and not path.lower().endswith(self.suffixes):
            return False
        if not self.patterns:
            return True
        if not path.isascii():
            path, root = unicodedata.normalize("NFC", path), unicodedata.normalize("NFC", root)
        absolute, below = path.removeprefix("/"), path[len(root.rstrip("/")) + 1 :]
        return any(
            pattern.regex.match(below if pattern.below_root else absolute)
            for pattern in self.patterns
        )


def _path_pattern(glob: str) -> PathPattern:
    """The pattern of a path glob, as `Filter` describes it.

    >>> _path_pattern("notes/**").regex.pattern, _path_pattern("notes/**").below_root
    ('(?:^notes/)', True)
    """
    if not glob:
        raise UsageError(
            "a path pattern is empty", "give a file, a folder or a pattern such as '*.md'"
        )
    plain = unicodedata.normalize("NFC", os.path.expanduser(glob)).removeprefix("./")
    plain = plain.rstrip("/") or "/**"
    if is_url(plain):
        plain = f"/{plain}"
    below_root = "/" in plain and not plain.startswith("/")
    return PathPattern(_git_regex(plain, glob), below_root)


def _git_regex(plain: str, glob: str) -> re.Pattern[str]:
    """The regular expression of a .gitignore pattern, for `re.match`."""
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    # A path filter knows no comments and no negation, and a space at its end counts.
    line = re.sub(r"^([!#])|( )$", r"\\\1\2", plain)
    # `[[]` is how shells write a bracket that stands for itself; Git writes `\[`.
    line = line.replace("[[]", r"\[")
    # A file may have brackets in its name, so `plan [v1].md` also stands for what it says.
    literal = re.sub(r"(?<!\\)\[", r"\\[", line)
    try:
        patterns = [GitIgnoreSpecPattern(each) for each in dict.fromkeys((line, literal))]
    except (ValueError, re.error) as error:
        raise UsageError(
            f"the path pattern {glob!r} cannot be read: {error}", "check its brackets"
        ) from error
    # Git matches nothing with a bracket that is left open. pathspec names a group, and a name may
    # stand in an expression only once.
    expressions = (
        re.sub(r"\(\?P<\w+>", "(?:", pattern.regex.pattern)
        for pattern in patterns
        if pattern.regex is not None
    )
    return re.compile("|".join(f"(?:{each})" for each in expressions), re.DOTALL)
