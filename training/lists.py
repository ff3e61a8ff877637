"""What a training step sees: for each query its positive among hard negatives, with some noise as people make it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from search.text.terms import STOP_WORDS

from .corpus import Corpus
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
POOL_WEIGHT = {"qa": 3.0, "medquad": 0.6, "factbook": 0.5, "meeting": 1.5}
"""Questions that people wrote count most; kinds that are garbled, and pools that are all alike, least."""
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
"""A positive that so many passages beat does not answer the query better than they do."""
OTHER_LIMIT = 50
VAGUE = frozenset(
    {"heading", "define", "fragment", "verbose", "keywords", "desc", "howto", "codename", "meta"}
)
"""Kinds of query that several passages answer: candidates above the positive are no negatives."""
VAGUE_MARGIN = 0.03
TWIN = 0.95
"""Cosine from which a candidate counts as another copy of the positive."""
ALIKE_POOLS = frozenset({"qa", "meeting"})
"""Pools whose documents are so short that all their passages may answer."""
STRANGE = 0.04
"""Share of lists in which nothing answers: nonsense, or a query of another list."""
TELEGRAM = 0.08
"""Share of lists whose passages, and of those whose queries, lose their function words, as in notes and processed text."""
RANDOM_NEGATIVE = 0.7
NOWHERE = 0.25
"""Share of lists that show titles although their pool hides them."""
FIRST_ID, LAST_ID = 1996, 29_000


@dataclass(frozen=True, slots=True)
class Lists:
    """A step: batches of (queries · size) rows, the positive first in each list; fused (queries, size); answered (queries,)."""

    batches: tuple[Batch, ...]
    fused: NDArray[np.float32]
    answered: NDArray[np.float32]


class Dealer:
    """Deals lists without end, the same ones for the same seed."""

    def __init__(
        self,
        corpus: Corpus,
        mined: Mined,
        tokenizer: Tokenizer,
        size: int,
        most: int,
        seed: int,
        held_out: bool = False,
    ) -> None:
        self._corpus = corpus
        self._mined = mined
        self._size = size
        self._most = most
        self._random = np.random.default_rng(seed)
        stop = tokenizer.encode_batch(sorted(STOP_WORDS), add_special_tokens=False)
        self._function_words = np.array(
            sorted({word.ids[0] for word in stop if len(word.ids) == 1}), np.int16
        )
        limits = np.array([RANK_LIMIT.get(kind, OTHER_LIMIT) for kind in corpus.kind])
        usable = (mined.rank < limits) & (mined.candidates[:, 0] >= 0)
        # one query in fifty is kept for calibration, by its positive so that no passage is on both sides
        apart = corpus.positive % 50 == 7
        self.usable = np.flatnonzero(usable & (apart if held_out else ~apart))

    def deal(self, queries: int, budget: int) -> Iterator[Lists]:
        """Steps of so many queries, packed into batches of `budget` tokens."""
        order = self._order()
        while True:
            rows: list[Row] = []
            fused = np.zeros((queries, self._size), np.float32)
            answered = np.ones(queries, np.float32)
            for line in range(queries):
                some, fused[line], answered[line] = self._list(next(order))
                rows += some
            yield Lists(tuple(pack(rows, budget)), fused, answered)

    def _order(self) -> Iterator[int]:
        corpus = self._corpus
        weights = np.array(
            [
                KIND_WEIGHT.get(str(corpus.kind[i]), 1.0)
                * POOL_WEIGHT.get(corpus.pools[corpus.pool_of_query[i]], 1.0)
                for i in self.usable
            ]
        )
        while True:
            times = np.floor(weights + self._random.random(len(weights))).astype(int)
            yield from self._random.permutation(np.repeat(self.usable, times)).tolist()

    def _list(self, i: int) -> tuple[list[Row], NDArray[np.float32], float]:
        corpus, random = self._corpus, self._random
        passages, fused = self._negatives(i)
        missing = self._size - 1 - len(passages)
        positive = int(corpus.positive[i])
        passages = [positive, *passages, *random.integers(len(corpus.body), size=missing).tolist()]
        scores = np.array([self._mined.own[i], *fused, *[0.0] * missing], np.float32)
        query, answered = corpus.query[i], True
        draw = random.random()
        if draw < STRANGE:
            answered = False
            query = self._strange_query(draw / STRANGE)
            if draw > STRANGE / 2:
                passages[0] = int(random.integers(len(corpus.body)))
        shown = bool(corpus.shown[i]) or random.random() < NOWHERE
        terse, terse_query = random.random() < TELEGRAM, random.random() < TELEGRAM
        texts = [self._text(passage, shown) for passage in passages]
        if answered and len(corpus.rest[i]):
            texts = [
                self._text(positive, shown, corpus.rest[i]),
                *(self._shortened(text) for text in texts[1:]),
            ]
        most = (
            self._most
            if random.random() < 0.6
            else int(random.integers(self._most // 4, self._most))
        )
        if terse_query:
            query = self._without_function_words(query)
        if terse:
            texts = [self._without_function_words(text) for text in texts]
        return [pair(query, text, most) for text in texts], scores, float(answered)

    def _negatives(self, i: int) -> tuple[list[int], list[float]]:
        """Candidates that do not answer, likelier those near the top."""
        corpus, mined, random = self._corpus, self._mined, self._random
        positive = corpus.positive[i]
        passages, fused = mined.candidates[i], mined.fused[i]
        fit = (passages >= 0) & (passages != positive)
        fit &= corpus.section[passages] != corpus.section[positive]
        pool = corpus.pools[corpus.pool[positive]]
        if pool in ALIKE_POOLS or (pool != "medquad" and random.random() < 0.5):
            fit &= corpus.document[passages] != corpus.document[positive]
        if corpus.kind[i] in VAGUE:
            fit &= fused < mined.own[i] + (0.0 if corpus.kind[i] == "keywords" else VAGUE_MARGIN)
        places = np.flatnonzero(fit)
        vectors = mined.vectors
        near = vectors[passages[places]].astype(np.float32) @ vectors[positive].astype(np.float32)
        places = places[near < TWIN]
        wanted = self._size - 1 - int(random.random() < RANDOM_NEGATIVE)
        weights = 1 / (places + 4.0)
        some = (
            random.choice(
                places, min(wanted, len(places)), replace=False, p=weights / weights.sum()
            )
            if len(places)
            else places
        )
        return passages[some].tolist(), fused[some].tolist()

    def _strange_query(self, draw: float) -> Ids:
        """Words of several queries in disorder, random word pieces, or a query of another list."""
        corpus, random = self._corpus, self._random
        others = random.integers(len(corpus.query), size=3)
        if draw < 0.25:
            return random.permutation(
                np.concatenate([corpus.query[int(other)][:4] for other in others])
            )
        if draw < 0.5:
            return random.integers(FIRST_ID, LAST_ID, int(random.integers(2, 9))).astype(np.int16)
        return corpus.query[int(others[0])]

    def _text(self, passage: int, shown: bool, body: Ids | None = None) -> Ids:
        corpus = self._corpus
        body = corpus.body[passage] if body is None else body
        return np.concatenate([corpus.title[passage], body]) if shown else body

    def _shortened(self, text: Ids) -> Ids:
        """The text without a stretch as long as a sentence: the positive lost one too, and its gap must not give it away."""
        if len(text) <= 60:
            return text
        start = int(self._random.integers(len(text) - 30))
        return np.concatenate([text[:start], text[start + int(self._random.integers(12, 30)) :]])

    def _without_function_words(self, text: Ids) -> Ids:
        left = text[~np.isin(text, self._function_words)]
        return left if len(left) > 1 else text
