"""A checkpoint's tokenizer.json: texts to token ids, and to the character ranges of their tokens."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class TokenRules:
    """How an architecture's tokenizer is used.

    `literal_specials` says whether special tokens that are written in a text, such as `<|im_end|>`, are read as plain
    characters. `closing` is a token that ends each text, put there where the file itself does not.
    """

    literal_specials: bool = False
    closing: str = ""


# by model_type; BERT's own tokenizer reads `[SEP]` in a text as a control token, and the published vectors are made so.
# Of the Qwen3-Embedding files only the later ones end a text themselves.
TOKEN_RULES = {
    "bert": TokenRules(),
    "qwen3": TokenRules(literal_specials=True, closing="<|endoftext|>"),
    # its added tokens are also line breaks and white space, which have to be read as such
    "gemma3_text": TokenRules(closing="<eos>"),
}


class ModelTokenizer:
    """Wraps `tokenizers.Tokenizer`; safe to use from several threads. ModelError for a file that holds none."""

    def __init__(self, path: Path, literal_specials: bool = False, closing: str = "") -> None:
        from tokenizers import AddedToken, Tokenizer

        self._path = path

        try:
            source = path.read_text(encoding="utf-8")
            self._tokenizer = Tokenizer.from_str(source)
        except OSError as error:
            raise ModelError(
                f"{path} cannot be read: {error.strerror}", "fetch the model again"
            ) from error
        except (
            Exception
        ) as error:  # the library raises plain Exception for a file that it cannot parse
            raise ModelError(f"{path} is no tokenizer", "fetch the model again") from error
        # some files switch these on; lengths are decided here
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._tokenizer.encode_special_tokens = literal_specials
        if literal_specials:
            # `<think>` and its like are declared as not special, and would go on to be control tokens
            added = self._tokenizer.get_added_tokens_decoder().values()
            others = [token.content for token in added if not token.special]
            self._tokenizer.add_special_tokens(
                [AddedToken(text, special=True, normalized=False) for text in others]
            )
        # ids from here on have no weights
        self._end = sys.maxsize
        self._closing: list[int] = []
        if closing and self._tokenizer.encode("").ids[-1:] != [self.token_id(closing)]:
            self._closing = [self.token_id(closing)]

    def fit(self, vocab_size: int) -> None:
        """Keeps all ids below `vocab_size`; ModelError where that is not even so for words.

        Some checkpoints lack weights for the last of their added tokens, such as an image's place. In a text these are
        passed over.
        """
        words = self._tokenizer.get_vocab_size(with_added_tokens=False)
        if max([words - 1, *self._closing]) >= vocab_size:
            raise ModelError(
                f"{self._path} has {words} tokens, and there are weights for {vocab_size}",
                "fetch it again",
            )
        self._end = vocab_size

    def spans(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """Each text's tokens as character ranges (start, end), without special tokens and without truncation."""
        encodings = self._tokenizer.encode_batch(
            list(map(well_formed, texts)), add_special_tokens=False
        )
        return [encoding.offsets for encoding in encodings]

    def token_id(self, token: str) -> int:
        """The id of a token by its exact name; ModelError where there is none."""
        found = self._tokenizer.token_to_id(token)
        if found is None or found >= self._end:
            lack = (
                "has no token"
                if found is None
                else "goes with weights that have none for its token"
            )
            raise ModelError(f"{self._path} {lack} {token}", "fetch the model again")
        return int(found)

    def plain(self, texts: Sequence[str]) -> list[list[int]]:
        """Each text's token ids, without special tokens around them and without truncation."""
        encodings = self._tokenizer.encode_batch_fast(
            list(map(well_formed, texts)), add_special_tokens=False
        )
        return [self._known(encoding.ids) for encoding in encodings]

    def encode(self, texts: Sequence[str], max_tokens: int) -> list[list[int]]:
        """Each text's token ids with the model's special tokens around them, at most `max_tokens` in all."""
        room = max_tokens - self._tokenizer.num_special_tokens_to_add(False) - len(self._closing)
        ids = []
        for encoding in self._tokenizer.encode_batch_fast(
            list(map(well_formed, texts)), add_special_tokens=False
        ):
            encoding.truncate(room)
            ids.append(self._known(self._tokenizer.post_process(encoding).ids) + self._closing)
        return ids

    def _known(self, ids: list[int]) -> list[int]:
        return ids if max(ids, default=0) < self._end else [i for i in ids if i < self._end]


def well_formed(text: str) -> str:
    """The text with each lone surrogate, which UTF-8 cannot carry, replaced by U+FFFD; its length stays."""
    return text if text.isascii() else SURROGATE.sub("\ufffd", text)
