"""Where a section's beginning answers nearly as well as a passage behind it, the beginning is shown: it can be understood by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from .calibration import log_odds
from .documents import Candidate, passage_id

if TYPE_CHECKING:
    from .ranking import Ranked

LEAD = 0.8
"""The log-odds of its score by which a passage has to be better than the beginning of its section to be shown before it."""


def beginnings_first(ranked: Sequence[Ranked], candidates: Mapping[str, Candidate]) -> list[Ranked]:
    """The candidates, best first, with each beginning that scores nearly as well before the passage behind it on its page, and with its score."""
    items = {item.row.key: item for item in ranked}
    ordered: dict[str, Ranked] = {}
    for item in ranked:
        lead = items.get(_beginning(candidates[item.row.key]), item)
        # Of what stands on pages, the page is what is looked up.
        same_page = candidates[lead.row.key].passage.page == candidates[item.row.key].passage.page
        nearly = lead.row.key not in ordered and _log_odds(item) - _log_odds(lead) <= LEAD
        if lead is not item and same_page and nearly:
            ordered[lead.row.key] = replace(lead, score=item.score, leads=True)
        ordered.setdefault(item.row.key, item)
    return list(ordered.values())


def _beginning(candidate: Candidate) -> str:
    """The id of the passage in which the candidate's section begins."""
    section = candidate.passage.section
    return candidate.id if section in (None, candidate.passage.ordinal) else passage_id(candidate.doc, section)


def _log_odds(item: Ranked) -> float:
    return log_odds(item.score, 1e-9)
