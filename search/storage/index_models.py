"""The models of an index, as its catalogue records them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from ..models.profiles import profile_named
from ..results import IndexModels
from .catalog import Catalog
from .durability import TABLE
from .home import Home
from .vocabulary_file import VocabularyFile

MODELS_KEY = "model"
TABLE_KEY = "table"
RERANKERS_KEY = "rerankers"
CHANGE_KEY = "change"


@dataclass(frozen=True, slots=True)
class Change:
    """A change of models that is under way.

    The vectors of `models` gather in `table`, beside the table in use.
    """

    table: str
    models: IndexModels


def models_in(catalog: Catalog) -> IndexModels | None:
    """The models of the index; None before the first document."""
    fields = catalog.setting(MODELS_KEY)
    if fields is None:
        return None
    if "profile" not in fields:
        # The first indexes kept the profile as a setting of its own, and fewer fields.
        profile = catalog.setting("profile", "starter")
        fields = {
            **asdict(_FIRST_MODELS),
            **fields,
            "profile": profile,
            "embedder": profile_named(profile).embedder,
        }
    return IndexModels(**fields)


def put_models(catalog: Catalog, models: IndexModels) -> None:
    """Record the models of the index."""
    catalog.put_setting(MODELS_KEY, asdict(models))


def reranker_revision(catalog: Catalog, name: str) -> str:
    """The revision of that reranker's weights at the last ingest; empty where none was recorded."""
    return str(catalog.setting(RERANKERS_KEY, {}).get(name, ""))


def put_reranker_revision(catalog: Catalog, name: str, revision: str) -> None:
    """Record the revision of a reranker's weights."""
    catalog.put_setting(RERANKERS_KEY, {**catalog.setting(RERANKERS_KEY, {}), name: revision})


def table_in_use(catalog: Catalog) -> str:
    """The name of the table of passages that queries read."""
    return str(catalog.setting(TABLE_KEY, TABLE))


def change_of(catalog: Catalog) -> Change | None:
    """The change that is under way, or that an interrupted run left; None without one."""
    fields = catalog.setting(CHANGE_KEY)
    return Change(fields["table"], IndexModels(**fields["models"])) if fields else None


def put_change(catalog: Catalog, change: Change | None) -> None:
    """Record the change that is under way; None where there is none any more."""
    catalog.put_setting(CHANGE_KEY, asdict(change) if change else None)


def complete_change(
    catalog: Catalog, change: Change, tokens: Mapping[int, int], version: int
) -> None:
    """Make the change's table the one in use, all or nothing.

    `tokens` gives each document's number of tokens, and `version` is the version of the table.
    """
    settings = {MODELS_KEY: asdict(change.models), TABLE_KEY: change.table, CHANGE_KEY: None}
    catalog.switch(settings, tokens, version)


def next_table(catalog: Catalog) -> str:
    """A name that no table of this index has had: the next number behind the present name."""
    name, _, number = table_in_use(catalog).partition("-")
    return f"{name}-{int(number or 1) + 1}"


def remove_unused_tables(home: Home, catalog: Catalog) -> None:
    """Delete the tables that are neither in use nor being filled by a change.

    The vocabulary that the tables of an older index shared goes once the table in use has its own.
    """
    change = change_of(catalog)
    used = {table_in_use(catalog), change.table if change else ""}
    for name in home.tables() - used:
        home.remove_table(name)
    VocabularyFile(home.folder, table_in_use(catalog)).remove_earlier()


def vector_key(models: IndexModels) -> tuple[str, int, str, str, str]:
    """The key of the vectors that these models make: vectors are comparable where it is equal."""
    return (
        models.revision,
        models.dimensions,
        models.query_prompt,
        models.passage_prompt,
        models.precision,
    )


def reranker_of(models: IndexModels) -> str:
    """The reranker recorded for the index, else that of its profile; empty where there is none."""
    return models.reranker or profile_named(models.profile).reranker


# The models of the first indexes, which recorded only some of these fields.
_FIRST_MODELS = IndexModels(
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
