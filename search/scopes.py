"""From the paths given to ingest to the roots and parts of roots that they mean."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace

from .config import MAX_FILE_SIZE
from .entries import Root
from .errors import UsageError
from .paths import anchored, within


@dataclass(frozen=True, slots=True)
class RootRules:
    """What to leave out of a root: None keeps what the root was added with. `max_file_size` counts bytes."""

    exclude: tuple[str, ...] | None = None
    include: tuple[str, ...] | None = None
    hidden: bool | None = None
    ignore_files: bool | None = None
    max_file_size: int | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """A root to refresh: all of it, or only what lies `below` a path in it."""

    root: Root
    below: str | None = None


def scopes_of(paths: Iterable[str], known: Mapping[str, Root], rules: RootRules) -> list[Scope]:
    """The scopes that absolute `paths` mean; none given: all known roots.

    A path inside a known root refreshes that part, any other one becomes a root. Raises UsageError for a path that does not exist,
    for rules given with a part of a root, and where there is nothing to refresh.
    """
    wanted = list(dict.fromkeys(paths))
    if not wanted:
        if not known:
            raise UsageError("no folder was ingested yet", "name one: docsearch ingest FOLDER")
        return [Scope(_with_rules(root, rules)) for root in known.values()]
    return [_scope(path, known, rules) for path in wanted]


def _scope(path: str, known: Mapping[str, Root], rules: RootRules) -> Scope:
    if path in known:
        return Scope(_with_rules(known[path], rules))
    above = next((root for root in known.values() if within(path, root.path)), None)
    if above is None:
        if not os.path.lexists(path):
            raise UsageError(f"{path} does not exist", "check the path")
        return Scope(_with_rules(Root(path, max_file_size=MAX_FILE_SIZE), rules))
    if rules != RootRules():
        raise UsageError(f"{path} is part of {above.path}", f"give these options with {above.path}")
    # A part that was forgotten comes back when it is named.
    kept = tuple(glob for glob in above.exclude if glob != anchored(path, above.path))
    return Scope(replace(above, exclude=kept), path)


def _with_rules(root: Root, rules: RootRules) -> Root:
    return replace(root, **{name: value for name, value in asdict(rules).items() if value is not None})
