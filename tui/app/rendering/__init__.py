"""Documents as a reader sees them: signs are left out, tables aligned, headers laid out.

A renderer only replaces pieces of a line, so each line stays a line, and `Places` keeps the place
of each character.
"""

from __future__ import annotations

from .mail import render_mail
from .markdown import render_markdown
from .pages import render_pages
from .rendered import Rendered
from .signs import Signs

__all__ = ["Rendered", "Signs", "rendered"]


def rendered(
    kind: str, text: str, pages: tuple[int, ...], width: int, signs: Signs, near: tuple[int, int]
) -> Rendered:
    """What a reader sees of a text of that kind in rows of `width` cells.

    Markdown is rendered in the range `near` only.
    """
    if pages:
        return render_pages(text, pages, width, signs)
    if kind == "markdown":
        return render_markdown(text, width, signs, near)
    if kind == "mail":
        return render_mail(text)
    return Rendered()
