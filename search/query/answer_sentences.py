"""Choosing the sentence of a passage that answers a query.

A reranker that judges sentences decides in the passages that it has read. Elsewhere the query's
words decide, and where a passage has none of them, the embedder's similarity. An embedder that
reads all sentences is right less often, and costs more. docs/quality.md has the figures.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..text.sentences import LINE_KINDS, is_row, sentences

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

TITLE_ODDS = 1.5
"""The log-odds that a title loses: the reranker's head learnt from paragraphs without titles."""

UNANSWERED = -6.5
"""A passage has no sentence that answers where the best has log-odds below this."""

TOGETHER = 1.0
"""A sentence beside the best one answers with it where its log-odds are lower by at most this."""

_ENDED = re.compile(r"[.!?:;,|…。！？][\"'”’»)\]]*$")
_ITEM = re.compile(r"[-*+•–|>]|\(?\w{1,3}[.)]\s")
_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class _Sentence:
    """The sentence text[start:end] of a hit, which has that number among all of its sentences.

    An item is one of a list, or a row of a table. `score` says how well it answers by words and
    form.
    """

    number: int
    start: int
    end: int
    has_words: bool
    is_title: bool
    is_item: bool
    score: float


def answering(
    hits: Sequence[Hit],
    marker: Marker,
    similarity: Similarity | None = None,
    judged: Sequence[Sequence[float] | None] | None = None,
) -> list[tuple[int, int] | None]:
    """The range of the sentence that answers best, in each hit's text.

    `judged` has the log-odds that each sentence of a hit answers, as a reranker sees them; None for
    a hit whose sentences it has not judged. Such a hit's range is None where no sentence has a word
    of the query and the embedder read none; a judged hit's where no sentence seems to answer.
    `similarity` gives the cosine of each of some texts with the query; None where there is no
    embedder. It is called once at most, for sentences of the first hits.
    """
    odds = [None] * len(hits) if judged is None else judged
    # The reranker chooses where it has judged, and the words of the query where there are some.
    candidates = [_candidates(hit, marker) for hit in hits]
    best = [
        _by_words(sentences) if judgement is None else _by_odds(sentences, judgement)
        for sentences, judgement in zip(candidates, odds, strict=True)
    ]
    # Elsewhere the embedder reads the most promising sentences of the first hits.
    unread = [
        (at, sentence)
        for at, sentences in enumerate(candidates[:READ_HITS])
        for sentence in sentences[:READ]
        if best[at] is None and odds[at] is None
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


def _by_words(sentences: Sequence[_Sentence]) -> tuple[int, int] | None:
    """The best sentence if it has words of the query."""
    best = sentences[0] if sentences else None
    return (best.start, best.end) if best and best.has_words else None


def _by_odds(sentences: Sequence[_Sentence], odds: Sequence[float]) -> tuple[int, int] | None:
    """The sentence with the highest log-odds, if these are not too low.

    The next sentence is marked with it where that is nearly as likely to answer, and of a list or a
    table all items and rows beside it that are.
    """
    by_number = {
        each.number: (odds[each.number] - TITLE_ODDS * each.is_title, each) for each in sentences
    }
    highest, best = max(by_number.values(), key=lambda pair: pair[0], default=(-math.inf, None))
    if best is None or highest < UNANSWERED:
        return None

    def joins(number: int) -> bool:
        likely, each = by_number.get(number, (-math.inf, best))
        return likely >= highest - TOGETHER and (each.is_item or not best.is_item)

    first = last = best.number
    if best.is_item:
        while joins(first - 1):
            first -= 1
        while joins(last + 1):
            last += 1
    elif joins(last + 1):
        last += 1
    return by_number[first][1].start, by_number[last][1].end


def _candidates(hit: Hit, marker: Marker) -> list[_Sentence]:
    """The sentences of a hit that may answer, best first.

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
        # A heading names the subject and answers nothing. In code, `#` begins a comment.
        text = hit.text[first:last]
        all_words = tuple(_WORDS.findall(text))
        is_heading = text[0] == "#" and hit.kind not in LINE_KINDS
        # So do the names of a table's columns, above a line of dashes.
        below = hit.text[slice(*spans[at + 1])] if at + 1 < len(spans) else ""
        is_header = text[0] == "|" and {"|", "-"} <= set(below) <= set("|-: ")
        if is_heading or is_header or not all_words or all_words in headings:
            continue
        # Rare words, room for an answer and an early place make a good sentence.
        is_title = at + 1 < len(spans) and hit.kind not in LINE_KINDS and _is_title(text)
        rarity = sum(math.log1p(len(spans) / counts[word]) for word in words)
        score = rarity + LENGTH_WEIGHT * (min(len(text), LONG) / LONG - is_title)
        score -= EARLY * at / len(spans)
        is_item = is_row(text) or _ITEM.match(text) is not None
        candidates.append(_Sentence(at, first, last, bool(words), is_title, is_item, score))
    return sorted(candidates, key=lambda candidate: (not candidate.has_words, -candidate.score))


def _is_title(text: str) -> bool:
    return (
        len(text) <= TITLE
        and "\n" not in text
        and not _ENDED.search(text)
        and not _ITEM.match(text)
    )
