"""Turns the paths given to ingest into the roots, and parts of roots, that they mean."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace

from ..errors import UsageError
from ..paths import anchored, mount_of, within
from ..storage.catalog import Catalog
from ..storage.entries import Root
from ..urls import is_url
from .sources import source_of


@dataclass(frozen=True, slots=True)
class RootRules:
    """What to leave out of a root: None keeps the rule that the root was added with.

    `max_file_size` is in bytes. `fetch_cloud` lets the system download what is only in a cloud.
    """

    exclude: tuple[str, ...] | None = None
    include: tuple[str, ...] | None = None
    hidden: bool | None = None
    ignore_files: bool | None = None
    max_file_size: int | None = None
    fetch_cloud: bool | None = None


@dataclass(frozen=True, slots=True)
class Targets:
    """What an ingest is asked to read: absolute `paths`, and the rules of their roots.

    No paths mean all known roots. A new root gets `max_file_size`, in bytes, where the rules name
    no size.
    """

    paths: tuple[str, ...]
    rules: RootRules
    max_file_size: int

    def scopes(self, catalog: Catalog) -> list[Scope]:
        """The roots and parts of roots that the targets mean. Raises as `scopes_of` does."""
        return scopes_of(self.paths, catalog.roots(), self.rules, self.max_file_size, catalog.holds)


@dataclass(frozen=True, slots=True)
class Scope:
    """A root to refresh: all of it, or only the path `below` in it.

    `inner` are the roots inside this one: it takes their place.
    """

    root: Root
    below: str | None = None
    inner: tuple[str, ...] = ()


def scopes_of(
    paths: Iterable[str],
    known: Iterable[Root],
    rules: RootRules,
    max_file_size: int,
    holds: Callable[[str], bool],
) -> list[Scope]:
    """The scopes that absolute `paths` mean, none inside another; no paths mean all known roots.

    A path inside a known root means that part of it. Any other path becomes a root, with
    `max_file_size` (bytes) where the rules name none. `holds` tells whether the index has
    documents at or below a path. Raises UsageError for a path that neither exists nor has
    documents in the index, for rules given with a part of a root, and where there is nothing to
    refresh.
    """
    roots = {root.path: root for root in known}
    wanted = outermost(paths)
    if not wanted:
        if not roots:
            raise UsageError("no folder was ingested yet", "name one: docsearch ingest FOLDER")
        wanted = outermost(roots)
    scopes = [_scope(path, roots, rules, max_file_size) for path in wanted]
    for path in wanted:
        if path not in roots and not holds(path) and not source_of(path).is_at(path):
            raise UsageError(f"{path} does not exist", "check the path")
    return [replace(scope, root=_with_mount(scope.root)) for scope in scopes]


def _with_mount(root: Root) -> Root:
    """The root with its present mount point, which is settled by the first complete run."""
    is_new = root.ingested_ns == 0 and not is_url(root.path) and os.path.lexists(root.path)
    return replace(root, mount=mount_of(root.path)) if is_new else root


def _scope(path: str, roots: dict[str, Root], rules: RootRules, max_file_size: int) -> Scope:
    """The scope of one path: a part of the root around it, else a root of its own."""
    given_rules = {name: value for name, value in asdict(rules).items() if value is not None}
    around = next(
        (roots[root] for root in outermost(roots) if path != root and within(path, root)), None
    )
    if around is not None:
        if given_rules:
            raise UsageError(
                f"{path} is part of {around.path}",
                f"give these options with {shlex.quote(around.path)}",
            )
        # A part that was forgotten comes back when it is named.
        forgotten = tuple(
            pattern for pattern in around.forgotten if pattern != anchored(path, around.path)
        )
        return Scope(replace(around, forgotten=forgotten), path, _inner(around.path, roots))
    root = replace(roots.get(path, Root(path, max_file_size=max_file_size)), **given_rules)
    return Scope(root, None, _inner(path, roots))


def _inner(path: str, roots: dict[str, Root]) -> tuple[str, ...]:
    """The roots that lie inside `path`."""
    return tuple(root for root in roots if root != path and within(root, path))


def outermost(paths: Iterable[str]) -> list[str]:
    """The distinct paths that lie in none of the others, in the order given.

    >>> outermost(["/a/b", "/a", "/c", "/a"])
    ['/a', '/c']
    """
    distinct = list(dict.fromkeys(paths))
    return [
        path
        for path in distinct
        if not any(path != other and within(path, other) for other in distinct)
    ]
