"""Why a hit stands where it stands, in bars and one plain sentence."""

from __future__ import annotations

from dataclasses import dataclass

from search.results import Hit

SURE, UNSURE = 0.7, 0.3
"""The reranker's probability from which it is sure of an answer, and below which it doubts."""
CLOSE = 0.6
"""A cosine from which a passage is close to the query in meaning."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one stage says of a hit: a share in [0, 1], or None if the stage did not see the hit."""

    name: str
    share: float | None


def parts(hit: Hit) -> tuple[Part, ...]:
    """Meaning, words and reranker.

    Meaning is the cosine. Words is the BM25 as a part of that of a full match.
    """
    scores, explanation = hit.scores, hit.explanation
    full = explanation.full_text if explanation is not None else 0.0
    words = scores.text / full if scores.text is not None and full > 0 else None
    return (
        Part("meaning", _share(scores.vector)),
        Part("words", _share(words)),
        Part("reranker", _share(scores.rerank)),
    )


def sentence(hit: Hit) -> str:
    """Why the hit is where it is, for people who know nothing of scores."""
    meaning, words, reranker = (part.share for part in parts(hit))
    marks = dict.fromkeys(hit.text[start:end].casefold() for start, end in hit.highlights)
    shared = _listed([word for word in marks if word.strip()])
    # What the legs found.
    close = meaning is not None and meaning >= CLOSE
    found = "It is close to your question in meaning" if close else "Its meaning is a little like"
    found += "" if close else " that of your question"
    if meaning is None:
        found = "It has words of your question" if shared or words else "It was found"
        found += f": {shared}" if shared else ""
    elif shared:
        found += f", and it has {shared}"
    elif words is None:
        found += ", though it has none of its words"
    # What the reranker made of it.
    if reranker is None:
        return f"{found}."
    if reranker >= SURE:
        judged = "the reranker is sure that it answers"
    elif reranker >= UNSURE:
        judged = "the reranker holds it for a possible answer"
    else:
        judged = "the reranker doubts that it answers"
    joint = "and" if reranker >= UNSURE else "but"
    return f"{found}; {joint} {judged}."


def _share(value: float | None) -> float | None:
    return None if value is None else min(max(value, 0.0), 1.0)


def _listed(words: list[str]) -> str:
    """The first three words in quotes."""
    quoted = [f"“{word}”" for word in words[:3]]
    return ", ".join(quoted[:-1]) + " and " * (len(quoted) > 1) + "".join(quoted[-1:])
