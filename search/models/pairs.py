"""A query and a passage as one row of tokens, in the form that a reranker is trained on."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Protocol

from ..errors import UsageError
from .tokenizer import ModelTokenizer

# These are written out here, because the chat templates in the checkpoints have changed over time.
# The form that the models are trained on has not.
OPENING = (
    "<|im_start|>",
    "system\nJudge whether the Document meets the requirements based on the Query and the Instruct "
    'provided. Note that the answer can only be "yes" or "no".',
    "<|im_end|>",
    "\n",
    "<|im_start|>",
    "user\n",
)
CLOSING = ("<|im_end|>", "\n", "<|im_start|>", "assistant\n", "<think>", "\n\n", "</think>", "\n\n")
INSTRUCTION = "Given a web search query, retrieve relevant passages that answer the query"


class Pairs(Protocol):
    """Builds rows that share their beginning for one query.

    Passages are cut where a row would be too long. A query is cut only where it would fill more
    than half of a row.
    """

    def prefix(self, query: str) -> list[int]:
        """The ids before the passage, which are the same for all passages."""
        ...

    def rest(self, passages: Sequence[str], room: int) -> list[list[int]]:
        """The ids after the prefix, at most `room` for each passage."""
        ...


class Qwen3Pairs:
    """The chat in which Qwen3-Reranker answers yes or no.

    The form is that of the model's card at https://github.com/QwenLM/Qwen3-Embedding.
    """

    def __init__(self, tokenizer: ModelTokenizer, max_tokens: int, instruction: str | None) -> None:
        self._tokenizer = tokenizer
        self._max_query_tokens = max_tokens // 2
        self._instruction = INSTRUCTION if instruction is None else instruction
        self._opening = self._control(OPENING)
        self._closing = self._control(CLOSING)

    def prefix(self, query: str) -> list[int]:
        """The ids of the system's message, the instruction and the query, up to `<Document>:`."""
        query = cut(query, self._tokenizer, self._max_query_tokens)
        text = f"<Instruct>: {self._instruction}\n<Query>: {query}\n<Document>:"
        return self._opening + self._tokenizer.plain([text])[0]

    def rest(self, passages: Sequence[str], room: int) -> list[list[int]]:
        """The ids of each passage and of the opening of the answer."""
        # The space belongs to the token of the passage's first word, as it does where the whole
        # prompt is tokenised at once.
        bodies = self._tokenizer.plain([f" {passage}" for passage in passages])
        return [body[: max(0, room - len(self._closing))] + self._closing for body in bodies]

    def _control(self, pieces: Sequence[str]) -> list[int]:
        """The ids of pieces that are words or control tokens.

        Control tokens are looked up by name, because the tokenizer reads them as plain characters.
        """
        ids: list[int] = []
        for piece in pieces:
            if piece.startswith("<") and piece.endswith(">"):
                ids.append(self._tokenizer.token_id(piece))
            else:
                ids += self._tokenizer.plain([piece])[0]
        return ids


class BertPairs:
    """`[CLS] query [SEP] passage [SEP]`; the second segment begins after the first `[SEP]`."""

    start: tuple[str, ...] = ("[CLS]",)
    middle: tuple[str, ...] = ("[SEP]",)
    end: tuple[str, ...] = ("[SEP]",)

    def __init__(self, tokenizer: ModelTokenizer, max_tokens: int, instruction: str | None) -> None:
        if instruction is not None:
            raise UsageError(
                "a BERT reranker takes no instruction", "leave it out, or choose a Qwen3 reranker"
            )
        self._tokenizer = tokenizer
        self._max_query_tokens = max_tokens // 2
        self._start, self._middle, self._end = (
            [tokenizer.token_id(name) for name in names]
            for names in (self.start, self.middle, self.end)
        )

    def prefix(self, query: str) -> list[int]:
        """The ids of the first segment."""
        ids = self._tokenizer.plain([query])[0][: self._max_query_tokens]
        return self._start + ids + self._middle

    def rest(self, passages: Sequence[str], room: int) -> list[list[int]]:
        """The ids of the second segments."""
        return [body[: max(0, room - 1)] + self._end for body in self._tokenizer.plain(passages)]

    def query_range(self, prefix: Sequence[int]) -> tuple[int, int]:
        """The range of the query's own tokens in a prefix; all of it for a query without tokens."""
        start, end = len(self._start), len(prefix) - len(self._middle)
        return (start, end) if end > start else (0, len(prefix))

    def rest_with_sentences(
        self, passages: Sequence[str], room: int, sentences: Sequence[Sequence[tuple[int, int]]]
    ) -> list[tuple[list[int], list[tuple[int, int]]]]:
        """As `rest`, with the range of tokens of each sentence in the ids of its passage.

        `sentences` are ranges of characters of each passage, in order and disjoint. The range of a
        sentence that does not fit into the row is empty.
        """
        rows = []
        for (ids, spans), ranges in zip(
            self._tokenizer.plain_with_spans(passages), sentences, strict=True
        ):
            body, spans = ids[: max(0, room - 1)], spans[: max(0, room - 1)]
            starts, ends = [start for start, _ in spans], [end for _, end in spans]
            tokens = [
                (bisect_right(ends, start), bisect_left(starts, end)) for start, end in ranges
            ]
            rows.append((body + self._end, tokens))
        return rows


class MarkedBertPairs(BertPairs):
    """`<s> query </s> passage </s>`, for a BERT with the tokenizer of XLM-RoBERTa."""

    start = ("<s>",)
    middle = ("</s>",)
    end = ("</s>",)


class XlmRobertaPairs(BertPairs):
    """`<s> query </s></s> passage </s>`."""

    start = ("<s>",)
    middle = ("</s>", "</s>")
    end = ("</s>",)


def cut(text: str, tokenizer: ModelTokenizer, max_tokens: int) -> str:
    """The text of the first `max_tokens` tokens."""
    spans = tokenizer.spans([text])[0]
    return text[: spans[max_tokens - 1][1]] if len(spans) > max_tokens else text
