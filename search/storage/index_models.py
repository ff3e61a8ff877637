"""The models of an index as its catalogue records them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from ..models.profiles import profile_named
from ..results import IndexModels
from .catalog import Catalog
from .durability import TABLE, remove_table, tables

KEY = "model"
TABLE_KEY = "table"
CHANGE_KEY = "change"


@dataclass(frozen=True, slots=True)
class Change:
    """A change of models that is under way: the vectors of `models` gather in `table`, beside those in use."""

    table: str
    models: IndexModels


def models_in(catalog: Catalog) -> IndexModels | None:
    """The put_models of the models; None before the first document."""
    kept = catalog.setting(KEY)
    if kept is None:
        return None
    if "profile" not in kept:  # as the first indexes had it
        profile = catalog.setting("profile", "starter")
        kept = {
            **asdict(_EARLY),
            **kept,
            "profile": profile,
            "embedder": profile_named(profile).embedder,
        }
    return IndexModels(**kept)


def put_models(catalog: Catalog, models: IndexModels) -> None:
    """Keep the put_models."""
    catalog.put_setting(KEY, asdict(models))


def table_in_use(catalog: Catalog) -> str:
    """The name of the table in use."""
    return str(catalog.setting(TABLE_KEY, TABLE))


def change_of(catalog: Catalog) -> Change | None:
    """The change that is under way, or was when a run ended."""
    kept = catalog.setting(CHANGE_KEY)
    return Change(kept["table"], IndexModels(**kept["models"])) if kept else None


def put_change(catalog: Catalog, change: Change | None) -> None:
    """Keep what is under way; None where nothing is any more."""
    catalog.put_setting(CHANGE_KEY, asdict(change) if change else None)


def complete(catalog: Catalog, change: Change, tokens: Mapping[int, int], version: int) -> None:
    """Make the change's table the one in use, at this version, with the number of tokens of each of its documents; all or nothing."""
    settings = {KEY: asdict(change.models), TABLE_KEY: change.table, CHANGE_KEY: None}
    catalog.switch(settings, tokens, version)


def next_table(catalog: Catalog) -> str:
    """A name that no table of this index had before."""
    name, _, number = table_in_use(catalog).partition("-")
    return f"{name}-{int(number or 1) + 1}"


def clear(folder: Path, catalog: Catalog) -> None:
    """Delete the tables that are neither in use nor being filled."""
    change = change_of(catalog)
    kept = {table_in_use(catalog), change.table if change else ""}
    for name in tables(folder) - kept:
        remove_table(folder, name)


def vector_key(models: IndexModels) -> tuple[str, int, str, str]:
    """What makes vectors comparable: they are where this is the same."""
    return models.revision, models.dimensions, models.query_prompt, models.passage_prompt


def reranker_of(models: IndexModels) -> str:
    """The reranker of the index: its own, else its profile's; empty where there is none."""
    return models.reranker or profile_named(models.profile).reranker


_EARLY = IndexModels(
    profile="starter",
    embedder="starter",
    reranker="",
    name="",
    revision="",
    dimensions=0,
    query_prompt="Represent this sentence for searching relevant passages: ",
    passage_prompt="",
    passage_tokens=256,
    passage_overlap=32,
    passage_least=24,
)
