"""How a model is used: its prompts, told by its name or folder, and its pooling, by its folder."""

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
    """The prompts of a model, and its pooling where its folder names none.

    `query` goes before a query, and `passage` before a passage. Vectors may be cut to
    `least_dimensions` numbers or more, because the model is trained for that
    (https://arxiv.org/abs/2205.13147); it is 0 where they may not be cut.
    """

    query: str = ""
    passage: str = ""
    pooling: str = ""
    least_dimensions: int = 0


_SEARCHING = "Represent this sentence for searching relevant passages: "
_INSTRUCTION = (
    "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:"
)
# The first pattern that the model's name matches, in lower case. The prompts are those of the
# models' own cards.
RECIPES = {
    "qwen3-embedding-*": Recipe(
        query=_INSTRUCTION,
        pooling="lasttoken",
        least_dimensions=32,
    ),
    "bge-*-en*": Recipe(query=_SEARCHING, pooling="cls"),
    "bge-*-zh*": Recipe(query="为这个句子生成表示以用于检索相关文章：", pooling="cls"),
    "bge-m3*": Recipe(pooling="cls"),
    "snowflake-arctic-embed-*": Recipe(query=_SEARCHING, pooling="cls"),
    "mxbai-embed-*": Recipe(query=_SEARCHING, pooling="cls"),
    "e5-*": Recipe(query="query: ", passage="passage: ", pooling="mean"),
    "all-minilm-*": Recipe(pooling="mean"),
    "gte-small*": Recipe(pooling="mean"),
    "gte-base*": Recipe(pooling="mean"),
    "gte-large*": Recipe(pooling="mean"),
    "multilingual-e5-*-instruct*": Recipe(
        query=f"{_INSTRUCTION} ",
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
# The keys of the prompts in sentence-transformers' config_sentence_transformers.json.
PROMPTS = ("query", "document", "passage")
# A key of sentence-transformers' 1_Pooling/config.json → the name of the pooling.
POOLINGS = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len",
    "pooling_mode_weightedmean_tokens": "weightedmean",
    "pooling_mode_lasttoken": "lasttoken",
}


def recipe_for(name: str) -> Recipe:
    """The recipe of the model `name`. Where the name is unknown, it has no prompts."""
    return next(
        (recipe for pattern, recipe in RECIPES.items() if fnmatchcase(name.lower(), pattern)),
        Recipe(),
    )


def recipe_of(folder: Path, name: str) -> Recipe:
    """The recipe of the model `name`. Where the name is unknown, it has the folder's prompts."""
    known, path = recipe_for(name), folder / "config_sentence_transformers.json"
    if known != Recipe() or not path.is_file():
        return known
    settings = read_json(path).get("prompts") or {}
    prompts = {key: settings[key] for key in PROMPTS if isinstance(settings.get(key), str)}
    passage = prompts.get("document", prompts.get("passage", ""))
    return Recipe(query=prompts.get("query", ""), passage=passage)


def pooling_of(folder: Path, recipe: Recipe) -> str:
    """The pooling that makes one vector of a text's token vectors.

    The folder's 1_Pooling/config.json names it, or else the recipe.
    Raises ModelError where neither does.
    """
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
