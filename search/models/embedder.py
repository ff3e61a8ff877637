"""Texts to unit vectors: a model's tokenizer, prompts and forward pass put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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

    `revision` identifies the weights by 16 hexadecimal digits, which are the same on every machine
    and every engine. `notice` is a sentence that the user must see when the model is loaded; it is
    empty for most models. `encoder` computes in `precision`, and `open_encoder` opens one for
    another of `precisions`.
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
    precision: str = "float32"
    precisions: tuple[str, ...] = ("float32",)
    open_encoder: Callable[[str], Encoder] | None = None

    @property
    def query_prompt(self) -> str:
        """The text that the model expects before a query."""
        return self.recipe.query

    @property
    def passage_prompt(self) -> str:
        """The text that the model expects before a passage."""
        return self.recipe.passage

    def narrowed(self, dimensions: int) -> ModelEmbedder:
        """The same model with its vectors cut to `dimensions` numbers.

        Raises UsageError where the model is not trained for that.
        """
        width = _width(self.encoder, self.projections)
        return replace(self, dimensions=_allowed(dimensions, self.name, self.recipe, width))

    def at(self, precision: str) -> ModelEmbedder:
        """The same model at that precision where its engine has it, else as it is.

        Engines without a precision give vectors that are close enough to compare.
        """
        if precision == self.precision or precision not in self.precisions:
            return self
        assert self.open_encoder is not None
        return replace(self, precision=precision, encoder=self.open_encoder(precision))

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """(n, dimensions) float32 unit vectors in the order of `texts`.

        Texts longer than `max_tokens` are cut there. Raises ModelError where the model gives a
        vector that is not finite.
        """
        return self._embedded(self._ids([self.recipe.passage + text for text in texts]))

    def embed_counted(self, texts: Sequence[str]) -> tuple[Vectors, list[int]]:
        """The vectors as `embed_passages` gives them, and the number of tokens of each text.

        They are those of `tokenizer.spans`: special tokens do not count, and what is cut off does.
        Raises ModelError where the model gives a vector that is not finite.
        """
        if self.recipe.passage:
            # The prompt's last token may join with the text's first one.
            return self.embed_passages(texts), list(map(len, self.tokenizer.spans(texts)))
        ids, counts = self.tokenizer.encode_counted(texts, self.max_tokens)
        return self._embedded(ids), counts

    def embed_query(self, text: str) -> Vectors:
        """(dimensions,) float32 unit vector of a query, with the model's query prompt.

        Raises ModelError where the model gives a vector that is not finite.
        """
        vector: Vectors = self._embedded(self._ids([self.recipe.query + text]))[0]
        return vector

    def _ids(self, texts: list[str]) -> list[list[int]]:
        return self.tokenizer.encode(texts, self.max_tokens)

    def _embedded(self, ids: list[list[int]]) -> Vectors:
        import numpy as np

        hidden = self.encoder.encode(ids)
        for project in self.projections:
            hidden = project(hidden)
        # Vectors are cut before they are normalised, so that the shorter ones are unit vectors too.
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

    `backend` is `mlx`, `cpu`, or `auto`: MLX where it has a GPU, else the processor. `dimensions`
    cuts the vectors of a model that allows it; None keeps them whole.
    Raises ModelError for a folder that is missing or damaged or holds a model that cannot embed,
    and UsageError for an unknown backend or for dimensions that the model does not give.
    """
    from .engines import notice_of, precisions_for
    from .projection import projections_of
    from .recipes import pooling_of, recipe_of

    files = ModelFiles.named(name_or_path)
    recipe = recipe_of(files.folder, files.name)
    tokenizer = _tokenizer(files)
    projections = projections_of(files.checkpoint)
    pooling = pooling_of(files.folder, recipe)
    precisions = precisions_for(files.checkpoint, backend)

    def open_encoder(precision: str) -> Encoder:
        return files.encoder(backend, tokenizer, pooling, precision)

    encoder = open_encoder(precisions[0])
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
        precision=precisions[0],
        precisions=precisions,
        open_encoder=open_encoder,
    )
    return embedder if dimensions is None else embedder.narrowed(dimensions)


def load_tokenizer(name_or_path: str) -> ModelTokenizer:
    """The tokenizer of that embedder alone. Raises ModelError as `load_embedder` does."""
    return _tokenizer(ModelFiles.named(name_or_path))


def _tokenizer(files: ModelFiles) -> ModelTokenizer:
    from .tokenizer import TOKEN_RULES, TokenRules

    return files.tokenizer(TOKEN_RULES.get(files.checkpoint.model_type, TokenRules()))


def _width(encoder: Encoder, projections: tuple[Projection, ...]) -> int:
    """The length of the model's vectors before they are cut."""
    return len(projections[-1].bias) if projections else encoder.dimensions


def _allowed(dimensions: int, name: str, recipe: Recipe, width: int) -> int:
    """`dimensions`, where vectors of length `width` may be cut to them; else UsageError."""
    if dimensions == width:
        return width
    if not recipe.least_dimensions:
        raise UsageError(
            f"{name} gives {width} dimensions and cannot be cut to {dimensions}",
            "leave the number out",
        )
    if not recipe.least_dimensions <= dimensions < width:
        hint = f"choose from {recipe.least_dimensions} to {width}"
        raise UsageError(f"{name} cannot be cut to {dimensions} dimensions", hint)
    return dimensions
