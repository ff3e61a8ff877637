"""The document as pictures of its pages, in place of its text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from search.results import Hit

from ... import messages
from .picture_view import PictureView

if TYPE_CHECKING:
    from .preview import Preview

DRAWN_KINDS = ("pdf", "image")
"""The kinds of document that have pictures."""


class PagePictures:
    """Stands between the Preview and its PictureView, which is made when it is first wanted.

    Once switched on, it holds for all documents that have pictures, until it is switched off.
    """

    def __init__(self, preview: Preview) -> None:
        self._preview = preview
        self._view: PictureView | None = None
        self._hit: Hit | None = None
        self._asked: messages.Draw | None = None
        self.is_on = False
        self.page = 1

    def shows(self, hit: Hit | None) -> bool:
        """True if the hit's document is shown as a picture."""
        return self.is_on and hit is not None and hit.kind in DRAWN_KINDS

    def show(self, hit: Hit) -> None:
        """Show the page of the hit, unless another page of the same hit is shown."""
        if hit != self._hit:
            self._hit, self.page = hit, hit.page or 1
        if self._view is None:
            self._view = PictureView()
            self._preview.mount(self._view)
        self._view.display = True
        self._ask()

    def hide(self) -> None:
        """Show no picture any more."""
        self._hit = self._asked = None
        if self._view is not None and self._view.display:
            self._view.display = False
            self._view.show(None)

    def turn(self, step: int, pages: int | None) -> None:
        """Show the next page, or with -1 the page before; `pages` of them there are, if known."""
        page = max(self.page + step, 1)
        if pages:
            page = min(page, pages)
        if page != self.page:
            self.page = page
            self._ask()

    def redraw(self) -> None:
        """Draw the picture again: a dialog has come over it, or is gone."""
        if self._view is not None:
            self._view.refresh()

    def ask_anew(self) -> None:
        """Ask for the picture in another size."""
        if self._hit is not None:
            self._ask()

    def _ask(self) -> None:
        view, hit = self._view, self._hit
        if view is None or hit is None or not view.size:
            # The view asks again when it has its size.
            return
        ask = messages.Draw(hit.path, self.page, view.size.width, view.size.height)
        if self._asked is None or not ask.is_same(self._asked):
            self._asked = ask
            view.show(None, f"drawing page {self.page:,} …" if hit.kind == "pdf" else "drawing …")
            self._preview.post_message(ask)

    def take(self, report: messages.PictureDrawn) -> None:
        """Show the picture, or why there is none, if it is the one that was asked for last."""
        if self._view is None or self._asked is None or not report.ask.is_same(self._asked):
            return
        if report.error is None:
            self._view.show(report.shown)
        else:
            self._view.show(None, f"{report.error.message}; Alt+I shows the text")
