"""Texts to unit vectors: a model folder, its tokenizer, its prompts and its forward pass put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .errors import ModelError, UsageError
from .model_folder import locate

if TYPE_CHECKING:
    from .documents import Vectors
    from .models.engines import Encoder
    from .models.recipes import Recipe
    from .models.tokenizer import ModelTokenizer


@dataclass(slots=True)
class ModelEmbedder:
    """An embedder whose vectors come from a model's forward pass. Thread-safe.

    `revision` names the weights: 16 hexadecimal digits, the same wherever and by whichever engine they are used.
    """

    name: str
    revision: str
    dimensions: int
    max_tokens: int
    tokenizer: ModelTokenizer
    recipe: Recipe
    encoder: Encoder

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
        vectors = np.ascontiguousarray(hidden[:, : self.dimensions])
        norms = np.sqrt(np.vecdot(vectors, vectors))
        if not (np.isfinite(norms) & (norms > 0)).all():
            raise ModelError(
                f"{self.name} gives vectors that are not finite", "its weights are damaged: fetch it again"
            )
        vectors /= norms[:, None]
        return vectors


def load_embedder(name_or_path: str = "starter", backend: str = "auto", dimensions: int | None = None) -> ModelEmbedder:
    """The embedder of that name, repository id or model folder.

    `backend` is `mlx`, `cpu` (numpy), or `auto`: MLX where it has a GPU, else numpy. `dimensions` cuts the vectors of a
    model that allows it; None is all. ModelError for a folder that is missing, damaged, or holds a model that cannot
    embed; UsageError for an unknown backend, or dimensions that the model does not give.
    """
    from .models.checkpoint import Checkpoint
    from .models.engines import open_encoder
    from .models.recipes import pooling_of, recipe_for
    from .models.tokenizer import TOKEN_RULES, ModelTokenizer

    folder, name = locate(name_or_path)
    checkpoint = Checkpoint(folder)
    recipe = recipe_for(name)
    encoder = open_encoder(checkpoint, backend)
    pooling = pooling_of(folder, recipe)
    if pooling != encoder.pooling:
        raise ModelError(
            f"{folder} pools by {pooling}, and only {encoder.pooling} is supported", "choose another model"
        )
    rules = TOKEN_RULES[checkpoint.model_type]
    tokenizer = ModelTokenizer(folder / "tokenizer.json", rules.literal_specials, rules.closing)
    if tokenizer.size > encoder.vocab_size:
        raise ModelError(f"{folder} has {tokenizer.size} tokens and weights for {encoder.vocab_size}", "fetch it again")
    return ModelEmbedder(
        name=name,
        revision=checkpoint.fingerprint(),
        dimensions=_allowed(dimensions, name, recipe, encoder.dimensions),
        max_tokens=encoder.max_tokens,
        tokenizer=tokenizer,
        recipe=recipe,
        encoder=encoder,
    )


def _allowed(dimensions: int | None, name: str, recipe: Recipe, most: int) -> int:
    if dimensions is None or dimensions == most:
        return most
    if not recipe.least_dimensions:
        raise UsageError(f"{name} gives {most} dimensions and cannot be cut to {dimensions}", "leave the number out")
    if not recipe.least_dimensions <= dimensions < most:
        hint = f"choose from {recipe.least_dimensions} to {most}"
        raise UsageError(f"{name} cannot be cut to {dimensions} dimensions", hint)
    return dimensions
