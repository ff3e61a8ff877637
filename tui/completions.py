"""What a shell may complete: profiles, models, roots and types.

Nothing here may be slow or fail: a shell asks while the user types. An index or a folder that
cannot be read gives no suggestions.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def profiles(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The names of the profiles."""
    from search.models.profiles import PROFILES

    return _beginning_with(incomplete, PROFILES)


def models(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The names of the models on the disk, and folders for a name that begins like a path."""
    from search.errors import ModelError
    from search.models.bundled import BUNDLED
    from search.models.caches import cached_models, places
    from search.models.local import PATHS
    from search.models.packaged import packaged_models

    if incomplete.startswith(PATHS):
        return _paths(incomplete, "dir")
    folder = context.params.get("cache_folder")
    try:
        found = [model.name for model in packaged_models()]
        found += [model.name for place in places(folder) for model in cached_models(place)]
    except (ModelError, OSError):
        found = []
    return _beginning_with(incomplete, [*BUNDLED, *found])


def pullable(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The names of the profiles, and of the models that docsearch knows and does not ship."""
    from search.models.bundled import BUNDLED
    from search.models.profiles import PROFILES
    from search.supply.known_models import KNOWN

    known = [model.name for model in KNOWN if model.name not in BUNDLED]
    return _beginning_with(incomplete, [*PROFILES, *known])


def roots(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The roots of the index; files for what begins like none of them."""
    found = _beginning_with(os.path.expanduser(incomplete), _roots(context))
    return found or _paths(incomplete, "file")


def types(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The suffixes of the files that docsearch reads."""
    from search.readers import READERS

    names = sorted(suffix[1:] for suffix in READERS if suffix[1:2].isalpha())
    return _beginning_with(incomplete.lstrip("."), names)


def _roots(context: click.Context) -> list[str]:
    """The roots of the index that the command line, the environment or the settings name."""
    from search import Index
    from search.config import load_config
    from search.errors import DocsearchError

    given = context.find_root().params
    environment = dict(os.environ)
    if given.get("index"):
        environment["DOCSEARCH_INDEX"] = given["index"]
    try:
        config = load_config(given.get("config"), environment, os.getcwd())
        with Index.open(config.index) as index:
            return [root.path for root in index.status().roots]
    except (DocsearchError, OSError):
        return []


def _paths(incomplete: str, kind: str) -> list[CompletionItem]:
    """The shell itself completes paths; `kind` is "dir" or "file"."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type=kind)]


def _beginning_with(incomplete: str, names: Iterable[str]) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    return [CompletionItem(name) for name in dict.fromkeys(names) if name.startswith(incomplete)]
