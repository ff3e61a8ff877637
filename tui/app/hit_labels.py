"""What the app calls a hit's kind, place, score and age, in few letters."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from search.results import Hit

from ..grouped import FileGroup
from ..output import place
from ..terminal import printable
from .bars import bar

SIGNS: Sequence[tuple[str, str, Sequence[str]]] = (
    ("#", "Markdown", ("markdown",)),
    ("≡", "text, subtitles", ("text", "subtitles")),
    (
        "§",
        "rst, Org, AsciiDoc, LaTeX, manual pages",
        ("rst", "org", "asciidoc", "latex", "man"),
    ),
    ("▤", "PDF", ("pdf",)),
    ("¶", "Word, OpenDocument text, RTF", ("docx", "doc", "odt", "rtf")),
    ("▦", "spreadsheets, tables, notebooks", ("notebook", "table", "xlsx", "xls", "ods")),
    ("▭", "slides, drawings", ("pptx", "ppt", "odp", "odg")),
    ("❡", "electronic books", ("epub", "fb2")),
    ("◇", "web pages", ("html",)),
    ("λ", "source code", ("code",)),
    ("@", "mail", ("mail",)),
)
"""The signs that stand before files, with what they stand for, in words and as kinds."""
ICONS: Mapping[str, str] = {kind: sign for sign, _, kinds in SIGNS for kind in kinds}
UNKNOWN_ICON = "·"
BAR_CELLS = 5
SPANS: Sequence[tuple[int, str]] = (
    (31_536_000, "y"),
    (2_592_000, "mo"),
    (604_800, "w"),
    (86_400, "d"),
    (3_600, "h"),
    (60, "min"),
)
"""Seconds in a unit of age, largest first."""


def icon_of(kind: str) -> str:
    """The sign of one cell for a kind of document."""
    return ICONS.get(kind, UNKNOWN_ICON)


def place_in_file(hit: Hit, plain: bool = False) -> str:
    """Where in its file a hit is: its page, or its line in a file without pages.

    With `plain` the place says which of both it is.
    """
    if hit.page is None:
        return f"line {hit.line}" if plain else str(hit.line)
    return place(hit, "", "page " if plain else "p.")


def file_name(found: FileGroup | Hit) -> str:
    """The file's name without its folder."""
    return printable(os.path.basename(found.path), one_line=True)


def folder_name(found: FileGroup | Hit) -> str:
    """The file's folder, beginning with the name of its root; empty for a root that is a file."""
    return os.path.dirname(shown_name(found))


def shown_name(found: FileGroup | Hit) -> str:
    """The file's path, beginning with the name of its root."""
    root = os.path.dirname(found.root) or "/"
    path = os.path.relpath(found.path, root) if found.root else found.path
    return printable(path, one_line=True)


def short_place(hit: Hit) -> str:
    """The file and its page, or its line in a file without pages."""
    return place(hit, shown_name(hit), " p.")


def short_score(score: float) -> str:
    """A score in [0, 1] in three characters.

    >>> short_score(0.97), short_score(1.0)
    ('.97', '1.0')
    """
    return f"{score:.2f}"[1:] if score < 0.995 else f"{score:.1f}"


def score_bar(score: float) -> str:
    """A score in [0, 1] as a bar of five cells.

    >>> score_bar(0.5)
    '██▌  '
    """
    return bar(score, BAR_CELLS)


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
