"""Passages of made text with made vectors, by a seed: documents of some topic in drawn words.

Words are drawn by Zipf's law, and some of each passage from the words of its document's topic. A
vector is its topic's direction with noise. So what is measured is the table, the catalogue and the
search over them, and neither reading nor embedding.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from search.documents import File, Passage
from search.documents import Row as StoredRow
from search.storage.entries import Entry, EntryState, doc_id
from search.text.terms import passage_terms

if TYPE_CHECKING:
    from search.documents import Vectors

DIMENSIONS = 384
PER_DOCUMENT = 15
WORDS = 50_000
COMMON_WORDS = 48
TOPIC_WORDS = 16
TOPICS = 600
TOPIC_VOCABULARY = 80
NOISE = 0.8
ROOT = "/made"
_SYLLABLES = (
    "ka lo mi ter ro sun ven do pra tel in gor ba sel ur fi nan qui mo zet".split()  # noqa: SIM905
)


class MadePassages:
    """The passages, numbered from 0; `seed` chooses words, topics and noise."""

    def __init__(self, seed: int = 1) -> None:
        self.seed = seed
        draw = np.random.default_rng(seed)
        self._words = np.array([_word(number) for number in range(WORDS)], dtype=object)
        weights = 1 / np.arange(1, WORDS + 1)
        self._cumulated = np.cumsum(weights / weights.sum())
        centres = draw.standard_normal((TOPICS, DIMENSIONS)).astype(np.float32)
        self._centres = centres / np.linalg.norm(centres, axis=1, keepdims=True)

    def batch(self, first: int, count: int) -> tuple[list[StoredRow], list[Entry]]:
        """The passages from `first` on, a whole number of documents, and their entries."""
        texts, vectors = self._texts_and_vectors(first, count)
        rows, entries = [], []
        for start in range(0, count, PER_DOCUMENT):
            number = (first + start) // PER_DOCUMENT
            path = f"{ROOT}/part-{number % 100:02}/note-{number}.md"
            file = File(path, ROOT, 4000, number + 1, number + 1, number + 1)
            entries.append(
                Entry(
                    file,
                    doc_id(path),
                    hashlib.sha256(path.encode()).hexdigest(),
                    kind="markdown",
                    passages=PER_DOCUMENT,
                    state=EntryState.COMPLETE,
                    ingested_ns=10**18,
                )
            )
            for ordinal in range(PER_DOCUMENT):
                text = texts[start + ordinal]
                passage = Passage(ordinal, text, (), None, 1, 1, 0, len(text))
                words = passage_terms("", (), text, f"note-{number}.md")
                rows.append(StoredRow(doc_id(path), passage, words, vectors[start + ordinal]))
        return rows, entries

    def queries(self, count: int, passages: int) -> Iterator[tuple[str, Vectors]]:
        """Queries of six words of one of the first passages each, and their vectors."""
        draw = np.random.default_rng([self.seed, 2])
        for place in draw.integers(0, passages // PER_DOCUMENT, count) * PER_DOCUMENT:
            texts, vectors = self._texts_and_vectors(int(place), PER_DOCUMENT)
            words = draw.choice(texts[0].split(), 6, replace=False)
            near = vectors[0] + 0.3 / DIMENSIONS**0.5 * draw.standard_normal(DIMENSIONS)
            yield " ".join(words), (near / np.linalg.norm(near)).astype(np.float32)

    def _texts_and_vectors(self, first: int, count: int) -> tuple[list[str], Vectors]:
        """Those of the passages from `first` on: each document is drawn by its own number."""
        texts, vectors = [], []
        for start in range(first, first + count, PER_DOCUMENT):
            draw = np.random.default_rng([self.seed, 1, start])
            topic = int(draw.integers(TOPICS))
            common = np.searchsorted(self._cumulated, draw.random((PER_DOCUMENT, COMMON_WORDS)))
            own = draw.integers(0, TOPIC_VOCABULARY, (PER_DOCUMENT, TOPIC_WORDS))
            own = 1000 + (topic * TOPIC_VOCABULARY + own) % (WORDS - 1000)
            words = self._words[np.concatenate([common, own], axis=1)]
            texts += [" ".join(row) for row in words]
            noise = draw.standard_normal((PER_DOCUMENT, DIMENSIONS))
            vectors.append(self._centres[topic] + NOISE / DIMENSIONS**0.5 * noise)
        stacked = np.concatenate(vectors).astype(np.float32)
        return texts, stacked / np.linalg.norm(stacked, axis=1, keepdims=True)


def _word(number: int) -> str:
    """A made word; each number has its own."""
    code, word = number * 7919 % 3_200_000 + 20, ""
    while code:
        code, syllable = divmod(code, len(_SYLLABLES))
        word += _SYLLABLES[syllable]
    return word
