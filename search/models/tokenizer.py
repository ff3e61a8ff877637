"""A checkpoint's tokenizer.json: texts to token ids and to the character ranges of the tokens."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import ModelError
from ..protocols import TokenizerFile

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class TokenRules:
    """How an architecture's tokenizer is used.

    `literal_specials` says whether special tokens that stand in a text, such as `<|im_end|>`, are
    read as plain characters. `closing` is a token that ends each text; it is added here where the
    tokenizer's own file does not add it.
    """

    literal_specials: bool = False
    closing: str = ""


# model_type → its rules. BERT's own tokenizer reads `[SEP]` in a text as a control token, and the
# published vectors are made that way. Of the Qwen3-Embedding files, only the later ones end a text
# themselves.
TOKEN_RULES = {
    "bert": TokenRules(),
    "qwen3": TokenRules(literal_specials=True, closing="<|endoftext|>"),
    # Its added tokens include line breaks and white space, which must be read as tokens.
    "gemma3_text": TokenRules(closing="<eos>"),
}


class ModelTokenizer:
    """Wraps `tokenizers.Tokenizer`; several threads may use it.

    Raises ModelError for a file that holds no tokenizer.
    """

    def __init__(self, path: Path, literal_specials: bool = False, closing: str = "") -> None:
        from tokenizers import AddedToken, Tokenizer

        self._path = path
        self._literal_specials = literal_specials
        try:
            source = path.read_text(encoding="utf-8")
            self._tokenizer = Tokenizer.from_str(source)
        except OSError as error:
            raise ModelError(
                f"{path} cannot be read: {error.strerror}", "fetch the model again"
            ) from error
        except Exception as error:
            # The library raises plain Exception for a file that it cannot parse.
            raise ModelError(f"{path} is not a tokenizer", "fetch the model again") from error
        # Some files switch these on, but lengths are decided here.
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._tokenizer.encode_special_tokens = literal_specials
        if literal_specials:
            # Tokens such as `<think>` are declared as not special, so they would stay control
            # tokens unless they were declared special here.
            added = self._tokenizer.get_added_tokens_decoder().values()
            others = [token.content for token in added if not token.special]
            self._tokenizer.add_special_tokens(
                [AddedToken(text, special=True, normalized=False) for text in others]
            )
        # Ids from this one on have no weights.
        self._end = sys.maxsize
        self._closing: list[int] = []
        if closing and self._tokenizer.encode("").ids[-1:] != [self.token_id(closing)]:
            self._closing = [self.token_id(closing)]

    @property
    def file(self) -> TokenizerFile:
        """The file that the tokenizer is made of, for the `spans` of another process."""
        return TokenizerFile(str(self._path), self._literal_specials)

    def fit(self, vocab_size: int) -> None:
        """Leaves out ids that have no weights, which are those from `vocab_size` on.

        Some checkpoints lack weights for the last of their added tokens, such as the placeholder of
        an image. Such tokens of a text are left out.
        Raises ModelError where weights for words are missing too.
        """
        words = self._tokenizer.get_vocab_size(with_added_tokens=False)
        if max([words - 1, *self._closing]) >= vocab_size:
            raise ModelError(
                f"{self._path} has {words} tokens, and there are weights for {vocab_size}",
                "fetch it again",
            )
        self._end = vocab_size

    def spans(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """Each text's tokens as character ranges (start, end).

        Special tokens are left out, and no text is truncated.
        """
        encodings = self._tokenizer.encode_batch(
            list(map(well_formed, texts)), add_special_tokens=False
        )
        return [encoding.offsets for encoding in encodings]

    def token_id(self, token: str) -> int:
        """The id of a token by its exact name.

        Raises ModelError where there is no such token or where it has no weights.
        """
        found = self._tokenizer.token_to_id(token)
        if found is None or found >= self._end:
            problem = (
                f"{self._path} has no token {token}"
                if found is None
                else f"the weights that go with {self._path} lack its token {token}"
            )
            raise ModelError(problem, "fetch the model again")
        return int(found)

    def plain(self, texts: Sequence[str]) -> list[list[int]]:
        """Each text's token ids.

        No special tokens are put around them, and no text is truncated.
        """
        encodings = self._tokenizer.encode_batch_fast(
            list(map(well_formed, texts)), add_special_tokens=False
        )
        return [self._known(encoding.ids) for encoding in encodings]

    def plain_with_spans(
        self, texts: Sequence[str]
    ) -> list[tuple[list[int], list[tuple[int, int]]]]:
        """Each text's token ids as in `plain`, with the tokens' character ranges."""
        encodings = self._tokenizer.encode_batch(
            list(map(well_formed, texts)), add_special_tokens=False
        )
        pairs = [(encoding.ids, encoding.offsets) for encoding in encodings]
        return [
            (
                self._known(ids),
                spans
                if max(ids, default=0) < self._end
                else [span for i, span in zip(ids, spans, strict=True) if i < self._end],
            )
            for ids, spans in pairs
        ]

    def encode(self, texts: Sequence[str], max_tokens: int) -> list[list[int]]:
        """Each text's token ids with the special tokens around them, `max_tokens` at most."""
        return self.encode_counted(texts, max_tokens)[0]

    def encode_counted(
        self, texts: Sequence[str], max_tokens: int
    ) -> tuple[list[list[int]], list[int]]:
        """Each text's ids as `encode` gives them, and the number of tokens in the whole text.

        The number is that of the text's `spans`.
        """
        room = max_tokens - self._tokenizer.num_special_tokens_to_add(False) - len(self._closing)
        ids, counts = [], []
        for encoding in self._tokenizer.encode_batch_fast(
            list(map(well_formed, texts)), add_special_tokens=False
        ):
            counts.append(len(encoding))
            encoding.truncate(room)
            ids.append(self._known(self._tokenizer.post_process(encoding).ids) + self._closing)
        return ids, counts

    def _known(self, ids: list[int]) -> list[int]:
        return ids if max(ids, default=0) < self._end else [i for i in ids if i < self._end]


def well_formed(text: str) -> str:
    """The text with each lone surrogate replaced by U+FFFD, so that UTF-8 can encode it.

    The text's length stays the same.
    """
    return text if text.isascii() else SURROGATE.sub("\ufffd", text)
