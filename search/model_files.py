"""What opening an embedder and opening a reranker have in common: name → folder → checkpoint, tokenizer and encoder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .hub import BUNDLED, resolve
from .models.names import model_name

if TYPE_CHECKING:
    from .models.checkpoint import Checkpoint
    from .models.engines import Encoder
    from .models.tokenizer import ModelTokenizer, TokenRules


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A model folder that is about to be loaded."""

    name: str
    folder: Path
    checkpoint: Checkpoint

    @classmethod
    def named(cls, name_or_path: str) -> ModelFiles:
        """The model of that name, repository id or folder. ModelError where it is missing or damaged."""
        from .models.checkpoint import Checkpoint

        folder = resolve(name_or_path)
        name = BUNDLED[name_or_path][1] if name_or_path in BUNDLED else model_name(folder)
        return cls(name, folder, Checkpoint(folder))

    def tokenizer(self, rules: TokenRules) -> ModelTokenizer:
        """Its tokenizer. ModelError where it has none."""
        from .models.tokenizer import ModelTokenizer

        return ModelTokenizer(self.folder / "tokenizer.json", rules.literal_specials, rules.closing)

    def encoder(self, backend: str, tokenizer: ModelTokenizer) -> Encoder:
        """Its forward pass, loaded. ModelError where it cannot run here or does not know all of the tokens."""
        from .models.engines import open_encoder

        encoder = open_encoder(self.checkpoint, backend)
        tokenizer.fit(encoder.vocab_size)
        return encoder
