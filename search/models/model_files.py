"""The steps that opening an embedder and opening a reranker share.

They are: name → folder → checkpoint, tokenizer and encoder.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .bundled import BUNDLED, bundled_at
from .local import model_folder
from .names import model_name

if TYPE_CHECKING:
    from .checkpoint import Checkpoint
    from .engines import Encoder
    from .tokenizer import ModelTokenizer, TokenRules


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A model folder that is about to be loaded."""

    name: str
    folder: Path
    checkpoint: Checkpoint

    @classmethod
    def named(cls, name_or_path: str) -> ModelFiles:
        """The model of that name, repository id or folder.

        Raises ModelError where it is missing or damaged.
        """
        from .checkpoint import Checkpoint

        folder = model_folder(name_or_path)
        return cls(title_of(folder), folder, Checkpoint(folder))

    def tokenizer(self, rules: TokenRules) -> ModelTokenizer:
        """The model's tokenizer. Raises ModelError where it has none."""
        from .tokenizer import ModelTokenizer

        folder = self.checkpoint.lender or self.folder
        return ModelTokenizer(folder / "tokenizer.json", rules.literal_specials, rules.closing)

    def encoder(
        self, backend: str, tokenizer: ModelTokenizer, pooling: str, precision: str
    ) -> Encoder:
        """The model's forward pass, loaded, with a pooling of `recipes.POOLINGS`.

        `precision` is one of `engines.precisions_for`.
        Raises ModelError where it cannot run here, or lacks weights for some words of `tokenizer`.
        """
        from .engines import open_encoder

        encoder = open_encoder(self.checkpoint, backend, pooling, precision)
        tokenizer.fit(encoder.vocab_size)
        return encoder


def title_of(folder: Path) -> str:
    """The full name of the model in that folder, which may lie in the package or elsewhere.

    >>> title_of(BUNDLED["starter"].folder)
    'bge-small-en-v1.5 (8-bit)'
    """
    bundled = bundled_at(folder)
    return BUNDLED[bundled].title if bundled else model_name(folder)
