"""A checkpoint's tokenizer.json: texts to token ids, and to the character ranges of their tokens."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SURROGATE = re.compile("[\ud800-\udfff]")


class ModelTokenizer:
    """Wraps `tokenizers.Tokenizer`; safe to use from several threads.

    `literal_specials` says whether special tokens that are written in a text, such as `[SEP]`, are read as plain
    characters. BERT's own tokenizer reads them as control tokens, and the published vectors are made so.
    """

    def __init__(self, path: Path, literal_specials: bool = False) -> None:
        from tokenizers import Tokenizer

        try:
            source = path.read_text(encoding="utf-8")
            self._tokenizer = Tokenizer.from_str(source)
        except OSError as error:
            raise ModelError(f"{path} cannot be read: {error.strerror}", "fetch the model again") from error
        except Exception as error:  # the library raises plain Exception for a file that it cannot parse
            raise ModelError(f"{path} is no tokenizer", "fetch the model again") from error
        # some files switch these on; lengths are decided here
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._tokenizer.encode_special_tokens = literal_specials

    @property
    def size(self) -> int:
        """How many ids there are."""
        return int(self._tokenizer.get_vocab_size(with_added_tokens=True))

    def spans(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """Each text's tokens as character ranges (start, end), without special tokens and without truncation."""
        encodings = self._tokenizer.encode_batch(list(map(well_formed, texts)), add_special_tokens=False)
        return [encoding.offsets for encoding in encodings]

    def encode(self, texts: Sequence[str], max_tokens: int) -> list[list[int]]:
        """Each text's token ids with the model's special tokens around them, at most `max_tokens` in all."""
        room = max_tokens - self._tokenizer.num_special_tokens_to_add(False)
        ids = []
        for encoding in self._tokenizer.encode_batch_fast(list(map(well_formed, texts)), add_special_tokens=False):
            encoding.truncate(room)
            ids.append(self._tokenizer.post_process(encoding).ids)
        return ids


def well_formed(text: str) -> str:
    """The text with each lone surrogate, which UTF-8 cannot carry, replaced by U+FFFD; its length stays."""
    return text if text.isascii() else SURROGATE.sub("\ufffd", text)
