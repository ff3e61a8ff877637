"""The models of an index as its catalogue records them."""

from __future__ import annotations

from dataclasses import asdict

from .catalog import Catalog
from .profiles import profile_named
from .results import IndexModels

KEY = "model"


def recorded(catalog: Catalog) -> IndexModels | None:
    """The record of the models; None before the first document."""
    kept = catalog.setting(KEY)
    if kept is None:
        return None
    if "profile" not in kept:  # as the first indexes had it
        profile = catalog.setting("profile", "starter")
        kept = {**asdict(_EARLY), **kept, "profile": profile, "embedder": profile_named(profile).embedder}
    return IndexModels(**kept)


def record(catalog: Catalog, models: IndexModels) -> None:
    """Keep the record."""
    catalog.put_setting(KEY, asdict(models))


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
