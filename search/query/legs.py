"""The two legs of a query: nearest vectors and matching words, over the same passages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from ..documents import Candidate
from ..errors import DocsearchError
from ..storage.filters import Admitted
from ..text.spelling import form
from .compound_parts import compound_parts
from .fusion import full_match, text_weight

if TYPE_CHECKING:
    from ..documents import Vectors
    from ..storage.store import Store
    from .query_text import QueryText

STEM_WEIGHT = 0.5
"""The weight of a word's stem in the language of a document.

The word itself has the rest, so that a full match has about the same BM25 in each language. It has
more the fewer documents have stems, and all of the weight where none has.
"""


@dataclass(frozen=True)
class Legs:
    """What both legs brought.

    candidates: every candidate once, by id. vector, text: each leg's ids, best first, with their
    scores (cosine, BM25). word_count: the words that the text leg looked for; "2022-EC-0417" is
    one. passage_count: all passages in the store. related: further words, which have words of the
    query as parts. warnings: what the user is to be told. contents: the content hash of each
    document. is_foreign: whether the query is in another language than the documents.
    """

    candidates: dict[str, Candidate]
    vector: dict[str, float]
    text: dict[str, float]
    query_vector: Vectors | None
    word_count: float
    passage_count: int
    related: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    contents: Mapping[int, str] = field(default_factory=dict)
    is_foreign: bool = False

    @cached_property
    def full_match_bm25(self) -> float:
        """The BM25 that counts as a full match of the query."""
        return full_match(self.passage_count, self.word_count, max(self.text.values(), default=0.0))

    @cached_property
    def text_weight(self) -> float:
        """What a full match of words adds to the cosine; copies of a file count as one document."""
        best: dict[tuple[object, int], float] = {}
        for key, score in self.text.items():
            doc, message = self.candidates[key].document
            best.setdefault((self.contents.get(doc) or doc, message), score)
        return text_weight(list(best.values()), self.full_match_bm25)

    def only(self, chosen: Iterable[Candidate]) -> Legs:
        """The legs with the chosen candidates alone; equal scores keep the order of choice."""
        candidates = {candidate.id: candidate for candidate in chosen}
        return replace(
            self,
            candidates=candidates,
            vector={key: score for key, score in self.vector.items() if key in candidates},
            text={key: score for key, score in self.text.items() if key in candidates},
        )

    def with_contents(self, contents: Mapping[int, str]) -> Legs:
        """The same, with the content hash of each document."""
        return replace(self, contents=contents)

    def vectors(self, keys: Iterable[str]) -> Vectors:
        """The vectors of these candidates, which have one: (n, dimensions)."""
        import numpy as np

        return np.array([self.candidates[key].vector for key in keys])

    def cosine(self, key: str) -> float | None:
        """The cosine of any candidate, also of one that only the text leg brought.

        None where the passage has no vector yet.
        """
        if key in self.vector:
            return self.vector[key]
        vector, query_vector = self.candidates[key].vector, self.query_vector
        if vector is None or query_vector is None:
            return None
        return float(vector @ query_vector)


def run_legs(
    store: Store,
    embed_query: Callable[[str], Vectors],
    query: QueryText,
    mode: str,
    depth: int,
    only: Admitted | None,
) -> Legs:
    """Run the legs that `mode` names, `depth` candidates each.

    `only` holds the passages that may be found; None stands for all.

    The text leg runs beside the embedding of the query. In mode "text" no model is asked for.
    """
    terms = query.terms if mode != "vector" else ()
    related, compounds, warnings = _related(store, query) if terms else ([], [], ())
    words = grouped(query) if terms else ()
    matching = partial(store.matching, related=" ".join(related), compounds=" ".join(compounds))
    if mode == "text":
        vector, nearest = None, []
        matched = matching(words, depth, only, vectors=False)
    else:
        with ThreadPoolExecutor(1) as pool:
            matches = pool.submit(matching, words, depth, only)
            vector = embed_query(query.plain)
            nearest = store.nearest(vector, depth, only)
            matched = matches.result()
    return Legs(
        candidates={candidate.id: candidate for candidate in [*nearest, *matched]},
        vector={candidate.id: candidate.score for candidate in nearest},
        text={candidate.id: candidate.score for candidate in matched},
        query_vector=vector,
        word_count=query.word_count + sum(query.weights) - len(query.weights),
        passage_count=store.count(),
        related=(*related, *compounds),
        warnings=warnings,
        is_foreign=query.is_foreign,
    )


def grouped(query: QueryText) -> tuple[tuple[float, str], ...]:
    """The terms and stems of each weight, separated by spaces."""
    by_weight: dict[float, list[str]] = {}
    share = 1.0 - STEM_WEIGHT * query.stemmed_share
    for term, weight in zip(query.terms, query.weights, strict=True):
        by_weight.setdefault(weight * share, []).append(term)
    if query.stems:
        by_weight.setdefault(STEM_WEIGHT, []).extend(query.stems)
    return tuple((weight, " ".join(terms)) for weight, terms in by_weight.items())


def _related(store: Store, query: QueryText) -> tuple[list[str], list[str], tuple[str, ...]]:
    """The passages' words that are related to those of the query, compounds, and warnings."""
    try:
        words = store.vocabulary.related(list(map(form, query.words)), list(query.beginnings))
        of_unknown, compounds = store.vocabulary.compounds(compound_parts(query))
    except DocsearchError as error:
        return [], [], (f"only whole words were looked for: {error}",)
    related = dict.fromkeys([*words, *of_unknown])
    return list(related), [word for word in compounds if word not in related], ()
