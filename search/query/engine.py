"""The query engine: legs → fuse → fold copies → rerank → group → hits."""

from __future__ import annotations

import os
import re
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from ..config import CANDIDATES
from ..errors import UsageError
from ..results import Explanation, Hit, QueryResult, Scores
from ..storage.catalog import Catalog
from ..storage.entries import Entry
from ..storage.filters import Filter
from ..text.passages import headed_text
from .answer_sentences import answering
from .calibration import BLENDS, Blend, Calibration
from .copies import distinct, newest_shown
from .grouping import group
from .legs import Legs, run_legs
from .marker import Marker
from .query_text import worded
from .ranking import Ranked, rank, reordered
from .rerank import rerank
from .sections import beginnings_first
from .writing_systems import knows_script

if TYPE_CHECKING:
    from ..documents import Candidate, Message, Vectors
    from ..protocols import Embedder, Reranker
    from ..storage.store import Store
    from .answer_sentences import Likeness

DEPTH = 100
"""Candidates a leg: a perfect order of the fused first fifty would win 30 points of nDCG; deeper ones add next to nothing."""

ANSWERED = 0.5
"""The best score from which on something answers the query."""

NO_PAGE = (0, 0)
_IDENTIFIER = re.compile(r"(?=.*_|(?:.*\d){3})\S+")
STRICTER = 10
"""How much deeper the legs go where phrases and exclusions take many candidates away."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked. `min_score` None cuts noise only; `candidates` are reranked, within `rerank_budget` seconds (None: all of them)."""

    text: str
    limit: int = 10
    mode: str = "hybrid"
    where: Filter | None = None
    per_file: int | None = None
    min_score: float | None = None
    explain: bool = False
    candidates: int = CANDIDATES
    rerank_budget: float | None = None


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
        self, asked: Request, reranker: Reranker | None = None, warnings: tuple[str, ...] = (),
        on_order: Callable[[QueryResult], None] | None = None, on_step: Callable[[], None] | None = None,
    ) -> QueryResult:  # fmt: skip
        """The best passages, reranked where a reranker is given: then `on_order` is given the order between two slices that it reads.

        `on_step` is called between the stages. Raises UsageError for a query that is empty or only excludes, and what `on_order` and `on_step`
        raise.
        """
        started = time.perf_counter()
        go_on = on_step or (lambda: None)
        if not asked.text.strip():
            raise UsageError("the query is empty", "type what you are looking for")
        wording = worded(asked.text)
        if not any(map(str.isalnum, wording.text)):
            # To a model all marks and symbols are alike, and near to what it cannot read.
            asked, reranker = replace(asked, mode="text"), None
        if asked.mode != "text" and not knows_script(self.model, wording.text):
            warnings = (*warnings, f"{self.model} reads English only: this was found by its words alone")
            asked = replace(asked, mode="text")
        if reranker is not None and not knows_script(reranker.name, wording.text):
            reranker = None
        only = self.catalog.documents(asked.where) if asked.where is not None else None
        if only is not None and not only:
            warnings = (*warnings, "no document of the index has such a path, type or date")
        depth = max(DEPTH, 5 * asked.limit, asked.candidates if reranker else 0) * (
            STRICTER if wording.is_strict else 1
        )
        legs = run_legs(
            self.store, lambda text: self.open_embedder().embed_query(text), wording.text, asked.mode, depth, only
        )
        go_on()
        entries = self.catalog.by_doc({candidate.doc for candidate in legs.candidates.values()})
        # A document that a running ingest has just taken out has no entry any more.
        found = [candidate for candidate in legs.candidates.values() if candidate.doc in entries]
        sources = self._sources(found, entries)
        there = [replace(one, message=number) if (number := sources[one.id].message) else one for one in found]
        there.sort(key=lambda one: -sources[one.id].modified_ns)  # of what scores the same, the newest comes first
        refused = {one.id: wording.refusal(headed_text(one.passage)) if wording.is_strict else "" for one in there}
        contents = {doc: entry.content for doc, entry in entries.items()}
        legs = replace(legs.only(one for one in there if not refused[one.id]), contents=contents)
        everything = rank(legs, asked.mode, self.calibration)
        # before they are reranked, so that the reranker reads what copies have in common once
        alone = newest_shown(
            distinct([legs.candidates[item.row.key] for item in everything], contents.__getitem__),
            legs.candidates,
            {item.row.key: item.row.fused for item in everything},
            lambda key: sources[key].modified_ns,
        )
        ranked = [item for item in everything if item.row.key in alone]
        go_on()
        marker = Marker(wording.text, legs.related)
        # a BM25 is no fused score
        blend = BLENDS.get(reranker.name) if reranker is not None and asked.mode != "text" else None
        blended = self._blended(blend) if blend else None
        on_scale = asked.mode == "hybrid" and (reranker is None or blend is not None)
        name = reranker.name if reranker else None

        def result(order: list[Ranked], likeness: Likeness | None = None) -> QueryResult:
            order = beginnings_first(order, legs.candidates, wording.text) if on_scale else order
            best = order[0] if order and order[0].score >= ANSWERED else None
            answers = legs.candidates[best.row.key].document if best else None
            kept = {
                item.row.key: item
                for item in order
                if self._is_shown(asked, item, on_scale, answers in (None, legs.candidates[item.row.key].document))
            }
            keys = group([(key, legs.candidates[key].document) for key in kept], asked.limit, asked.per_file)
            hits = tuple(
                _hit(
                    place,
                    kept[key],
                    sources[key],
                    tuple(sorted(entries[one.doc].file.path for one in alone[key])),
                    legs,
                    asked,
                    marker,
                )
                for place, key in enumerate(keys, 1)
            )
            marked = answering(hits, marker, likeness)
            hits = tuple(replace(hit, sentence=sentence) for hit, sentence in zip(hits, marked, strict=True))
            cut = Counter(filter(None, refused.values())) + Counter(score=len(order) - len(kept))
            took = round((time.perf_counter() - started) * 1000, 1)
            reranked = any(item.rerank is not None for item in kept.values())
            weak = on_scale and bool(hits) and self._is_weak(hits[0], wording.text, legs, marker)
            return QueryResult(
                asked.text, asked.mode, reranked, self.model, name, took, warnings, weak, tuple(cut.items()), hits
            )

        if reranker is None:
            return result(ranked)
        texts = [headed_text(legs.candidates[item.row.key].passage) for item in ranked[: asked.candidates]]
        watch = None if on_order is None else lambda scores: on_order(result(reordered(ranked, scores, blended)))
        probabilities = rerank(reranker, wording.text, texts, asked.rerank_budget, watch)
        return result(reordered(ranked, probabilities, blended), self._likeness(legs.query_vector))

    def _likeness(self, query: Vectors | None) -> Likeness | None:
        return None if query is None else lambda texts: self.open_embedder().embed_passages(texts) @ query

    def _sources(self, candidates: Sequence[Candidate], entries: Mapping[int, Entry]) -> dict[str, _Source]:
        """What each candidate is of, by its id."""
        places = {one.id: (one.doc, one.passage.ordinal) for one in candidates}
        messages = self.catalog.messages.at(places.values())
        pages = {one.id: (one.doc, one.passage.page) for one in candidates if one.passage.page is not None}
        labels = self.catalog.page_labels.at(pages.values())
        return {
            one.id: _Source.of(entries[one.doc], messages.get(places[one.id]), labels.get(pages.get(one.id, NO_PAGE)))
            for one in candidates
        }

    def _blended(self, blend: Blend) -> Callable[[Ranked, float], float]:
        return lambda item, probability: self.calibration.score(blend.fused(item.row.fused, probability))

    def _is_weak(self, best: Hit, text: str, legs: Legs, marker: Marker) -> bool:
        """Whether there may be no answer: the best hit lacks something that the query names, and scores little, or what is named is an identifier."""
        if marker.all_in("\n".join((os.path.basename(best.path), best.title, *best.headings, best.text))):
            return False
        return bool(_IDENTIFIER.fullmatch(text)) or self.calibration.is_weak(best.score, bool(legs.text))

    def _is_shown(self, asked: Request, item: Ranked, on_scale: bool, may_answer: bool) -> bool:
        """Noise is known on the scale of the fused score only. What feedback alone made low may answer, but not beside another document that does."""
        if asked.min_score is not None:
            return item.score >= asked.min_score
        judged = on_scale or (asked.mode == "hybrid" and item.rerank is None)
        return not (judged and self.calibration.is_noise(item.score, item.row.feedback if may_answer else 0.0))


