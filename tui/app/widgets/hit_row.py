"""A hit as the list shows it.

The rows are file and place with score and age, the heading trail, and the sentence that answers
with the matched words marked.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property

from textual.content import Content
from textual.css.styles import RulesMap
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual

from search.results import Hit

from ...output import place
from ...snippet import snippet
from ...terminal import printable

ICONS: Mapping[str, str] = {
    **dict.fromkeys(("text", "subtitles"), "≡"),
    **dict.fromkeys(("rst", "org", "asciidoc", "latex", "man"), "§"),
    **dict.fromkeys(("notebook", "table", "xlsx", "xls", "ods"), "▦"),
    **dict.fromkeys(("docx", "doc", "odt", "rtf"), "¶"),
    **dict.fromkeys(("pptx", "ppt", "odp", "odg"), "▭"),
    **dict.fromkeys(("epub", "fb2"), "❡"),
    "markdown": "#",
    "code": "λ",
    "html": "◇",
    "pdf": "▤",
    "mail": "@",
}
UNKNOWN_ICON = "·"
BAR_CELLS = 5
SHORT_ROWS = 4
LINES = 2
"""How many rows show a hit's text."""
SPANS: Sequence[tuple[int, str]] = (
    (31_536_000, "y"),
    (2_592_000, "mo"),
    (604_800, "w"),
    (86_400, "d"),
    (3_600, "h"),
    (60, "min"),
)
"""Seconds in a unit of age, largest first."""
STYLES = ("file", "meta", "trail", "match", "text", "sentence")


class HitRow(Visual):
    """A hit in rows of `width` cells.

    The rows are made when they are first drawn: most hits of most queries are never scrolled to.
    """

    def __init__(
        self,
        hit: Hit,
        width: int,
        now: datetime,
        styles: Mapping[str, Style],
        mark: str | None = None,
    ) -> None:
        self.hit = hit
        self.width = width
        self.now = now
        self.styles = styles
        self.mark = mark

    @cached_property
    def rows(self) -> list[Content]:
        """The rows, none wider than `width`."""
        return hit_rows(self.hit, self.width, self.now, self.styles, self.mark)

    def render_strips(
        self, width: int, height: int | None, style: Style, options: RenderOptions
    ) -> list[Strip]:
        """The rows as the list draws them. Each row fits the width, so none is wrapped."""
        strips = [Strip(row.render_segments(style), row.cell_length) for row in self.rows]
        return strips + [Strip.blank(width, style.rich_style)] * (
            self.get_height({}, width) - len(strips)
        )

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        """The width for which the rows are made."""
        return self.width

    def get_height(self, rules: RulesMap, width: int) -> int:
        """How many rows the hit has.

        A long text is assumed to fill its LINES rows, so that a hit that is not drawn need not be
        laid out.
        """
        if len(self.hit.text) <= SHORT_ROWS * self.width:
            return len(self.rows)
        return 1 + bool(self.hit.headings) + LINES


def hit_rows(
    hit: Hit, width: int, now: datetime, styles: Mapping[str, Style], mark: str | None = None
) -> list[Content]:
    """The hit in rows of at most `width` cells, with at most LINES rows of its text.

    The keys of `styles` are STYLES. With `mark` no bar is drawn, and the mark replaces the icon.
    """
    # The head: icon and place on the left, bar, score and age on the right.
    bar = f"{score_bar(hit.score)} " if mark is None else ""
    meta = Content.styled(f"{bar}{hit.score:.2f} {age(hit.modified, now):>4}", styles["meta"])
    icon = ICONS.get(hit.kind, UNKNOWN_ICON) if mark is None else mark
    copies = f" and {len(hit.copies)} more" if hit.copies else ""
    name = _end_of(short_place(hit), max(width - meta.cell_length - len(copies) - 3, 8)) + copies
    head = Content.styled(f"{icon} {name}", styles["file"])
    gap = " " * max(width - head.cell_length - meta.cell_length, 1)
    rows = [Content.assemble(head, gap, meta).truncate(width, ellipsis=True)]
    # The heading trail.
    if hit.headings:
        trail = Content.styled(
            printable((" › " if mark is None else " > ").join(hit.headings), one_line=True),
            styles["trail"],
        )
        rows.append(Content.assemble("  ", trail).truncate(width, ellipsis=True))
    # The lines of the text, with the sentence and the matched words in their styles.
    shown = snippet(
        hit.text, hit.highlights, hit.kind, max(width - 2, 10), hit.headings, LINES, hit.sentence
    )
    for text, marks, sentence in shown:
        line = Content.styled(printable(text), styles["text"])
        for name, ranges in (("sentence", sentence), ("match", marks)):
            for start, end in ranges:
                line = line.stylize(styles[name], start, end)
        rows.append(Content.assemble("  ", line.expand_tabs(4)).truncate(width, ellipsis=True))
    return rows


def shown_name(hit: Hit) -> str:
    """The file's path, beginning with the name of its root."""
    path = os.path.relpath(hit.path, os.path.dirname(hit.root) or "/") if hit.root else hit.path
    return printable(path, one_line=True)


def short_place(hit: Hit) -> str:
    """The file and its page, or its line in a file without pages."""
    return place(hit, shown_name(hit), " p.")


def score_bar(score: float) -> str:
    """A score in [0, 1] as a bar of five cells.

    >>> score_bar(0.5)
    '██▌  '
    """
    eighths = round(min(max(score, 0.0), 1.0) * BAR_CELLS * 8)
    part = " ▏▎▍▌▋▊▉"[eighths % 8] if eighths % 8 else ""
    return ("█" * (eighths // 8) + part).ljust(BAR_CELLS)


def age(modified: str, now: datetime) -> str:
    """How long ago a UTC time in ISO 8601 was, in the largest unit that fits.

    >>> age("2026-11-02T10:00:00Z", datetime(2026, 11, 4, 12, tzinfo=UTC))
    '2d'
    """
    seconds = (now - datetime.fromisoformat(modified).replace(tzinfo=UTC)).total_seconds()
    for size, unit in SPANS:
        if seconds >= size:
            return f"{int(seconds // size)}{unit}"
    return "now"


def _end_of(name: str, room: int) -> str:
    """The name in at most `room` cells. Its beginning is cut off: its end names the file."""
    content = Content(name)
    if content.cell_length <= room:
        return name
    while name and Content(name).cell_length >= room:
        name = name[1:]
    return "…" + name
