"""From the paths given to ingest to the roots and parts of roots that they mean."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace

from ..errors import UsageError
from ..paths import anchored, mount_of, within
from ..storage.catalog import Catalog
from ..storage.entries import Root


@dataclass(frozen=True, slots=True)
class RootRules:
    """What to leave out of a root: None keeps what the root was added with. `max_file_size` counts bytes."""

    exclude: tuple[str, ...] | None = None
    include: tuple[str, ...] | None = None
    hidden: bool | None = None
    ignore_files: bool | None = None
    max_file_size: int | None = None


@dataclass(frozen=True, slots=True)
class Targets:
    """What an ingest is asked to read: absolute `paths` (none: all known roots), and the rules of their roots.

    A new root gets `max_file_size`, in bytes, where the rules name no size.
    """

    paths: tuple[str, ...]
    rules: RootRules
    max_file_size: int

    def scopes(self, catalog: Catalog) -> list[Scope]:
        """The roots and parts of roots that the targets mean; see `scopes_of`."""
        return scopes_of(self.paths, catalog.roots(), self.rules, self.max_file_size, catalog.holds)


@dataclass(frozen=True, slots=True)
class Scope:
    """A root to refresh: all of it, or only what lies `below` a path in it. It takes the place of the roots `inner`, which lie in it."""

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
    """The scopes that absolute `paths` mean, none of which lies in another; no paths: all known roots.

    A path inside a known root refreshes that part, any other one becomes a root, with `max_file_size` where the rules name none. `holds` tells
    whether the index has documents at or below a path. Raises UsageError for a path that does not exist and is not held, for rules given with
    a part of a root, and where there is nothing to refresh.
    """
    roots = {root.path: root for root in known}
    wanted = outermost(paths)
    if not wanted:
        if not roots:
            raise UsageError("no folder was ingested yet", "name one: docsearch ingest FOLDER")
        wanted = outermost(roots)
    scopes = [_scope(path, roots, rules, max_file_size) for path in wanted]
    for path in wanted:
        if path not in roots and not os.path.lexists(path) and not holds(path):
            raise UsageError(f"{path} does not exist", "check the path")
    return [replace(scope, root=_mounted(scope.root)) for scope in scopes]


def _mounted(root: Root) -> Root:
    """A root with the mount point that it lies under now, until it was ingested from there."""
    fresh = root.ingested_ns == 0 and os.path.lexists(root.path)
    return replace(root, mount=mount_of(root.path)) if fresh else root


def _scope(path: str, roots: dict[str, Root], rules: RootRules, max_file_size: int) -> Scope:
    given = {name: value for name, value in asdict(rules).items() if value is not None}
    outer = outermost(roots)
    above = next((roots[root] for root in outer if path != root and within(path, root)), None)
    if above is not None:
        if given:
            raise UsageError(
                f"{path} is part of {above.path}",
                f"give these options with {shlex.quote(above.path)}",
            )
        # A part that was forgotten comes back when it is named.
        kept = tuple(
            pattern for pattern in above.forgotten if pattern != anchored(path, above.path)
        )
        return Scope(replace(above, forgotten=kept), path, _inner(above.path, roots))
    root = replace(roots.get(path, Root(path, max_file_size=max_file_size)), **given)
    return Scope(root, None, _inner(path, roots))


def _inner(path: str, roots: dict[str, Root]) -> tuple[str, ...]:
    return tuple(root for root in roots if root != path and within(root, path))


def outermost(paths: Iterable[str]) -> list[str]:
    """The paths that lie in none of the others, in the order given.

    >>> outermost(["/a/b", "/a", "/c", "/a"])
    ['/a', '/c']
    """
    distinct = list(dict.fromkeys(paths))
    return [
        path
        for path in distinct
        if not any(path != other and within(path, other) for other in distinct)
    ]
