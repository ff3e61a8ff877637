"""The query engine: legs → fuse → group → hits."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from .calibration import Calibration, text_score
from .catalog import Catalog
from .documents import Candidate
from .entries import Entry
from .errors import UsageError
from .filters import Filter
from .fusion import TEXT_WEIGHT, Fused, fuse
from .grouping import group
from .legs import Legs, run_legs
from .results import Explanation, Hit, QueryResult, Scores
from .terms import highlights

if TYPE_CHECKING:
    from .protocols import Embedder
    from .store import Store

DEPTH = 100
"""Candidates a leg: a perfect order of the fused first fifty would win 30 points of nDCG; deeper ones add next to nothing."""


class Engine:
    """Answers queries from a store; the embedder is opened at the first query that needs it."""

    def __init__(
        self,
        catalog: Catalog,
        store: Store,
        open_embedder: Callable[[], Embedder],
        model: str,
        calibration: Calibration,
    ) -> None:
        self.catalog = catalog
        self.store = store
        self.open_embedder = open_embedder
        self.model = model
        self.calibration = calibration

    def query(
        self,
        text: str,
        limit: int = 10,
        mode: str = "hybrid",
        where: Filter | None = None,
        per_file: int | None = None,
        min_score: float | None = None,
        explain: bool = False,
    ) -> QueryResult:
        """The best passages for `text`, among the documents that `where` admits.

        `min_score` None cuts what a hybrid query's calibration calls noise; 0 cuts nothing. Raises UsageError for an empty query.
        """
        started = time.perf_counter()
        if not text.strip():
            raise UsageError("the query is empty", "type what you are looking for")
        docs = self.catalog.documents(where) if where is not None else None
        depth = max(DEPTH, 10 * limit)
        legs = run_legs(self.store, lambda words: self.open_embedder().embed_query(words), text, mode, depth, docs)
        ranked = self._ranked(legs, mode)
        least = min_score if min_score is not None else self.calibration.noise if mode == "hybrid" else 0.0
        scored = [(row, self._score(row, mode)) for row in ranked]
        kept = {row.key: (row, score) for row, score in scored if score >= least}
        keys = group([(key, legs.candidates[key].doc) for key in kept], limit, per_file)
        entries = self.catalog.by_doc({legs.candidates[key].doc for key in keys})
        hits: list[Hit] = []
        for key in keys:
            candidate = legs.candidates[key]
            # A document that a running ingest has just taken out has no entry any more.
            if entry := entries.get(candidate.doc):
                row, score = kept[key]
                hits.append(self._hit(len(hits) + 1, candidate, entry, row, score, legs, text, mode, explain))
        took = (time.perf_counter() - started) * 1000
        return QueryResult(text, mode, False, self.model, None, round(took, 1), (), tuple(hits))

    def _ranked(self, legs: Legs, mode: str) -> list[Fused]:
        if mode == "text":
            return [Fused(key, 0.0, score, score) for key, score in legs.text.items()]
        if mode == "vector":
            return [Fused(key, score, 0.0, score) for key, score in legs.vector.items()]
        return fuse(((key, legs.cosine(key), legs.text.get(key, 0.0)) for key in legs.candidates), legs.full)

    def _score(self, row: Fused, mode: str) -> float:
        if mode == "text":
            return text_score(row.text)
        return self.calibration.score(row.fused)

    def _hit(
        self, rank: int, candidate: Candidate, entry: Entry, row: Fused, score: float,
        legs: Legs, text: str, mode: str, explain: bool,
    ) -> Hit:  # fmt: skip
        passage = candidate.passage
        explanation = None
        if explain:
            explanation = Explanation(
                vector_rank=_rank(legs.vector, row.key),
                text_rank=_rank(legs.text, row.key),
                vector_weight=0.0 if mode == "text" else 1.0,
                text_weight={"hybrid": TEXT_WEIGHT, "text": 1.0}.get(mode, 0.0),
                full_text=legs.full,
            )
        return Hit(
            rank=rank, score=score, id=candidate.id, path=entry.file.path, root=entry.file.root, title=entry.title,
            headings=passage.headings, page=passage.page, line_start=passage.line_start, line_end=passage.line_end,
            char_start=passage.char_start, char_end=passage.char_end, kind=entry.kind,
            modified=datetime.fromtimestamp(entry.file.mtime_ns // 10**9, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            text=passage.text, highlights=highlights(passage.text, text),
            scores=Scores(
                vector=None if mode == "text" else row.vector,
                text=legs.text.get(row.key),
                fused=row.fused if mode == "hybrid" else None,
                rerank=None,
            ),
            explanation=explanation,
        )  # fmt: skip


def _rank(leg: dict[str, float], key: str) -> int | None:
    return list(leg).index(key) + 1 if key in leg else None
