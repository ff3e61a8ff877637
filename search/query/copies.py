"""Passages that say the same: those of identical files, and of versions that hardly differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from ..models.cpu_threads import single_threaded_blas
from ..text.terms import folded_line

if TYPE_CHECKING:
    from ..documents import Candidate

LOOKED_AT = 200
"""So many of the best are compared with each other; nobody reads on to the others."""

ALIKE = 0.95
"""The cosine from which on two passages' words are compared."""

SHARE = 0.8
"""The share of runs of words in common from which on one passage is a version of the other (Broder 1997, https://doi.org/10.1109/SEQUEN.1997.666900)."""

RUN = 3


NEARLY = 0.01
"""So much less of the fused score a newer version may have that is shown in place of the best."""


def distinct(
    candidates: Sequence[Candidate], content: Callable[[int], str]
) -> dict[str, list[Candidate]]:
    """The candidates that no better one stands for, best first, by id; each with the best passages that say the same in other documents.

    `content` gives what is the same for documents of the same bytes, empty where it is not known. A passage never stands for another one of its
    own document, and for one of another message of its file only where both say exactly the same: that has no path of its own to be named by.
    """
    kept: dict[str, list[Candidate]] = {}
    stands: dict[str, Candidate] = {}
    first: dict[tuple[str, int], Candidate] = {}
    versions = _Versions(candidates[:LOOKED_AT])
    for place, candidate in enumerate(candidates):
        better: Candidate | None = None
        same = content(candidate.doc), candidate.message
        if same[0] and first.setdefault(same, candidate).doc != candidate.doc:
            better = first[same]
        elif place < LOOKED_AT:
            better = next((one for one in versions.before(place) if one.id in kept), None)
        if better is None:
            kept[candidate.id] = []
            continue
        stands[candidate.id] = named = stands.get(better.id, better)
        if candidate.doc not in (named.doc, *(one.doc for one in kept[named.id])):
            kept[named.id].append(candidate)
    return kept


def newest_shown(
    kept: Mapping[str, Sequence[Candidate]], candidates: Mapping[str, Candidate], fused: Mapping[str, float], modified: Callable[[str], int]
) -> dict[str, list[Candidate]]:  # fmt: skip
    """As `distinct` gives them, but of those that score about as well the newest stands for the others."""
    shown = {}
    for key, others in kept.items():
        same = [candidates[key], *others]
        near = [one for one in same if fused[key] - fused[one.id] <= NEARLY]
        newest = max(near, key=lambda one: modified(one.id))
        shown[newest.id] = [one for one in same if one is not newest]
    return shown


class _Versions:
    """Which of some candidates are versions of others."""

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        import numpy as np

        self.candidates = candidates
        vectors = np.array(
            [candidate.vector for candidate in candidates if candidate.vector is not None]
        )
        self._near: list[list[int]] = [[] for _ in candidates]
        if len(vectors) == len(candidates) > 0:
            with single_threaded_blas():
                alike = vectors @ vectors.T > ALIKE
            for place, before in zip(*np.tril(alike, -1).nonzero(), strict=True):
                self._near[place].append(int(before))
        else:
            same: dict[str, list[int]] = {}
            for place, candidate in enumerate(candidates):
                self._near[place] = list(same.setdefault(candidate.passage.text, []))
                same[candidate.passage.text].append(place)
        self._runs: dict[int, frozenset[str]] = {}

    def before(self, place: int) -> list[Candidate]:
        """The better candidates of other documents that the one in that place is a version of."""
        others = ((at, self.candidates[at]) for at in self._near[place])
        mine = self.candidates[place]
        return [
            other
            for at, other in others
            if other.document != mine.document
            and self._share(at, place) >= (SHARE if other.doc != mine.doc else 1)
        ]

    def _share(self, one: int, other: int) -> float:
        mine, theirs = self._runs_of(one), self._runs_of(other)
        return len(mine & theirs) / len(mine | theirs)

    def _runs_of(self, place: int) -> frozenset[str]:
        if place not in self._runs:
            words = folded_line(self.candidates[place].passage.text).split()
            starts = range(max(1, len(words) - RUN + 1))
            self._runs[place] = frozenset(" ".join(words[at : at + RUN]) for at in starts)
        return self._runs[place]
