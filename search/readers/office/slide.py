"""A slide of a presentation as blocks: a page with its title, its body and its notes."""

from __future__ import annotations

from collections.abc import Sequence

from ..flow import Flow, Stretch
from ..title import MAX_TITLE


def add_slide(flow: Flow, title: str, body: Sequence[Stretch], notes: Sequence[Stretch]) -> None:
    """Put a slide into `flow` as a page. A short first line heads a slide without a title."""
    flow.page()
    if not title and body and len(body[0].text) <= MAX_TITLE:
        # Without a heading, the slide would pass for a part of the slide before it.
        title, body = body[0].text, body[1:]
    flow.add("heading", title, 1)
    flow.hang([*body, *notes])
