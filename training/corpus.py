"""The training data in tokens: passages by pool, and queries with the passages that answer them."""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .ragged import Ragged

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

TITLE_TOKENS, BODY_TOKENS, QUERY_TOKENS = 40, 300, 96
CHARACTERS_A_TOKEN = 12
"""Texts are cut to this many characters per wanted token before they are tokenised.

Hardly any text has fewer tokens than wanted after that cut.
"""


@dataclass(frozen=True)
class Corpus:
    """Passages and queries; every array is by passage or by query.

    pool, document, section: (passages,) a number for each pool, document and section.
    title, body: (passages,) token ids.
    positive: (queries,) the passage that answers.
    kind: (queries,) the name of the way in which the query was made.
    shown: (queries,) whether titles are shown above the passages.
    query: (queries,) token ids.
    rest: (queries,) the positive's body without the sentence that the query was made from; empty if
    nothing was taken out.
    """

    pools: tuple[str, ...]
    pool: NDArray[np.int16]
    document: NDArray[np.int32]
    section: NDArray[np.int32]
    title: Ragged
    body: Ragged
    positive: NDArray[np.int32]
    kind: NDArray[np.str_]
    shown: NDArray[np.bool_]
    query: Ragged
    rest: Ragged

    @cached_property
    def pool_of_query(self) -> NDArray[np.int16]:
        """(queries,) the pool of each query's passage."""
        return self.pool[self.positive]

    def save(self, path: Path) -> None:
        """Write everything as one .npz file."""
        ragged = {
            f"{name}.{part}": getattr(getattr(self, name), part)
            for name in ("title", "body", "query", "rest")
            for part in ("flat", "starts")
        }
        plain = {
            name: getattr(self, name)
            for name in ("pool", "document", "section", "positive", "kind", "shown")
        }
        np.savez(path, pools=np.array(self.pools), **plain, **ragged)

    @classmethod
    def load(cls, path: Path) -> Corpus:
        """Read what `save` wrote."""
        stored = np.load(path)
        ragged = {
            name: Ragged(stored[f"{name}.flat"], stored[f"{name}.starts"])
            for name in ("title", "body", "query", "rest")
        }
        plain = {
            name: stored[name]
            for name in ("pool", "document", "section", "positive", "kind", "shown")
        }
        return cls(pools=tuple(map(str, stored["pools"])), **plain, **ragged)


def read(folders: Sequence[Path], tokenizer: Tokenizer, every: int = 1) -> Corpus:
    """The corpus of passages.jsonl.xz and queries.jsonl.xz in each of the folders.

    To try a stage, `every` = n takes only every n-th passage.
    """
    rows: list[dict[str, Any]] = []
    query_rows: list[dict[str, Any]] = []
    for folder in folders:
        first = len(rows)
        passages = enumerate(_lines(folder / "passages.jsonl.xz"))
        rows += [row for number, row in passages if number % every == 0]
        query_rows += [
            row | {"p": first + row["p"] // every}
            for row in _lines(folder / "queries.jsonl.xz")
            if row["p"] % every == 0
        ]
    pools = tuple(sorted({row["s"] for row in rows}))
    documents = [(row["s"], row["d"]) for row in rows]
    rests = [_without(rows[row["p"]]["x"], row["r"]) if row["r"] else "" for row in query_rows]
    return Corpus(
        pools=pools,
        pool=np.array([pools.index(row["s"]) for row in rows], np.int16),
        document=_numbered(documents),
        section=_numbered(
            [(*document, row["t"]) for document, row in zip(documents, rows, strict=True)]
        ),
        title=tokenised(tokenizer, [row["t"] for row in rows], TITLE_TOKENS),
        body=tokenised(tokenizer, [row["x"] for row in rows], BODY_TOKENS),
        positive=np.array([row["p"] for row in query_rows], np.int32),
        kind=np.array([row["k"] for row in query_rows]),
        shown=np.array([bool(row["u"]) for row in query_rows]),
        query=tokenised(tokenizer, [row["q"] for row in query_rows], QUERY_TOKENS),
        rest=tokenised(tokenizer, rests, BODY_TOKENS),
    )


def tokenised(tokenizer: Tokenizer, texts: Sequence[str], limit: int) -> Ragged:
    """The first `limit` ids of each text, without special tokens."""
    parts: list[Any] = []
    for start in range(0, len(texts), 10_000):
        beginnings = [text[: CHARACTERS_A_TOKEN * limit] for text in texts[start : start + 10_000]]
        parts += [
            np.array(encoding.ids[:limit], np.int32)
            for encoding in tokenizer.encode_batch_fast(beginnings, add_special_tokens=False)
        ]
    return Ragged.of(parts)


def open_tokenizer(folder: Path) -> Tokenizer:
    """The folder's tokenizer, which reads special tokens in a text as plain characters."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.encode_special_tokens = True
    return tokenizer


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _without(text: str, span: tuple[int, int]) -> str:
    start, end = span
    return f"{text[:start]} {text[end:]}"


def _numbered(keys: Sequence[object]) -> NDArray[np.int32]:
    """A number for each key, the same for equal keys."""
    numbers: dict[object, int] = {}
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], np.int32)
