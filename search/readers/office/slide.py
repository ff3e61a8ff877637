"""A slide of a presentation as blocks: a page with its title as heading, what it shows, what is told with it."""

from __future__ import annotations

from collections.abc import Sequence

from ..flow import Flow, Stretch
from ..title import MAX_TITLE


def add_slide(flow: Flow, title: str, shown: Sequence[Stretch], told: Sequence[Stretch]) -> None:
    """Put a slide into `flow`. Where it has no title its first line, if that is short, becomes the heading."""
    flow.page()
    if not title and shown and len(shown[0].text) <= MAX_TITLE:
        # Without a heading of its own, a slide would pass for a part of the one before it.
        title, shown = shown[0].text, shown[1:]
    flow.add("heading", title, 1)
    flow.hang([*shown, *told])
