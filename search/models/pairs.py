"""A query and a passage as one row of tokens, in the form that each architecture's rerankers are trained on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..errors import UsageError
from .tokenizer import ModelTokenizer

# literal: the checkpoints' chat templates have changed over time, the form they are trained on has not
OPENING = (
    "<|im_start|>",
    "system\nJudge whether the Document meets the requirements based on the Query and the Instruct provided. "
    'Note that the answer can only be "yes" or "no".',
    "<|im_end|>",
    "\n",
    "<|im_start|>",
    "user\n",
)
CLOSING = ("<|im_end|>", "\n", "<|im_start|>", "assistant\n", "<think>", "\n\n", "</think>", "\n\n")
INSTRUCTION = "Given a web search query, retrieve relevant passages that answer the query"


class Pairs(Protocol):
    """Builds rows that begin alike for one query. Only passages are cut, save a query that fills half a row."""

    def prefix(self, query: str) -> list[int]:
        """The ids up to where the passage begins."""
        ...

    def rest(self, passages: Sequence[str], room: int) -> list[list[int]]:
        """For each passage the ids after the prefix, at most `room`."""
        ...


class Qwen3Pairs:
    """The chat in which Qwen3-Reranker answers yes or no (the model's card at https://github.com/QwenLM/Qwen3-Embedding)."""

    def __init__(self, tokenizer: ModelTokenizer, max_tokens: int, instruction: str | None) -> None:
        self._tokenizer = tokenizer
        self._most = max_tokens // 2
        self._instruction = INSTRUCTION if instruction is None else instruction
        self._opening = self._control(OPENING)
        self._closing = self._control(CLOSING)

    def prefix(self, query: str) -> list[int]:
        """The system's and the user's words with the instruction and the query, up to `<Document>:`."""
        text = f"<Instruct>: {self._instruction}\n<Query>: {cut(query, self._tokenizer, self._most)}\n<Document>:"
        return self._opening + self._tokenizer.plain([text])[0]

    def rest(self, passages: Sequence[str], room: int) -> list[list[int]]:
        """Each passage and the opening of the answer."""
        # the space belongs to the passage's first word, as it does where the whole prompt is cut into tokens at once
        bodies = self._tokenizer.plain([f" {passage}" for passage in passages])
        return [body[: max(0, room - len(self._closing))] + self._closing for body in bodies]

    def _control(self, pieces: Sequence[str]) -> list[int]:
        """The ids of words and control tokens; the latter are looked up, as in a text they would be plain characters."""
        ids: list[int] = []
        for piece in pieces:
            control = piece.startswith("<") and piece.endswith(">")
            ids += (
                [self._tokenizer.token_id(piece)] if control else self._tokenizer.plain([piece])[0]
            )
        return ids


class BertPairs:
    """`[CLS] query [SEP] passage [SEP]`; after the first `[SEP]` the second segment begins."""

    def __init__(self, tokenizer: ModelTokenizer, max_tokens: int, instruction: str | None) -> None:
        if instruction is not None:
            raise UsageError(
                "a BERT reranker takes no instruction", "leave it out, or choose a Qwen3 reranker"
            )
        self._tokenizer = tokenizer
        self._most = max_tokens // 2
        self._start = [tokenizer.token_id("[CLS]")]
        self._stop = [tokenizer.token_id("[SEP]")]

    def prefix(self, query: str) -> list[int]:
        """The first segment."""
        return self._start + self._tokenizer.plain([query])[0][: self._most] + self._stop

    def rest(self, passages: Sequence[str], room: int) -> list[list[int]]:
        """The second segments."""
        return [body[: max(0, room - 1)] + self._stop for body in self._tokenizer.plain(passages)]


def cut(text: str, tokenizer: ModelTokenizer, most: int) -> str:
    """The text up to its token number `most`."""
    spans = tokenizer.spans([text])[0]
    return text[: spans[most - 1][1]] if len(spans) > most else text
