"""What the workers of a cluster are told: how passages are cut, and which model embeds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import ModelMismatch
from ..results import IndexModels
from ..text.passage_rules import PassageRules

if TYPE_CHECKING:
    from ..protocols import Embedder, Tokenizer


@dataclass(frozen=True, slots=True)
class StageOrder:
    """How the passages of an index are made.

    models: those of the index. backend: as in `load_embedder`. schema: that of the staging dataset.
    embedding_threads: those of one worker. A GPU computes for one of them while another one cuts
    its texts into tokens.
    """

    rules: PassageRules
    models: IndexModels
    backend: str
    schema: Any
    embedding_threads: int = 1

    def tokenizer(self) -> Tokenizer:
        """The tokenizer of the index's embedder. Raises ModelError."""
        from ..models.embedder import load_tokenizer

        return load_tokenizer(self.models.embedder)

    def embedder(self) -> Embedder:
        """The index's embedder, loaded. Raises ModelError, and ModelMismatch for other weights."""
        from ..models.embedder import load_embedder

        models = self.models
        embedder = load_embedder(models.embedder, self.backend).at(models.precision)
        if embedder.revision != models.revision:
            raise ModelMismatch(
                f"a worker of the cluster has other weights of {models.name} "
                f"({embedder.revision}, here {models.revision})",
                "put the same model on all machines",
            )
        if models.dimensions != embedder.dimensions:
            return embedder.narrowed(models.dimensions)
        return embedder
