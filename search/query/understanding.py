"""The first stage: a request gets a query text, a mode that makes sense for it, and a reranker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..text.spelling import form
from .calibration import BLENDS, Blend
from .query_text import QueryText, understand
from .request import Request, Reranking
from .writing_systems import knows_script

if TYPE_CHECKING:
    from ..protocols import Reranker
    from ..storage.store import Store


@dataclass(frozen=True, slots=True)
class Understood:
    """A request as it is answered: `mode` and `reranker` may differ from what was asked for."""

    request: Request
    query: QueryText
    mode: str
    reranker: Reranker | None
    warnings: tuple[str, ...]

    @property
    def blend(self) -> Blend | None:
        """How the reranker's probability joins the fused score; None where it replaces that score.

        A BM25 of mode "text" is no fused score, so nothing can join it.
        """
        if self.reranker is None or self.mode == "text":
            return None
        return BLENDS.get(self.reranker.name)

    @property
    def is_calibrated(self) -> bool:
        """True where the final scores are on the fused score's scale, on which noise is known."""
        return self.mode == "hybrid" and (self.reranker is None or self.blend is not None)


LOOKED_AT = 50
"""Passages with an excluded word that are looked at for the word behind its hyphen."""


def understood_request(
    request: Request,
    reranking: Reranking,
    model: str,
    store: Store,
    languages: Mapping[str, float],
) -> Understood:
    """The request, understood for an index whose embedder is called `model`.

    `languages` has the share of its documents in each language, by the ISO code.

    Raises UsageError for a query that only excludes.
    """
    query, mode = _as_meant(request.text, store, languages), request.mode
    reranker, warnings = reranking.reranker, reranking.warnings
    if not any(map(str.isalnum, query.text)):
        # To a model all marks and symbols are alike, and near to what it cannot read.
        mode, reranker = "text", None
    if mode != "text" and not knows_script(model, query.text):
        warnings = (*warnings, f"{model} reads English only: this was found by its words alone")
        mode = "text"
    if mode != "vector" and query.words_left_out:
        words = (
            f"the first {len(query.words)} of its {len(query.words) + query.words_left_out} words"
        )
        warnings = (*warnings, f"the query is long: only {words} are looked for")
    if reranker is not None and not knows_script(reranker.name, query.text):
        reranker = None
    return Understood(request, query, mode, reranker, warnings)


def _as_meant(text: str, store: Store, languages: Mapping[str, float]) -> QueryText:
    """The query, with the options of commands that stand in passages taken for words.

    `tar -xzf archive` excludes nothing where a passage has `-xzf` as it stands.
    """
    query = understand(text, languages=languages)
    literal = {
        word.written
        for word in query.excluded
        if any(
            word.stands_in(candidate.passage.text)
            for candidate in store.matching(
                [(1.0, form(word.written))], LOOKED_AT, None, vectors=False
            )
        )
    }
    return understand(text, literal, languages) if literal else query
