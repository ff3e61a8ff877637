"""The data of a training step: for each query its positive among hard negatives.

Some lists get noise of the kind that people's queries and notes have.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from search.text.terms import STOP_WORDS

from .corpus import Corpus
from .marks import Marks
from .mined import Mined
from .packing import Batch, Row, pack, pair

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

    from .ragged import Ids

KIND_WEIGHT = {
    "question": 2.0,
    "code": 1.4,
    "title": 1.2,
    "gloss": 1.3,
    "howto": 1.3,
    "fragment": 0.7,
    "long": 0.5,
    "chat": 0.5,
}
POOL_WEIGHT = {"qa": 3.0, "medquad": 0.6, "factbook": 0.5, "meeting": 1.5, "manuals": 2.0}
"""How often a query is dealt, by its kind and its pool; the pools manuals-de and so on are alike.

Questions that people wrote count most; garbled kinds, and pools of similar texts, count least.
"""
RANK_LIMIT = {
    "keywords": 10,
    "heading": 25,
    "codename": 25,
    "desc": 25,
    "fragment": 25,
    "question": 100,
    "code": 100,
    "chat": 100,
    "claim": 100,
}
"""A query is left out if so many passages score above its positive: they may answer it too."""
OTHER_LIMIT = 50
VAGUE = frozenset(
    {"heading", "define", "fragment", "verbose", "keywords", "desc", "howto", "codename", "meta"}
)
"""Kinds of query that several passages answer: candidates above the positive are no negatives."""
VAGUE_MARGIN = 0.03
TWIN = 0.95
"""A candidate with at least this cosine to the positive counts as a copy of it."""
ALIKE_POOLS = frozenset({"qa", "meeting"})
"""Pools whose documents are so short that all their passages may answer."""
UNANSWERED = 0.04
"""The share of lists without an answer: the query is nonsense, or belongs to another list."""
TELEGRAM = 0.08
"""The share of lists whose passages lose their function words, as in notes and processed text.

