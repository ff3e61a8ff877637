"""Documents as a reader sees them: signs are left out, tables aligned, headers laid out.

A renderer only replaces pieces of a line, so each line stays a line, and `Places` keeps the place
of each character.
"""

from __future__ import annotations

from .rendered import Rendered
from .signs import Signs

__all__ = ["Rendered", "Signs", "render"]


def render(
    kind: str, text: str, pages: tuple[int, ...], width: int, signs: Signs, near: tuple[int, int]
) -> Rendered:
    """What a reader sees of a text of that kind in rows of `width` cells.

    Markdown is rendered in the range `near` only.
    """
    # The first paint of the app, which shows no document, need not wait for the renderers.
    if pages:
        from .pages import render_pages

        return render_pages(text, pages, width, signs)
    if kind == "markdown":
        from .markdown import render_markdown

        return render_markdown(text, width, signs, near)
    if kind == "mail":
        from .mail import render_mail

        return render_mail(text)
    return Rendered()
