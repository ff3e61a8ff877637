"""The selected hit in its document: first the passage alone, then the document around it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.timer import Timer
from textual.widgets import Static

from search.results import Hit

from ... import messages
from ...terminal import printable
from ..match_steps import matches, next_match
from ..rendering.signs import BOXES, PLAIN
from ..sheet import Sheet, sheet_of_hit
from .document_view import BAR, PLAIN_BAR, DocumentView
from .page_pictures import DRAWN_KINDS, PagePictures

if TYPE_CHECKING:
    from .outline import Outline

PAUSE_SECONDS = 0.12
"""How long a passage waits while the user types: longer than a quick typist's pause."""
MARGIN = 50_000
"""The next part of a long document is asked for this many characters before the end of this one."""
REST_SECONDS = 0.15
"""How long a hit has to stay selected before its document is read."""

OUTLINE_WIDTH = 100
"""The outline is shown in terminals of this width at least."""


class Preview(Vertical):
    """A line that names the place in the document, above the document."""

    def __init__(self, plain: bool = False, pictures: bool = False) -> None:
        super().__init__()
        self._has_pictures = pictures
        """True where the terminal shows pictures."""
        self.pictures = PagePictures(self)
        self.plain = plain
        self._signs = PLAIN if plain else BOXES
        self._hit: Hit | None = None
        self._hits: Sequence[Hit] = ()
        self._timer: Timer | None = None
        self._asked: int | None = None
        """The offset around which another part was asked for, until that part comes."""
        self._target: int | None = None
        """The offset of a match in a part that was asked for."""
        self._match = ""
        """Which match the reader went to, as in "match 2 of 7"."""
        self._is_full = False
        self._outline: Outline | None = None
        self._outlined: Sheet | None = None

    def compose(self) -> ComposeResult:
        """The line and the document."""
        yield Static("", id="place", markup=False)
        yield DocumentView(PLAIN_BAR if self.plain else BAR)

    def show_hit(self, hit: Hit | None, hits: Sequence[Hit], at_once: bool = True) -> None:
        """Show the passage, and its document when the hit stays selected; `hits` are marked too.

        Unless `at_once`, the passage waits for a pause: while the user types, the hits are drawn
        faster without it.
        """
        if hit != self._hit:
            self._match, self._target = "", None
        self._hit, self._hits = hit, hits
        if self._timer is not None:
            self._timer.stop()
        if at_once or hit is None:
            self._show()
        else:
            self._timer = self.set_timer(PAUSE_SECONDS, self._show)

    def _show(self) -> None:
        hit, hits, view = self._hit, self._hits, self.query_one(DocumentView)
        if not self.display:
            return
        view.display = not self.pictures.shows(hit)
        if hit is not None and self.pictures.shows(hit):
            self.pictures.show(hit)
        else:
            self.pictures.hide()
        if hit is None:
            view.show(None, None)
        elif (
            view.sheet is not None
            and view.sheet.whole
            and view.sheet.path == hit.path
            and view.sheet.holds(_answer(hit))
        ):
            view.show(view.sheet, hit, hits)
        else:
            view.show(sheet_of_hit(hit, view.text_width, self._signs), hit, hits)
            self._timer = self.set_timer(REST_SECONDS, self.want)
        self._show_place()

    def show_sheet(self, sheet: Sheet, scrolled: bool) -> None:
        """Show a document that was asked for, if its hit is still selected."""
        if self._hit is not None and self._hit.path == sheet.path:
            self._asked = None
            view = self.query_one(DocumentView)
            view.show(sheet, self._hit, self._hits, scrolled)
            if self._target is not None and view.go_to(self._target):
                self._target = None
            self._show_outline()
            self._show_place()

    def show_as(self, arrangement: str) -> None:
        """Show the document alone, with its outline, or beside the hits, or not at all."""
        self._is_full = arrangement == "full"
        self.display = arrangement != "hidden"
        if self.is_running:
            self._show_outline()
            # The document has its new width after the next layout.
            self.call_after_refresh(self._show)

    def switch_pictures(self) -> None:
        """Show pages as pictures, or as text again."""
        if not self._has_pictures:
            self.notify("This terminal shows no pictures, or has no colours for them")
            return
        if not self.pictures.is_on and self._hit is not None and self._hit.kind not in DRAWN_KINDS:
            self.notify("Only pages of a PDF and pictures can be shown as they are")
            return
        self.pictures.is_on = not self.pictures.is_on
        self._show()

    def on_picture_view_resized(self) -> None:
        """Ask for the picture in the new size."""
        self.pictures.ask_anew()

    def scroll_pages(self, pages: int) -> None:
        """Scroll the document a page on, or with -1 a page back; turn the page of a picture."""
        view = self.query_one(DocumentView)
        if self.pictures.shows(self._hit):
            sheet = view.sheet
            self.pictures.turn(
                pages, sheet.page_count if sheet is not None and sheet.whole else None
            )
            self._show_place()
        elif pages < 0:
            view.scroll_page_up(animate=False)
        else:
            view.scroll_page_down(animate=False)

    def focus_document(self) -> None:
        """Let the keys go to the document."""
        self.query_one(DocumentView).focus()

    def go_to_match(self, step: int) -> None:
        """Go to the next match in the document, or with a `step` of -1 to the previous one."""
        view = self.query_one(DocumentView)
        if self._hit is None or view.sheet is None or not self.display:
            return
        if self.pictures.shows(self._hit):
            # Matches are marked in the text.
            self.switch_pictures()
        found = matches(self._hit.path, self._hits)
        if not found:
            self.notify("No word of the query stands in this document")
            return
        current = view.current_char
        place = next_match(found, view.top_char if current is None else current, step)
        self._match = f"match {place + 1:,} of {len(found):,}"
        if not view.go_to(found[place]):
            self._target = found[place]
            self._ask_for(found[place], scrolled=True)
        self._show_place()

    def _show_outline(self) -> None:
        """Show the headings beside a document that is shown alone, where there is room."""
        sheet = self.query_one(DocumentView).sheet
        wanted = (
            self._is_full
            and not self.pictures.shows(self._hit)
            and sheet is not None
            and bool(sheet.headings)
            and sheet.whole
            and self.screen.size.width >= OUTLINE_WIDTH
        )
        kept = self._outlined
        if wanted and kept is not None and sheet is not None and kept.rows is sheet.rows:
            return
        if self._outline is not None:
            self._outline.remove()
            self._outline = self._outlined = None
        if wanted and sheet is not None:
            from .outline import Outline

            self._outline, self._outlined = Outline(sheet), sheet
            self.mount(self._outline)

    def on_outline_chosen(self, event: Outline.Chosen) -> None:
        """Go to a heading."""
        event.stop()
        self.query_one(DocumentView).go_to(event.char, below=0)

    def on_document_view_resized(self) -> None:
        """Ask for rows of the new width."""
        self.want()

    def on_document_view_moved(self) -> None:
        """Show the place, and ask for another part of the document if this one is about to end."""
        self._show_place()
        view = self.query_one(DocumentView)
        if self._hit is None or view.sheet is None or not view.sheet.whole:
            return
        around = view.top_char
        if not view.sheet.holds(around, MARGIN) and (
            self._asked is None or abs(around - self._asked) > MARGIN
        ):
            self._asked = around
            self._ask_for(around, scrolled=True)

    def want(self) -> None:
        """Ask for the document of the selected hit."""
        if self._hit is not None and self.display:
            self._ask_for(_answer(self._hit), scrolled=False)

    def _ask_for(self, around: int, scrolled: bool) -> None:
        if self._hit is not None:
            width = self.query_one(DocumentView).text_width
            self.post_message(messages.Read(self._hit.path, width, around, scrolled))

    def _show_place(self) -> None:
        view, line = self.query_one(DocumentView), ""
        if self._hit is not None and view.sheet is not None:
            title = printable(self._hit.title, one_line=True)
            shown = view.current_char
            if shown is None:
                answer = _answer(self._hit)
                shown = answer if view.shows(answer) else view.top_char
            place = _place(view.sheet, shown, self._hit)
            if self.pictures.shows(self._hit):
                place = self._picture_place(view.sheet)
            line = " · ".join(filter(None, (place, self._match, title)))
            if self._outline is not None:
                self._outline.follow(shown)
        self.query_one("#place", Static).update(line, layout=False)

    def _picture_place(self, sheet: Sheet) -> str:
        """The page that is shown as a picture."""
        if self._hit is None or self._hit.page is None:
            return "picture"
        pages = f" of {sheet.page_count:,}" if sheet.whole else ""
        return f"page {self.pictures.page:,}{pages}"


def _answer(hit: Hit) -> int:
    """The offset in the document of the hit's answer."""
    return hit.char_start + hit.offset


def _place(sheet: Sheet, shown: int, hit: Hit) -> str:
    """The page or line at the document's offset `shown`, or that of a passage that stands alone."""
    if not sheet.whole:
        return f"line {hit.line:,}" if hit.page is None else f"page {hit.page:,}"
    offset = max(shown - sheet.first_char, 0)
    if (page := sheet.page_at(offset)) is not None:
        return f"page {page:,} of {sheet.page_count:,}"
    return f"line {sheet.line_at(offset):,} of {sheet.lines:,}"
