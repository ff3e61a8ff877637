"""Pages: a rule with the number of the page stands between two of them."""

from __future__ import annotations

from .rendered import Rendered
from .signs import Signs


def render_pages(text: str, pages: tuple[int, ...], width: int, signs: Signs) -> Rendered:
    """Put a rule into the blank line before each page.

    `pages` are the offsets at which the pages start. Of pages without text, only the next page that
    has some gets a rule.
    """
    shown = Rendered()
    starts = {start: number for number, start in enumerate(pages, 1)}
    for start, number in starts.items():
        if start > 1 and text[start - 2 : start] == "\n\n":
            shown.edits.append((start - 1, start - 1, signs.rule(width, f"page {number:,}")))
            shown.colours.append((start - 1, start, "rule"))
    return shown
