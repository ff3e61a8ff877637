"""What the rules of a root leave out, told from the names and sizes of files alone."""

from __future__ import annotations

from dataclasses import dataclass

from ..documents import Reason, Skip
from .ignore import Ignores, Match, Patterns

VERSION_CONTROL = frozenset({".git", ".hg", ".svn", ".bzr", ".jj", "_darcs", "CVS"})


@dataclass(frozen=True, slots=True)
class WalkRules:
    """What a walk leaves out.

    exclude, include: gitignore-style globs relative to the root; an empty `include` takes all
    files. hidden: take names that begin with a dot as well. ignore_files: obey .gitignore, .ignore,
    .docsearchignore and the list of names that are left out by default. max_file_size: in bytes.
    fetch_cloud: take placeholders too whose contents the system downloads when they are opened.
    """

    exclude: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    hidden: bool = False
    ignore_files: bool = True
    max_file_size: int = 50_000_000
    fetch_cloud: bool = False


class RuleVerdicts:
    """The verdicts of one root's rules. `inside` is the root with a slash."""

    def __init__(self, root: str, inside: str, rules: WalkRules) -> None:
        self.root = root
        self.rules = rules
        self.exclude = Patterns(rules.exclude, inside) if rules.exclude else None
        self.include = Patterns(rules.include, inside) if rules.include else None

    def of_name(self, path: str, is_folder: bool, ignores: Ignores) -> Skip | None:
        """Why the name of an entry is left out in a folder with the rules `ignores`."""
        name = path.rpartition("/")[2]
        named = f"{'the folder' if is_folder else 'the file'} {name}"
        if name in VERSION_CONTROL:
            return Skip(path, Reason.EXCLUDED, f"{named} is version control's own")
        if name.startswith(".") and not self.rules.hidden:
            return Skip(path, Reason.HIDDEN, f"{named} is hidden")
        if self.exclude and (match := self.exclude.match(path, is_folder)) and match.ignored:
            return Skip(
                path, Reason.EXCLUDED, f"{named} is excluded by the pattern {match.pattern}"
            )
        if (match := ignores.match(path, is_folder)) and match.ignored:
            return Skip(path, Reason.IGNORED, f"{named} is ignored {_by(match)}")
        return None

    def not_included(self, path: str) -> Skip | None:
        """Why the root's patterns of what is to be included leave the file out."""
        if not self.include or path == self.root:
            return None
        match = self.include.match_with_parents(path, False)
        if match and match.ignored:
            return None
        return Skip(path, Reason.EXCLUDED, "the file matches no pattern that is to be included")

    def too_large(self, path: str, size: int) -> Skip | None:
        """Why the size of a file, in bytes, leaves it out."""
        if size <= self.rules.max_file_size:
            return None
        limit = size_text(self.rules.max_file_size)
        return Skip(
            path,
            Reason.TOO_LARGE,
            f"the file has {size_text(size)}, more than the limit of {limit}",
        )


def an_index(folder: str) -> Skip:
    """The skip of a folder that holds an index."""
    name = folder.rpartition("/")[2]
    return Skip(folder, Reason.EXCLUDED, f"the folder {name} is a docsearch index")


def size_text(count: int) -> str:
    """A number of bytes in words.

    >>> size_text(52_428_800), size_text(9)
    ('52.4 MB', '9 bytes')
    """
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= factor:
            return f"{count / factor:.1f} {unit}".replace(".0 ", " ")
    return f"{count} bytes"


def _by(match: Match) -> str:
    """Which rule a path is ignored by, in words."""
    return (
        f"by {match.source} line {match.line}: {match.pattern}"
        if match.source
        else f"by default: {match.pattern}"
    )