As many lists lose those of the query.
"""
RANDOM_NEGATIVE = 0.7
"""The share of lists with a random passage among the negatives."""
EXTRA_TITLES = 0.25
"""The share of lists that show titles although their pool hides them."""


@dataclass(frozen=True, slots=True)
class Lists:
    """The lists of a step.

    batches: (queries · size) rows, with the positive first in each list.
    fused: (queries, size) fused scores. answered: (queries,) 1 if the first row answers, else 0.
    """

    batches: tuple[Batch, ...]
    fused: NDArray[np.float32]
    answered: NDArray[np.float32]


class Dealer:
    """Deals lists without end; equal seeds deal equal lists."""

    def __init__(
        self,
        corpus: Corpus,
        mined: Mined,
        tokenizer: Tokenizer,
        size: int,
        max_tokens: int,
        seed: int,
        held_out: bool = False,
    ) -> None:
        self._corpus = corpus
        self._mined = mined
        self._size = size
        self._max_tokens = max_tokens
        self._random = np.random.default_rng(seed)
        self._marks = Marks.of(tokenizer)
        stop_words = tokenizer.encode_batch(sorted(STOP_WORDS), add_special_tokens=False)
        self._function_words = np.array(
            sorted({word.ids[0] for word in stop_words if len(word.ids) == 1}), np.int32
        )
        limits = np.array([RANK_LIMIT.get(kind, OTHER_LIMIT) for kind in corpus.kind])
        usable = (mined.rank < limits) & (mined.candidates[:, 0] >= 0)
        # One query in fifty is held out for calibration. It is chosen by its positive, so that no
        # passage is on both sides.
        is_held_out = corpus.positive % 50 == 7
        self.usable = np.flatnonzero(usable & (is_held_out if held_out else ~is_held_out))

    def deal(self, queries: int, budget: int) -> Iterator[Lists]:
        """Steps of `queries` lists, packed into batches of at most `budget` tokens."""
        order = self._order()
        while True:
            rows: list[Row] = []
            fused = np.zeros((queries, self._size), np.float32)
            answered = np.ones(queries, np.float32)
            for line in range(queries):
                list_rows, fused[line], answered[line] = self._list(next(order))
                rows += list_rows
            yield Lists(tuple(pack(rows, budget, self._marks.padding)), fused, answered)

    def _order(self) -> Iterator[int]:
        """Queries in random order without end, each as often as its weight says on average."""
        corpus = self._corpus
        weights = np.array(
            [
                KIND_WEIGHT.get(str(corpus.kind[i]), 1.0)
                * POOL_WEIGHT.get(corpus.pools[corpus.pool_of_query[i]].split("-")[0], 1.0)
                for i in self.usable
            ]
        )
        while True:
            times = np.floor(weights + self._random.random(len(weights))).astype(int)
            yield from self._random.permutation(np.repeat(self.usable, times)).tolist()

    def _list(self, i: int) -> tuple[list[Row], NDArray[np.float32], float]:
        """The rows of query i with their fused scores, and 1.0 if the first one answers."""
        corpus, random = self._corpus, self._random
        # The passages: the positive, the negatives, and random ones in place of missing negatives.
        passages, fused = self._negatives(i)
        missing = self._size - 1 - len(passages)
        positive = int(corpus.positive[i])
        passages = [positive, *passages, *random.integers(len(corpus.body), size=missing).tolist()]
        scores = np.array([self._mined.own[i], *fused, *[0.0] * missing], np.float32)
        # In a few lists nothing answers.
        query, answered = corpus.query[i], True
        draw = random.random()
        if draw < UNANSWERED:
            answered = False
            query = self._strange_query(draw / UNANSWERED)
            if draw > UNANSWERED / 2:
                passages[0] = int(random.integers(len(corpus.body)))
        # The texts, with or without titles. If the positive loses a sentence, so do the others.
        shown = bool(corpus.shown[i]) or random.random() < EXTRA_TITLES
        terse, terse_query = random.random() < TELEGRAM, random.random() < TELEGRAM
        texts = [self._text(passage, shown) for passage in passages]
        if answered and len(corpus.rest[i]):
            texts = [
                self._text(positive, shown, corpus.rest[i]),
                *(self._shortened(text) for text in texts[1:]),
            ]
        # The rows: two lists in five are cut shorter, and some lose their function words.
        max_tokens = self._max_tokens
        if random.random() >= 0.6:
            max_tokens = int(random.integers(max_tokens // 4, max_tokens))
        if terse_query:
            query = self._without_function_words(query)
        if terse:
            texts = [self._without_function_words(text) for text in texts]
        rows = [pair(query, text, max_tokens, self._marks) for text in texts]
        return rows, scores, float(answered)

    def _negatives(self, i: int) -> tuple[list[int], list[float]]:
        """Candidates that do not answer, drawn with more weight near the top, and their scores."""
        corpus, mined, random = self._corpus, self._mined, self._random
        positive = corpus.positive[i]
        passages, fused = mined.candidates[i], mined.fused[i]
        # Leave out what may answer too: the same section, in some lists the same document, and for
        # vague queries whatever scores above the positive.
        fit = (passages >= 0) & (passages != positive)
        fit &= corpus.section[passages] != corpus.section[positive]
        pool = corpus.pools[corpus.pool[positive]]
        if pool in ALIKE_POOLS or (pool != "medquad" and random.random() < 0.5):
            fit &= corpus.document[passages] != corpus.document[positive]
        if corpus.kind[i] in VAGUE:
            fit &= fused < mined.own[i] + (0.0 if corpus.kind[i] == "keywords" else VAGUE_MARGIN)
        # Leave out copies of the positive.
        places = np.flatnonzero(fit)
        vectors = mined.vectors
        cosine = vectors[passages[places]].astype(np.float32) @ vectors[positive].astype(np.float32)
        places = places[cosine < TWIN]
        # Draw from the rest.
        count = self._size - 1 - int(random.random() < RANDOM_NEGATIVE)
        weights = 1 / (places + 4.0)
        if len(places):
            places = random.choice(
                places, min(count, len(places)), replace=False, p=weights / weights.sum()
            )
        return passages[places].tolist(), fused[places].tolist()

    def _strange_query(self, draw: float) -> Ids:
        """Shuffled words of several queries, random word pieces, or a query of another list."""
        corpus, random = self._corpus, self._random
        others = random.integers(len(corpus.query), size=3)
        if draw < 0.25:
            return random.permutation(
                np.concatenate([corpus.query[int(other)][:4] for other in others])
            )
        if draw < 0.5:
            marks, count = self._marks, int(random.integers(2, 9))
            return random.integers(marks.first_piece, marks.last_piece, count).astype(np.int32)
        return corpus.query[int(others[0])]

    def _text(self, passage: int, shown: bool, body: Ids | None = None) -> Ids:
        corpus = self._corpus
        body = corpus.body[passage] if body is None else body
        return np.concatenate([corpus.title[passage], body]) if shown else body

    def _shortened(self, text: Ids) -> Ids:
        """The text without a random part as long as a sentence.

        The positive lost a sentence too, and its gap must not give it away.
        """
        if len(text) <= 60:
            return text
        start = int(self._random.integers(len(text) - 30))
        return np.concatenate([text[:start], text[start + int(self._random.integers(12, 30)) :]])

    def _without_function_words(self, text: Ids) -> Ids:
        content_words = text[~np.isin(text, self._function_words)]
        return content_words if len(content_words) > 1 else text
