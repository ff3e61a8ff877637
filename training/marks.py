"""The special tokens of a base model's tokenizer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer


@dataclass(frozen=True, slots=True)
class Marks:
    """The ids before a row, behind each text of it, and behind a row that is short.

    Those from `first_piece` to `last_piece` are pieces of words, of which the last are the rarest.
    """

    start: int
    end: int
    padding: int
    first_piece: int
    last_piece: int

    @classmethod
    def of(cls, tokenizer: Tokenizer) -> Marks:
        """The marks of a BERT or XLM-RoBERTa tokenizer."""
        names, pieces = next(
            (names, pieces)
            for names, pieces in _KINDS.items()
            if all(tokenizer.token_to_id(name) is not None for name in names)
        )
        start, end, padding = map(tokenizer.token_to_id, names)
        return cls(start, end, padding, *pieces)


# The names of the marks in both kinds of tokenizers, and the range of the pieces.
_KINDS = {
    ("[CLS]", "[SEP]", "[PAD]"): (1996, 29_000),
    ("<s>", "</s>", "<pad>"): (5, 240_000),
}
