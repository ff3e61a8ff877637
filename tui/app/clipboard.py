"""Copies hits: their places, or their passages as quotes in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from textual.app import App

from search.results import Hit

from ..output import place
from ..terminal import printable

SHOWN_LETTERS = 80
"""How much of what was copied a message repeats."""


def copy_places(app: App[Any], hits: Sequence[Hit]) -> None:
    """Copy the places of the hits as path:line, one a line."""
    _copy(app, "\n".join(f"{hit.path}:{hit.line}" for hit in hits), len(hits), "places")


def copy_quotes(app: App[Any], hits: Sequence[Hit]) -> None:
    """Copy the passages of the hits as quotes in Markdown, each with its place below it."""
    _copy(app, quotes(hits), len(hits), "passages")


def quotes(hits: Iterable[Hit]) -> str:
    """The hits' passages as quotes in Markdown, each with its place below it."""
    return "\n\n".join(map(_quote, hits))


def _quote(hit: Hit) -> str:
    lines = printable(hit.text).strip("\n").split("\n")
    quoted = "\n".join(f"> {line}".rstrip() for line in lines)
    return f"{quoted}\n\n— {place(hit, hit.path)}"


def _copy(app: App[Any], text: str, count: int, what: str) -> None:
    if not count:
        return
    # A terminal takes UTF-8 alone.
    text = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    app.copy_to_clipboard(text)
    title = "Copied" if count == 1 else f"Copied {count} {what}"
    app.notify(printable(text, one_line=True)[:SHOWN_LETTERS], title=title, markup=False)
