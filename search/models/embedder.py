"""Texts to unit vectors: a model folder, its tokenizer, its prompts and its forward pass put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..errors import ModelError, UsageError
from .model_files import ModelFiles

if TYPE_CHECKING:
    from ..documents import Vectors
    from .engines import Encoder
    from .projection import Projection
    from .recipes import Recipe
    from .tokenizer import ModelTokenizer


@dataclass(slots=True)
class ModelEmbedder:
    """An embedder whose vectors come from a model's forward pass. Thread-safe.

    `revision` names the weights: 16 hexadecimal digits, the same wherever and by whichever engine they are used.
    `notice` is what the user is to be told when it is loaded, empty for most.
    """

    name: str
    revision: str
    dimensions: int
    max_tokens: int
    tokenizer: ModelTokenizer
    recipe: Recipe
    encoder: Encoder
    projections: tuple[Projection, ...] = ()
    notice: str = ""

    @property
    def query_prompt(self) -> str:
        """What goes before a query."""
        return self.recipe.query

    @property
    def passage_prompt(self) -> str:
        """What goes before a passage."""
        return self.recipe.passage

    def narrowed(self, dimensions: int) -> ModelEmbedder:
        """The same model with vectors of so many numbers. UsageError where it does not give them."""
        return replace(
            self,
            dimensions=_allowed(
                dimensions, self.name, self.recipe, _width(self.encoder, self.projections)
            ),
        )

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """(n, dimensions) float32 unit vectors in the order of `texts`; longer texts are cut at `max_tokens`.

        ModelError where the model gives a vector that is not finite.
        """
        return self._embed([self.recipe.passage + text for text in texts])

    def embed_query(self, text: str) -> Vectors:
        """(dimensions,) float32 unit vector of a query, with the model's query prompt. ModelError as above."""
        vector: Vectors = self._embed([self.recipe.query + text])[0]
        return vector

    def _embed(self, texts: list[str]) -> Vectors:
        import numpy as np

        # cut before they are normalised, which makes the shorter vectors unit vectors too
        hidden = self.encoder.encode(self.tokenizer.encode(texts, self.max_tokens))
        for project in self.projections:
            hidden = project(hidden)
        vectors = np.ascontiguousarray(hidden[:, : self.dimensions])
        norms = np.sqrt(np.vecdot(vectors, vectors))
        if not (np.isfinite(norms) & (norms > 0)).all():
            raise ModelError(
                f"{self.name} gives vectors that are not finite",
                "its weights are damaged: fetch it again",
            )
        vectors /= norms[:, None]
        return vectors


def load_embedder(
    name_or_path: str = "starter", backend: str = "auto", dimensions: int | None = None
) -> ModelEmbedder:
    """The embedder of that name, repository id or model folder.

    `backend` is `mlx`, `cpu` (numpy), or `auto`: MLX where it has a GPU, else numpy. `dimensions` cuts the vectors of a
    model that allows it; None is all. ModelError for a folder that is missing, damaged, or holds a model that cannot
    embed; UsageError for an unknown backend, or dimensions that the model does not give.
    """
    from .engines import notice_of
    from .projection import projections_of
    from .recipes import pooling_of, recipe_of
    from .tokenizer import TOKEN_RULES, TokenRules

    files = ModelFiles.named(name_or_path)
    recipe = recipe_of(files.folder, files.name)
    tokenizer = files.tokenizer(TOKEN_RULES.get(files.checkpoint.model_type, TokenRules()))
    projections = projections_of(files.checkpoint)
    encoder = files.encoder(backend, tokenizer)
    pooling = pooling_of(files.folder, recipe)
    if pooling != encoder.pooling:
        raise ModelError(
            f"{files.folder} pools by {pooling}, and only {encoder.pooling} is supported",
            "choose another model",
        )
    embedder = ModelEmbedder(
        name=files.name,
        revision=files.checkpoint.fingerprint(),
        dimensions=_width(encoder, projections),
        max_tokens=encoder.max_tokens,
        tokenizer=tokenizer,
        recipe=recipe,
        encoder=encoder,
        projections=projections,
        notice=notice_of(files.checkpoint.model_type),
    )
    return embedder if dimensions is None else embedder.narrowed(dimensions)


def _width(encoder: Encoder, projections: tuple[Projection, ...]) -> int:
    return len(projections[-1].bias) if projections else encoder.dimensions


def _allowed(dimensions: int, name: str, recipe: Recipe, most: int) -> int:
    if dimensions == most:
        return most
    if not recipe.least_dimensions:
        raise UsageError(
            f"{name} gives {most} dimensions and cannot be cut to {dimensions}",
            "leave the number out",
        )
    if not recipe.least_dimensions <= dimensions < most:
        hint = f"choose from {recipe.least_dimensions} to {most}"
        raise UsageError(f"{name} cannot be cut to {dimensions} dimensions", hint)
    return dimensions
