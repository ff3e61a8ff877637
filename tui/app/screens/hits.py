"""A screen of hits, with the document of the selected one: what can be done with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from textual.screen import Screen

from search.results import Hit

from ... import messages
from ...preferences import Preferences
from ..hit_actions import HitActions
from ..marks import Marks
from ..widgets.found import Found
from ..widgets.hit_list import HitList
from ..widgets.preview import Preview


class HitsScreen(Screen[None]):
    """Acts on the hits in `hits`, however they came there. A screen that finds them composes them.

    `environment` names the editor. `choose` is what becomes of hits that are not opened but chosen.
    `pictures` is true where the terminal shows pictures.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        clock: Callable[[], datetime],
        plain: bool,
        choose: Callable[[Sequence[Hit]], None] | None,
        pictures: bool,
    ) -> None:
        super().__init__()
        self.plain = plain
        self.marks = Marks()
        self.hits = HitList(clock, plain, self.marks)
        self.document = Preview(plain, pictures)
        self.found = Found(self.hits, self.document)
        self.actions = HitActions(self, self.hits, environment, choose)

    @property
    def hit(self) -> Hit | None:
        """The selected hit."""
        return self.hits.hit

    # The hits

    def action_mark(self) -> None:
        """Mark the selected hit, or take its mark off."""
        self.hits.action_mark()

    def action_clear_marks(self) -> None:
        """Take all marks off."""
        self.hits.action_clear_marks()

    def action_view(self) -> None:
        """Open the document in the system's viewer."""
        self.actions.view()

    def on_text_read(self, report: messages.TextRead) -> None:
        """Show the text in the pager."""
        self.actions.page(report.hit, report.text)

    def action_copy_place(self) -> None:
        """Copy path:line of the marked hits, or else of the selected one."""
        self.actions.copy_places()

    def action_copy_passage(self) -> None:
        """Copy the passages as quotes with their places, like action_copy_place."""
        self.actions.copy_quotes()

    def action_other_hit(self, step: int) -> None:
        """Select the next or previous hit of the same document, in its order."""
        self.actions.select_other(step)

    def action_explain(self) -> None:
        """Show how the hit came to its place."""
        self.actions.explain()

    # The document

    def on_screen_suspend(self) -> None:
        """Show no picture under a dialog."""
        self.document.pictures.redraw()

    def on_screen_resume(self) -> None:
        """Show the picture again."""
        self.document.pictures.redraw()

    def on_document_read(self, report: messages.DocumentRead) -> None:
        """Show the document if its hit is still selected."""
        self.document.show_sheet(report.sheet, report.scrolled)

    def on_picture_drawn(self, report: messages.PictureDrawn) -> None:
        """Show the picture if it is still wanted."""
        self.document.pictures.take(report)

    def action_picture(self) -> None:
        """Show pages as pictures, or as text again."""
        self.document.switch_pictures()

    def action_match(self) -> None:
        """Go to the next match in the document."""
        self.document.go_to_match(1)

    def action_previous_match(self) -> None:
        """Go to the previous match in the document."""
        self.document.go_to_match(-1)

    def action_scroll_document(self, pages: int) -> None:
        """Scroll the document."""
        self.document.scroll_pages(pages)

    # The looks

    def prefer(self, preferences: Preferences) -> None:
        """Let the hits and the document look as the user likes it."""
        self.found.prefer(preferences)

    def action_compact(self) -> None:
        """Change between the compact and the comfortable list."""
        self.hits.action_compact()

    def action_arrange(self) -> None:
        """Put the document right of the hits, below them, in their place, or away."""
        self.found.place_next()
