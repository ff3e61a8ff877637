"""The last stage: an order of candidates becomes hits, each with its place, marks and answer."""

from __future__ import annotations

import os
import re
import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..results import Explanation, Hit, QueryResult, Scores
from ..times import utc_text
from .answer_sentences import answering
from .grouping import group
from .marker import Marker
from .sections import beginnings_first

if TYPE_CHECKING:
    from ..documents import Candidate
    from .answer_sentences import Similarity
    from .calibration import Calibration
    from .ranking import Ranked
    from .retrieval import Retrieved
    from .understanding import Understood

ANSWERED = 0.5
"""A document answers the query where its best passage scores this much or more."""

# A query of one word with an underscore or with three digits, such as INV-2031-999.
_IDENTIFIER = re.compile(r"(?=.*_|(?:.*\d){3})\S+")


@dataclass(frozen=True, slots=True)
class HitList:
    """Makes the result of a query from an order of its candidates.

    `copies` has the candidates that may be shown, each with the passages that say the same in other
    documents. `started` is the time at which the query came in, by `time.perf_counter`.
    """

    understood: Understood
    retrieved: Retrieved
    copies: Mapping[str, Sequence[Candidate]]
    marker: Marker
    calibration: Calibration
    model: str
    started: float

    def result(self, order: Sequence[Ranked], similarity: Similarity | None = None) -> QueryResult:
        """The result for that order, best first; `similarity` helps to choose the answers."""
        understood, legs = self.understood, self.retrieved.legs
        request = understood.request
        # A section's beginning goes before a passage behind it that scores nearly the same.
        if understood.is_calibrated:
            order = beginnings_first(order, legs.candidates, understood.query.text)
        # Noise is left out, and what remains is grouped by document.
        shown = {item.row.key: item for item in self._above_noise(order)}
        keys = group(
            [(key, legs.candidates[key].document) for key in shown], request.limit, request.per_file
        )
        # Each passage becomes a hit, with the sentence that answers.
        hits = tuple(self._hit(rank, shown[key]) for rank, key in enumerate(keys, 1))
        judged = [shown[key].sentences for key in keys]
        answers = answering(hits, self.marker, similarity, judged)
        hits = tuple(
            replace(hit, sentence=answer) for hit, answer in zip(hits, answers, strict=True)
        )
        cut = Counter(self.retrieved.refused) + Counter(score=len(order) - len(shown))
        return QueryResult(
            query=request.text,
            mode=understood.mode,
            reranked=any(item.rerank is not None for item in shown.values()),
            model=self.model,
            reranker=understood.reranker.name if understood.reranker else None,
            took_ms=round((time.perf_counter() - self.started) * 1000, 1),
            warnings=(
                *understood.warnings,
                *self.retrieved.warnings,
                *_gone(hits, self.retrieved.missing_roots),
            ),
            weak=understood.is_calibrated and bool(hits) and self._is_weak(hits[0]),
            cut=tuple(cut.items()),
            hits=hits,
        )

    def _above_noise(self, order: Sequence[Ranked]) -> list[Ranked]:
        """The candidates that score enough to be shown.

        Noise is known on the scale of the fused score only, without doubt. A hit that only the
        feedback penalty pushed below the noise threshold is kept, unless another document answers
        the query.
        """
        request, candidates = self.understood.request, self.retrieved.legs.candidates
        if request.min_score is not None:
            return [item for item in order if item.score >= request.min_score]
        best = order[0] if order and order[0].score >= ANSWERED else None
        answering_document = candidates[best.row.key].document if best else None

        def is_noise(item: Ranked) -> bool:
            has_fused_score = self.understood.mode == "hybrid" and item.rerank is None
            if not (self.understood.is_calibrated or has_fused_score):
                return False
            may_answer = answering_document in (None, candidates[item.row.key].document)
            feedback = item.row.feedback if may_answer else 0.0
            return self.calibration.is_noise(item.score, feedback + item.row.doubt)

        return [item for item in order if not is_noise(item)]

    def _is_weak(self, best: Hit) -> bool:
        """Whether there may be no answer in the index.

        The best hit lacks a word of the query, and it scores little or the query is an identifier.
        """
        own_text = "\n".join((os.path.basename(best.path), best.title, *best.headings, best.text))
        if self.marker.all_in(own_text):
            return False
        if _IDENTIFIER.fullmatch(self.understood.query.text):
            return True
        return self.calibration.is_weak(best.score, has_words=bool(self.retrieved.legs.text))

    def _hit(self, rank: int, item: Ranked) -> Hit:
        row, legs, mode = item.row, self.retrieved.legs, self.understood.mode
        candidate, source = legs.candidates[row.key], self.retrieved.sources[row.key]
        entry, passage = source.entry, candidate.passage
        copies = (self.retrieved.entries[copy.doc].file.path for copy in self.copies[row.key])
        return Hit(
            rank=rank,
            score=item.score,
            id=candidate.id,
            path=entry.file.path,
            root=entry.file.root,
            title=source.title,
            headings=passage.headings,
            page=passage.page,
            line_start=passage.line_start,
            line_end=passage.line_end,
            char_start=passage.char_start,
            char_end=passage.char_end,
            kind=entry.kind,
            modified=utc_text(source.modified_ns),
            text=passage.text,
            highlights=self.marker.ranges(passage.text),
            scores=Scores(
                vector=None if candidate.vector is None else row.vector,
                text=legs.text.get(row.key),
                fused=row.fused if mode == "hybrid" else None,
                rerank=item.rerank,
            ),
            copies=tuple(sorted(copies)),
            message=source.message,
            page_label=source.page_label,
            explanation=self._explanation(item) if self.understood.request.explain else None,
        )

    def _explanation(self, item: Ranked) -> Explanation:
        legs, key, mode = self.retrieved.legs, item.row.key, self.understood.mode
        return Explanation(
            vector_rank=_rank_in(legs.vector, key),
            text_rank=_rank_in(legs.text, key),
            vector_weight=0.0 if mode == "text" else 1.0,
            text_weight={
                "hybrid": legs.text_weight * self.calibration.word_unit,
                "text": 1.0,
            }.get(mode, 0.0),
            full_text=legs.full_match_bm25,
            feedback=item.row.feedback,
            leads=item.leads,
            doubt=item.row.doubt,
        )


def _rank_in(leg: Mapping[str, float], key: str) -> int | None:
    return list(leg).index(key) + 1 if key in leg else None


def _gone(hits: Sequence[Hit], missing_roots: Collection[str]) -> list[str]:
    """How many hits lie in each root that is not there now, as sentences."""
    counts = Counter(hit.root for hit in hits if hit.root in missing_roots)
    return [
        f"{root} is not there now; {count} {'hit is' if count == 1 else 'hits are'} from it"
        for root, count in counts.items()
    ]
