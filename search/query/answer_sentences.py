"""Choosing the sentence of a passage that answers a query.

The query's words decide. Where a passage has none of them, the embedder's similarity decides. On
the questions of the sample corpus the words choose the answer's own sentence in half of the
passages that are found, and with the embedder for the rest it is two in three. An embedder that
reads all sentences is right less often, and costs more.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..text.sentences import LINE_KINDS, sentences

if TYPE_CHECKING:
    from ..documents import Vectors
    from ..results import Hit
    from .marker import Marker

    Similarity = Callable[[Sequence[str]], Vectors]

READ_HITS = 3
"""The embedder reads in the first hits only: users look at these, and each costs a query or two."""

READ = 4
"""Sentences of a hit that the embedder reads; more win nothing."""

READ_CHARS = 300

LONG = 125
"""Characters of a sentence with room for an answer; shorter ones are often labels or captions."""

LENGTH_WEIGHT = 0.5

EARLY = 0.25
"""The score that the last sentence loses against the first: answers mostly stand early."""

TITLE = 60
"""A line of prose is a title where it has at most this many characters and no closing mark."""

TITLE_LOSS = 0.1
"""The cosine that a title loses against other sentences."""

_ENDED = re.compile(r"[.!?:;,|…。！？][\"'”’»)\]]*$")
_ITEM = re.compile(r"[-*+•–|>]|\(?\w{1,3}[.)]\s")
_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class _Sentence:
    """The sentence text[start:end] of a hit; `score` says how well it answers by words and form."""

    start: int
    end: int
    has_words: bool
    is_title: bool
    score: float


def answering(
    hits: Sequence[Hit], marker: Marker, similarity: Similarity | None = None
) -> list[tuple[int, int] | None]:
    """The range of the sentence that answers best, in each hit's text.

    A range is None where no sentence has a word of the query and the embedder read none.
    `similarity` gives the cosine of each of some texts with the query; None where there is no
    embedder. It is called once at most, for sentences of the first hits.
    """
    # The words of the query choose where a passage has some of them.
    candidates = [_candidates(hit, marker) for hit in hits]
    best = [
        (sentences[0].start, sentences[0].end) if sentences and sentences[0].has_words else None
        for sentences in candidates
    ]
    # Elsewhere the embedder reads the most promising sentences of the first hits.
    unread = [
        (at, sentence)
        for at, sentences in enumerate(candidates[:READ_HITS])
        for sentence in sentences
        if best[at] is None
    ]
    if similarity is None or not unread:
        return best
    texts = [hits[at].text[sentence.start : sentence.end][:READ_CHARS] for at, sentence in unread]
    scores: dict[int, float] = {}
    for (at, sentence), cosine in zip(unread, similarity(texts).tolist(), strict=True):
        score = cosine - TITLE_LOSS * sentence.is_title
        if score > scores.get(at, -math.inf):
            scores[at], best[at] = score, (sentence.start, sentence.end)
    return best


def _candidates(hit: Hit, marker: Marker) -> list[_Sentence]:
    """The sentences of a hit that may answer, at most READ, best first.

    Sentences with words of the query come before sentences without.
    """
    spans = list(sentences(hit.text, hit.kind))
    headings = {tuple(_WORDS.findall(heading)) for heading in hit.headings}
    # Which words of the query stand in each sentence, and how many sentences have each word.
    places = marker.found(hit.text)
    words_of = [
        {word for start, _, word in places if first <= start < last} for first, last in spans
    ]
    counts = Counter(word for words in words_of for word in words)
    candidates = []
    for at, ((first, last), words) in enumerate(zip(spans, words_of, strict=True)):
        # A heading names the subject and answers nothing.
        text = hit.text[first:last]
        all_words = tuple(_WORDS.findall(text))
        if text[0] == "#" or not all_words or all_words in headings:
            continue
        # Rare words, room for an answer and an early place make a good sentence.
        is_title = at + 1 < len(spans) and hit.kind not in LINE_KINDS and _is_title(text)
        rarity = sum(math.log1p(len(spans) / counts[word]) for word in words)
        score = rarity + LENGTH_WEIGHT * (min(len(text), LONG) / LONG - is_title)
        score -= EARLY * at / len(spans)
        candidates.append(_Sentence(first, last, bool(words), is_title, score))
    return sorted(candidates, key=lambda candidate: (not candidate.has_words, -candidate.score))[
        :READ
    ]


def _is_title(text: str) -> bool:
    return (
        len(text) <= TITLE
        and "\n" not in text
        and not _ENDED.search(text)
        and not _ITEM.match(text)
    )
