"""The query engine: understand → legs → fuse → fold copies → rerank → hits."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from .copies import distinct, newest_shown
from .hits import HitList
from .marker import Marker
from .ranking import Ranked, rank, reordered
from .request import NO_RERANKING, UNWATCHED, Request, Reranking, Watchers
from .rerank import Readable, rerank
from .retrieval import Retrieved, retrieve
from .understanding import Understood, understood_request

if TYPE_CHECKING:
    from ..documents import Candidate, Judgement, Vectors
    from ..protocols import Embedder
    from ..results import QueryResult
    from ..storage.catalog import Catalog
    from ..storage.store import Store
    from .answer_sentences import Similarity
    from .calibration import Calibration


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
        request: Request,
        reranking: Reranking = NO_RERANKING,
        watchers: Watchers = UNWATCHED,
    ) -> QueryResult:
        """The best passages, best first.

        Raises UsageError for a query that only excludes, and what the watchers raise.
        """
        started = time.perf_counter()
        languages = self.catalog.languages.shares()
        understood = understood_request(request, reranking, self.model, self.store, languages)
        retrieved = retrieve(understood, self.catalog, self.store, self._embed_query, watchers.step)
        fused = rank(retrieved.legs, understood.mode, self.calibration)
        copies = fold_copies(fused, retrieved)
        folded = [item for item in fused if item.row.key in copies]
        watchers.step()
        marker = Marker(understood.query, retrieved.legs.related)
        hits = HitList(understood, retrieved, copies, marker, self.calibration, self.model, started)
        if understood.reranker is None:
            return hits.result(folded)
        if watchers.on_fused is not None:
            watchers.on_fused(hits.result(folded))
        reranked = self._reranked(folded, hits, understood, watchers)
        return hits.result(reranked, self._similarity(retrieved.legs.query_vector))

    def _reranked(
        self, ranked: Sequence[Ranked], hits: HitList, understood: Understood, watchers: Watchers
    ) -> list[Ranked]:
        """The order after the reranker has read the best candidates."""
        reranker, blend, request = understood.reranker, understood.blend, understood.request
        assert reranker is not None, "called only where there is a reranker"

        def blended(item: Ranked, probability: float) -> float:
            assert blend is not None, "called only where there is a blend"
            return self.calibration.score(
                blend.fused(item.row.fused, probability, self.calibration.unit)
            )

        score = blended if blend is not None else None

        def tell_order(judgements: Sequence[Judgement]) -> None:
            if watchers.on_order is not None:
                watchers.on_order(hits.result(reordered(ranked, judgements, score)))

        candidates, sources = hits.retrieved.legs.candidates, hits.retrieved.sources
        passages = [
            Readable.of(candidates[item.row.key].passage, sources[item.row.key].entry.kind)
            for item in ranked[: request.candidates]
        ]
        judgements = rerank(
            reranker,
            understood.query.text,
            passages,
            request.rerank_budget,
            tell_order if watchers.on_order is not None else None,
        )
        return reordered(ranked, judgements, score)

    def _embed_query(self, text: str) -> Vectors:
        return self.open_embedder().embed_query(text)

    def _similarity(self, query_vector: Vectors | None) -> Similarity | None:
        """The cosine of texts with the query; None where the query was not embedded."""
        if query_vector is None:
            return None
        return lambda texts: self.open_embedder().embed_passages(texts) @ query_vector


def fold_copies(ranked: Sequence[Ranked], retrieved: Retrieved) -> dict[str, list[Candidate]]:
    """The candidates that are shown, each with the passages that say the same in other documents.

    Copies are folded before the reranker runs, so that it reads what they have in common once.
    """
    candidates, entries = retrieved.legs.candidates, retrieved.entries
    folded = distinct(
        [candidates[item.row.key] for item in ranked], lambda doc: entries[doc].content
    )
    return newest_shown(
        folded,
        candidates,
        fused={item.row.key: item.row.fused for item in ranked},
        modified=lambda key: retrieved.sources[key].modified_ns,
        is_present=lambda key: retrieved.root_of(key) not in retrieved.missing_roots,
        content=lambda doc: entries[doc].content,
    )
