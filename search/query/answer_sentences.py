"""The sentence of a passage that answers a query: by the query's words in it or, where it has none of them, by its likeness to the query.

On the questions of the sample corpus the words show the answer's own sentence in half of the passages that are found, and with an embedder that
reads the rest it is two in three; one that reads all of them is right less often, and costs more.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..text.sentences import LINED, sentences

if TYPE_CHECKING:
    from ..documents import Vectors
    from ..results import Hit
    from .marker import Marker

    Likeness = Callable[[Sequence[str]], Vectors]

READ_HITS = 3
"""Hits among which an embedder reads: a user looks at these first, and each costs as much as a query or two."""

READ = 4
"""Sentences of a hit that it reads: more of them win nothing."""

READ_CHARS = 300

LONG = 125
"""Characters from which on a sentence has room for an answer; shorter ones are often labels and captions."""

LENGTH_WEIGHT = 0.5

EARLY = 0.25
"""What a sentence at the end loses against one at the beginning, where an answer mostly is."""

TITLE = 60
"""A line of prose up to so many characters that nothing ends is a title of what follows."""

TITLE_LOSS = 0.1
"""What a title loses of its likeness to the query."""

_ENDED = re.compile(r"[.!?:;,|…。！？][\"'”’»)\]]*$")
_ITEM = re.compile(r"[-*+•–|>]|\(?\w{1,3}[.)]\s")
_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class _Sentence:
    """text[start:end] of a hit, and how well it answers by its words and form."""

    start: int
    end: int
    has_words: bool
    is_title: bool
    score: float


def answering(
    hits: Sequence[Hit], marker: Marker, likeness: Likeness | None = None
) -> list[tuple[int, int] | None]:
    """The range of each hit's text that answers best; None where no sentence has a word of the query and none was read.

    `likeness` gives the cosine of each of some texts with the query; None where there is no embedder. It is asked once at most, for the first hits.
    """
    found = [_candidates(hit, marker) for hit in hits]
    best = [(few[0].start, few[0].end) if few and few[0].has_words else None for few in found]
    read = [
        (place, one)
        for place, few in enumerate(found[:READ_HITS])
        for one in few
        if likeness is not None and best[place] is None
    ]
    if likeness is None or not read:
        return best
    texts = [hits[place].text[one.start : one.end][:READ_CHARS] for place, one in read]
    scores: dict[int, float] = {}
    for (place, one), alike in zip(read, likeness(texts).tolist(), strict=True):
        score = alike - TITLE_LOSS * one.is_title
        if score > scores.get(place, -math.inf):
            scores[place], best[place] = score, (one.start, one.end)
    return best


def _candidates(hit: Hit, marker: Marker) -> list[_Sentence]:
    """The sentences of a hit that may answer, at most READ, best first: those with words of the query come before those without."""
    spans = list(sentences(hit.text, hit.kind))
    trail = {tuple(_WORDS.findall(heading)) for heading in hit.headings}
    places = marker.found(hit.text)
    words = [{word for start, _, word in places if first <= start < last} for first, last in spans]
    common = Counter(word for own in words for word in own)
    candidates = []
    for place, ((first, last), own) in enumerate(zip(spans, words, strict=True)):
        text = hit.text[first:last]
        if text[0] == "#" or (said := tuple(_WORDS.findall(text))) in trail or not said:
            continue
        is_title = place + 1 < len(spans) and hit.kind not in LINED and _is_title(text)
        rarity = sum(math.log1p(len(spans) / common[word]) for word in own)
        score = rarity + LENGTH_WEIGHT * (min(len(text), LONG) / LONG - is_title)
        score -= EARLY * place / len(spans)
        candidates.append(_Sentence(first, last, bool(own), is_title, score))
    return sorted(candidates, key=lambda one: (not one.has_words, -one.score))[:READ]


def _is_title(text: str) -> bool:
    return (
        len(text) <= TITLE
        and "\n" not in text
        and not _ENDED.search(text)
        and not _ITEM.match(text)
    )