@dataclass(frozen=True, slots=True)
class _Source:
    """What a passage is of, as a hit names it: a file, or a message of one by its number."""

    entry: Entry
    title: str
    modified_ns: int
    message: int | None
    page_label: str | None

    @classmethod
    def of(cls, entry: Entry, message: Message | None, page_label: str | None) -> Self:
        if message is None:
            return cls(entry, entry.title, entry.file.mtime_ns, None, page_label)
        written_ns = entry.file.mtime_ns if message.written_ns is None else message.written_ns
        return cls(entry, message.title, written_ns, message.number, page_label)


def _hit(
    place: int, item: Ranked, source: _Source, copies: tuple[str, ...], legs: Legs, asked: Request, marker: Marker
) -> Hit:
    row, entry = item.row, source.entry
    candidate = legs.candidates[row.key]
    passage = candidate.passage
    return Hit(
        rank=place, score=item.score, id=candidate.id, path=entry.file.path, root=entry.file.root, title=source.title,
        headings=passage.headings, page=passage.page, line_start=passage.line_start, line_end=passage.line_end,
        char_start=passage.char_start, char_end=passage.char_end, kind=entry.kind,
        modified=datetime.fromtimestamp(source.modified_ns // 10**9, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        text=passage.text, highlights=marker.ranges(passage.text),
        scores=Scores(
            vector=None if asked.mode == "text" else row.vector,
            text=legs.text.get(row.key),
            fused=row.fused if asked.mode == "hybrid" else None,
            rerank=item.rerank,
        ),
        copies=copies, message=source.message, page_label=source.page_label,
        explanation=_explanation(item, legs, asked.mode) if asked.explain else None,
    )  # fmt: skip


def _explanation(item: Ranked, legs: Legs, mode: str) -> Explanation:
    row = item.row
    return Explanation(
        vector_rank=_place(legs.vector, row.key),
        text_rank=_place(legs.text, row.key),
        vector_weight=0.0 if mode == "text" else 1.0,
        text_weight={"hybrid": legs.text_weight, "text": 1.0}.get(mode, 0.0),
        full_text=legs.full,
        feedback=row.feedback,
        leads=item.leads,
    )


def _place(leg: dict[str, float], key: str) -> int | None:
    return list(leg).index(key) + 1 if key in leg else None
