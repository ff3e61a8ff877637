"""How a model wants its texts: prompts by the model's name or its folder, pooling by its folder."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from ..errors import ModelError
from .checkpoint import read_json

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Recipe:
    """What goes before a query and a passage, and the pooling where the folder names none.

    `least_dimensions`: vectors may be cut to so many numbers or more, because the model is trained for it
    (https://arxiv.org/abs/2205.13147); 0 where they may not.
    """

    query: str = ""
    passage: str = ""
    pooling: str = ""
    least_dimensions: int = 0


# first match of the model's name in lower case; the prompts are those of the models' own cards
RECIPES = {
    "qwen3-embedding-*": Recipe(
        query="Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:",
        pooling="lasttoken",
        least_dimensions=32,
    ),
    "bge-*-en*": Recipe(
        query="Represent this sentence for searching relevant passages: ", pooling="cls"
    ),
    "bge-m3*": Recipe(pooling="cls"),
    "multilingual-e5-*-instruct*": Recipe(
        query="Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery: ",
        pooling="mean",
    ),
    "multilingual-e5-*": Recipe(query="query: ", passage="passage: ", pooling="mean"),
    "*modernbert-embed-*": Recipe(
        query="search_query: ", passage="search_document: ", pooling="mean", least_dimensions=256
    ),
    "*gte-modernbert-*": Recipe(pooling="cls"),
    "embeddinggemma-*": Recipe(
        query="task: search result | query: ",
        passage="title: none | text: ",
        pooling="mean",
        least_dimensions=128,
    ),
}
# the keys of a query's and a passage's prompt in sentence-transformers' config_sentence_transformers.json
PROMPTS = ("query", "document", "passage")
# the keys of sentence-transformers' 1_Pooling/config.json
POOLINGS = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len",
    "pooling_mode_weightedmean_tokens": "weightedmean",
    "pooling_mode_lasttoken": "lasttoken",
}


def recipe_for(name: str) -> Recipe:
    """The recipe of the model `name`; one without prompts where the name is unknown."""
    return next(
        (recipe for pattern, recipe in RECIPES.items() if fnmatchcase(name.lower(), pattern)),
        Recipe(),
    )


def recipe_of(folder: Path, name: str) -> Recipe:
    """The recipe of the model `name`; where the name is unknown, with the prompts that its folder states."""
    known, path = recipe_for(name), folder / "config_sentence_transformers.json"
    if known != Recipe() or not path.is_file():
        return known
    stated = read_json(path).get("prompts") or {}
    prompts = {key: stated[key] for key in PROMPTS if isinstance(stated.get(key), str)}
    passage = prompts.get("document", prompts.get("passage", ""))
    return Recipe(query=prompts.get("query", ""), passage=passage)


def pooling_of(folder: Path, recipe: Recipe) -> str:
    """How the folder's token vectors become one: its 1_Pooling/config.json or the recipe says it; else ModelError."""
    path = folder / "1_Pooling" / "config.json"
    if not path.is_file():
        if not recipe.pooling:
            raise ModelError(
                f"{folder} does not say how it pools",
                "add 1_Pooling/config.json, or choose another model",
            )
        return recipe.pooling
    settings = read_json(path)
    if settings.get("include_prompt") is False:
        raise ModelError(
            f"{folder} pools without the prompt, which is not supported", "choose another model"
        )
    chosen = [name for key, name in POOLINGS.items() if settings.get(key)]
    return "+".join(chosen) or str(settings.get("pooling_mode", "none"))
