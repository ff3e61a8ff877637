"""Where a section's beginning answers nearly as well as a passage behind it, the beginning is shown: it can be understood by itself."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..documents import Candidate, passage_id
from .calibration import log_odds

if TYPE_CHECKING:
    from .ranking import Ranked

LEAD, DETAIL_LEAD = 1.6, 0.4
"""The log-odds of its score by which a passage has to be better than the beginning of its section to be shown before it; the latter where the
query asks for a detail, which may stand anywhere."""

_DETAIL = re.compile(
    r"(?:what|who|whom|whose|when|where|which|how (?:many|much|old|long|far|often|big|large|high|fast))\b",
    re.IGNORECASE,
)
_OPEN = re.compile(r"(?:how|why|can|could|should|may|must|is|are|do|does|did)\b", re.IGNORECASE)


def asks_for_a_detail(query: str) -> bool:
    """Whether a query is a question for a fact, not one of how or why, and no title.

    >>> asks_for_a_detail("When is the rent due"), asks_for_a_detail("How do I pay the rent?"), asks_for_a_detail("Wer zahlt die Miete?")
    (True, False, True)
    """
    return bool(_DETAIL.match(query)) or (query.endswith(("?", "？")) and not _OPEN.match(query))


def beginnings_first(
    ranked: Sequence[Ranked], candidates: Mapping[str, Candidate], query: str
) -> list[Ranked]:
    """The candidates, best first, with each beginning that scores nearly as well before the passage behind it on its page, and with its score."""
    most = DETAIL_LEAD if asks_for_a_detail(query) else LEAD
    items = {item.row.key: item for item in ranked}
    ordered: dict[str, Ranked] = {}
    for item in ranked:
        lead = items.get(_beginning(candidates[item.row.key]), item)
        # Of what stands on pages, the page is what is looked up.
        same_page = candidates[lead.row.key].passage.page == candidates[item.row.key].passage.page
        nearly = lead.row.key not in ordered and _log_odds(item) - _log_odds(lead) <= most
        if lead is not item and same_page and nearly:
            ordered[lead.row.key] = replace(lead, score=item.score, leads=True)
        ordered.setdefault(item.row.key, item)
    return list(ordered.values())


def _beginning(candidate: Candidate) -> str:
    """The id of the passage in which the candidate's section begins."""
    section = candidate.passage.section
    return (
        candidate.id
        if section in (None, candidate.passage.ordinal)
        else passage_id(candidate.doc, section)
    )


def _log_odds(item: Ranked) -> float:
    return log_odds(item.score, 1e-9)
