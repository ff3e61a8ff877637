"""What is asked of the query engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..config import CANDIDATES, MODES
from ..errors import UsageError
from ..storage.filters import Filter

if TYPE_CHECKING:
    from ..protocols import Reranker
    from ..results import QueryResult


@dataclass(frozen=True, slots=True)
class Request:
    """A query with its options.

    mode: hybrid, vector or text. where: which documents may answer (None: all). per_file: passages
    of each document at most (None: no bound). min_score: the least score of a hit; None leaves out
    noise only. candidates: how many passages are reranked, within `rerank_budget` seconds (None:
    all of them).

    Raises UsageError for an empty query and for an unknown mode.
    """

    text: str
    limit: int = 10
    mode: str = "hybrid"
    where: Filter | None = None
    per_file: int | None = None
    min_score: float | None = None
    explain: bool = False
    candidates: int = CANDIDATES
    rerank_budget: float | None = None

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise UsageError(f"there is no mode {self.mode}", f"use one of {', '.join(MODES)}")
        if not self.text.strip():
            raise UsageError("the query is empty", "type what you are looking for")


@dataclass(frozen=True, slots=True)
class Reranking:
    """The reranker of a query (None: the fused order stands), and its warnings for the user."""

    reranker: Reranker | None = None
    warnings: tuple[str, ...] = ()


NO_RERANKING = Reranking()


@dataclass(frozen=True, slots=True)
class Watchers:
    """Who is told of a query that is being answered; an exception from any ends the query.

    on_order: is given the order so far between two slices that the reranker reads.
    on_step: is called between two stages.
    on_fused: is given the hits in their fused order, once, before a reranker reads them.
    """

    on_order: Callable[[QueryResult], None] | None = None
    on_step: Callable[[], None] | None = None
    on_fused: Callable[[QueryResult], None] | None = None

    def step(self) -> None:
        """Tell that a stage has ended."""
        if self.on_step is not None:
            self.on_step()


UNWATCHED = Watchers()
