"""Showing a section's beginning where it scores nearly as well as a passage behind it.

The beginning can be understood by itself, so it is the better passage to show first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..documents import Candidate, passage_id
from .calibration import log_odds

if TYPE_CHECKING:
    from .ranking import Ranked

MIN_LEAD_LOG_ODDS = 1.6
"""A passage must beat its section's beginning by this much, in log-odds, to be shown before it."""

MIN_DETAIL_LEAD_LOG_ODDS = 0.4
"""The same for a query that asks for a detail: a detail may stand anywhere in a section."""

_DETAIL = re.compile(
    r"(?:what|who|whom|whose|when|where|which"
    r"|how (?:many|much|old|long|far|often|big|large|high|fast))\b",
    re.IGNORECASE,
)
_OPEN = re.compile(r"(?:how|why|can|could|should|may|must|is|are|do|does|did)\b", re.IGNORECASE)


def asks_for_a_detail(query: str) -> bool:
    """Whether a query asks for a fact; a title, a how and a why do not.

    >>> asks_for_a_detail("When is the rent due"), asks_for_a_detail("How do I pay the rent?")
    (True, False)
    >>> asks_for_a_detail("Wer zahlt die Miete?")
    True
    """
    return bool(_DETAIL.match(query)) or (query.endswith(("?", "？")) and not _OPEN.match(query))


def beginnings_first(
    ranked: Sequence[Ranked], candidates: Mapping[str, Candidate], query: str
) -> list[Ranked]:
    """The candidates in the order given, best first, with some beginnings of sections moved up.

    A beginning that scores nearly as well as a passage behind it stands directly before that
    passage and gets its score. A beginning on another page than the passage stays where it is: in a
    document with pages, readers look the page up.
    """
    min_lead = MIN_DETAIL_LEAD_LOG_ODDS if asks_for_a_detail(query) else MIN_LEAD_LOG_ODDS
    items = {item.row.key: item for item in ranked}
    ordered: dict[str, Ranked] = {}
    for item in ranked:
        beginning = items.get(_beginning(candidates[item.row.key]), item)
        passage, first = (candidates[each.row.key].passage for each in (item, beginning))
        is_close = _log_odds(item) - _log_odds(beginning) <= min_lead
        is_placed = beginning.row.key in ordered
        if beginning is not item and first.page == passage.page and is_close and not is_placed:
            ordered[beginning.row.key] = replace(beginning, score=item.score, leads=True)
        ordered.setdefault(item.row.key, item)
    return list(ordered.values())


def _beginning(candidate: Candidate) -> str:
    """The id of the passage in which the candidate's section begins."""
    section = candidate.passage.section
    if section in (None, candidate.passage.ordinal):
        return candidate.id
    return passage_id(candidate.doc, section)


def _log_odds(item: Ranked) -> float:
    return log_odds(item.score, 1e-9)
