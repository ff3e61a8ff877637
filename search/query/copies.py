"""Folding copies: passages of identical files, and of versions of a file that hardly differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from ..models.cpu_threads import single_threaded_blas
from ..text.terms import folded_line

if TYPE_CHECKING:
    from ..documents import Candidate

MAX_COMPARED = 200
"""Only the 200 best candidates are compared with each other: deeper ones are never shown."""

MIN_COSINE = 0.95
"""Two passages' words are compared only where their vectors' cosine is above this."""

MIN_SHARED_RUNS = 0.8
"""One passage is a version of another where they share at least this part of their runs of words.

The measure is the resemblance of Broder 1997, https://doi.org/10.1109/SEQUEN.1997.666900.
"""

RUN_WORDS = 3

NEWEST_TOLERANCE = 0.01
"""The newest version is shown where its fused score is at most this far below the best one's."""


def distinct(
    candidates: Sequence[Candidate], content: Callable[[int], str]
) -> dict[str, list[Candidate]]:
    """The candidates, best first, without those that a better one already represents.

    Keys are the ids of the candidates that stay. Each value has the best passages in other
    documents that say the same. `content` gives the content hash of a document, empty where it is
    not known.

    A passage never represents another one of its own document. It represents one of another message
    of its file only where both are exactly the same, since a message has no path of its own.
    """
    kept: dict[str, list[Candidate]] = {}
    representatives: dict[str, Candidate] = {}
    first_of: dict[tuple[str, int], Candidate] = {}
    twins: dict[tuple[str, int, int], list[Candidate]] = {}
    versions = _Versions(candidates[:MAX_COMPARED])
    for rank, candidate in enumerate(candidates):
        # Look for a better candidate that says the same: in a file of the same bytes, or a version.
        better: Candidate | None = None
        contents = content(candidate.doc), candidate.message
        if contents[0] and first_of.setdefault(contents, candidate).doc != candidate.doc:
            better = first_of[contents]
            twins.setdefault((*contents, candidate.passage.ordinal), []).append(candidate)
        elif rank < MAX_COMPARED:
            better = next((other for other in versions.before(rank) if other.id in kept), None)
        if better is None:
            kept[candidate.id] = []
            continue
        # Name the candidate's document under the one that represents it, once for each document.
        shown = representatives.get(better.id, better)
        representatives[candidate.id] = shown
        if candidate.doc not in (shown.doc, *(copy.doc for copy in kept[shown.id])):
            kept[shown.id].append(candidate)
    # A passage of a file of the same bytes is a copy of the very passage that it repeats.
    by_id = {candidate.id: candidate for candidate in candidates}
    for key, copies in kept.items():
        shown = by_id[key]
        same_passage = (content(shown.doc), shown.message, shown.passage.ordinal)
        docs = {shown.doc, *(copy.doc for copy in copies)}
        copies += [twin for twin in twins.get(same_passage, ()) if twin.doc not in docs]
        kept[key] = [_same_passage(copy, twins.get(same_passage, ())) for copy in copies]
    return kept


def _same_passage(copy: Candidate, twins: Iterable[Candidate]) -> Candidate:
    """The passage in the copy's document that is one of `twins`, else the copy itself."""
    return next((twin for twin in twins if twin.doc == copy.doc), copy)


def newest_shown(
    kept: Mapping[str, Sequence[Candidate]],
    candidates: Mapping[str, Candidate],
    fused: Mapping[str, float],
    modified: Callable[[str], int],
    is_present: Callable[[str], bool],
    content: Callable[[int], str] = lambda doc: "",
) -> dict[str, list[Candidate]]:
    """The result of `distinct`, with the newest of versions that score about the same on top.

    Versions in a root that is there go before those in one that is missing, whatever their scores.
    Of files of the same bytes, by `content`, one file is shown with all its passages, as long as
    all of them were found in it.
    """
    keys_of: dict[int, list[str]] = {}
    for key in kept:
        keys_of.setdefault(candidates[key].doc, []).append(key)

    def holds_all(first: Candidate, version: Candidate) -> bool:
        """False where the version is of the same bytes, and another passage was not found in it."""
        same = content(first.doc) != "" and content(first.doc) == content(version.doc)
        return not same or all(
            version.doc in (first.doc, *(copy.doc for copy in kept[key]))
            for key in keys_of[first.doc]
        )

    shown: dict[str, list[Candidate]] = {}
    chosen: dict[int, int] = {}
    for key, copies in kept.items():
        first = candidates[key]
        versions = [first, *copies]
        present = [version for version in versions if is_present(version.id)] or versions
        whole = [version for version in present if holds_all(first, version)] or present
        best = max(fused[version.id] for version in whole)
        eligible = [version for version in whole if best - fused[version.id] <= NEWEST_TOLERANCE]
        newest = max(eligible, key=lambda version: modified(version.id))
        # The best passage of a file decides for the others.
        earlier = next((one for one in whole if one.doc == chosen.get(first.doc)), None)
        if earlier is not None and content(earlier.doc) == content(first.doc) != "":
            newest = earlier
        chosen.setdefault(first.doc, newest.doc)
        shown[newest.id] = [version for version in versions if version is not newest]
    return shown


class _Versions:
    """Tells which of some candidates, best first, are versions of better ones."""

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        import numpy as np

        self.candidates = candidates
        self._similar: list[list[int]] = [[] for _ in candidates]
        with_vectors = [
            (rank, candidate.vector)
            for rank, candidate in enumerate(candidates)
            if candidate.vector is not None
        ]
        if with_vectors:
            ranks = [rank for rank, _ in with_vectors]
            vectors = np.array([vector for _, vector in with_vectors])
            with single_threaded_blas():
                is_similar = vectors @ vectors.T > MIN_COSINE
            for row, better in zip(*np.tril(is_similar, -1).nonzero(), strict=True):
                self._similar[ranks[row]].append(ranks[better])
        # A passage without a vector is only compared with those of the very same text.
        ranks_by_text: dict[str, list[int]] = {}
        for rank, candidate in enumerate(candidates):
            same_text = ranks_by_text.setdefault(candidate.passage.text, [])
            self._similar[rank] += [
                better
                for better in same_text
                if candidate.vector is None or candidates[better].vector is None
            ]
            same_text.append(rank)
        self._runs: dict[int, frozenset[str]] = {}

    def before(self, rank: int) -> list[Candidate]:
        """The better candidates of other documents that the one of that rank is a version of."""
        candidate = self.candidates[rank]
        return [
            self.candidates[better]
            for better in self._similar[rank]
            if self.candidates[better].document != candidate.document
            and self._shared_runs(better, rank) >= self._min_shared(better, rank)
        ]

    def _min_shared(self, first: int, second: int) -> float:
        same_file = self.candidates[first].doc == self.candidates[second].doc
        return 1.0 if same_file else MIN_SHARED_RUNS

    def _shared_runs(self, first: int, second: int) -> float:
        first_runs, second_runs = self._runs_of(first), self._runs_of(second)
        return len(first_runs & second_runs) / len(first_runs | second_runs)

    def _runs_of(self, rank: int) -> frozenset[str]:
        if rank not in self._runs:
            words = folded_line(self.candidates[rank].passage.text).split()
            starts = range(max(1, len(words) - RUN_WORDS + 1))
            self._runs[rank] = frozenset(
                " ".join(words[start : start + RUN_WORDS]) for start in starts
            )
        return self._runs[rank]
