"""A hit as it stands in the list: file and place, score and age, heading trail, the matched words in their sentence."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache

from textual.content import Content
from textual.style import Style

from search.results import Hit

from ...snippet import snippet
from ...terminal import printable

ICONS: Mapping[str, str] = {
    **dict.fromkeys(("text", "subtitles"), "≡"),
    **dict.fromkeys(("rst", "org", "asciidoc", "latex", "man"), "§"),
    **dict.fromkeys(("notebook", "table"), "▦"),
    "markdown": "#",
    "code": "λ",
    "html": "◇",
    "pdf": "▤",
    "mail": "@",
}
UNKNOWN_ICON = "·"
BAR_CELLS = 5
WIDTH = 80
"""The width that the matched line is found with: the same line whatever the window's size."""
SPANS: Sequence[tuple[int, str]] = (
    (31_536_000, "y"),
    (2_592_000, "mo"),
    (604_800, "w"),
    (86_400, "d"),
    (3_600, "h"),
    (60, "min"),
)
"""Seconds in a unit of age, largest first."""
STYLES = ("file", "meta", "trail", "match", "text")


def hit_row(hit: Hit, width: int, now: datetime, styles: Mapping[str, Style], lines: int = 2) -> Content:
    """The hit in rows of `width` cells, with at most `lines` rows of its text; `styles` are named as in STYLES."""
    meta = Content.styled(f"{score_bar(hit.score)} {hit.score:.2f} {age(hit.modified, now):>4}", styles["meta"])
    icon = ICONS.get(hit.kind, UNKNOWN_ICON)
    name = _end_of(place(hit), max(width - meta.cell_length - 3, 8))
    head = Content.styled(f"{icon} {name}", styles["file"])
    rows = [Content.assemble(head, " " * max(width - head.cell_length - meta.cell_length, 1), meta)]
    if hit.headings:
        trail = Content.styled(printable(" › ".join(hit.headings), one_line=True), styles["trail"])
        rows.append(Content.assemble("  ", trail).truncate(width, ellipsis=True))
    shown = snippet(hit.text, hit.highlights, hit.kind, max(width - 2, 10), hit.headings)
    for text, marks in shown.lines[:lines]:
        line = Content.styled(printable(text), styles["text"])
        for start, end in marks:
            line = line.stylize(styles["match"], start, end)
        rows.append(Content.assemble("  ", line.expand_tabs(4)).truncate(width, ellipsis=True))
    return Content("\n").join(rows)


def shown_name(hit: Hit) -> str:
    """The file's path from its root's name on."""
    inside = os.path.relpath(hit.path, os.path.dirname(hit.root) or "/") if hit.root else hit.path
    return printable(inside, one_line=True)


def place(hit: Hit) -> str:
    """The file with the page, where it has pages, or the line."""
    return f"{shown_name(hit)} p.{hit.page}" if hit.page is not None else f"{shown_name(hit)}:{matched_line(hit)}"


def matched_line(hit: Hit) -> int:
    """The 1-based line of the document where the matched words stand."""
    return hit.line_start + hit.text.count("\n", 0, matched_offset(hit))


@lru_cache(maxsize=256)
def matched_offset(hit: Hit) -> int:
    """Where in its text the stretch that the list shows begins."""
    return snippet(hit.text, hit.highlights, hit.kind, WIDTH, hit.headings).start


def score_bar(score: float) -> str:
    """A score in [0, 1] as a bar of five cells.

    >>> score_bar(0.5)
    '██▌  '
    """
    eighths = round(min(max(score, 0.0), 1.0) * BAR_CELLS * 8)
    part = " ▏▎▍▌▋▊▉"[eighths % 8] if eighths % 8 else ""
    return ("█" * (eighths // 8) + part).ljust(BAR_CELLS)


def age(modified: str, now: datetime) -> str:
    """How long ago a UTC time in ISO 8601 was, in its largest unit.

    >>> age("2026-11-02T10:00:00Z", datetime(2026, 11, 4, 12, tzinfo=UTC))
    '2d'
    """
    seconds = (now - datetime.fromisoformat(modified).replace(tzinfo=UTC)).total_seconds()
    for size, unit in SPANS:
        if seconds >= size:
            return f"{int(seconds // size)}{unit}"
    return "now"


def _end_of(name: str, room: int) -> str:
    """A name that is too long loses its beginning: the file stands at its end."""
    content = Content(name)
    if content.cell_length <= room:
        return name
    while name and Content(name).cell_length >= room:
        name = name[1:]
    return "…" + name
