"""The panel that explains how the selected hit came to its place. It follows the selection."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from search.results import Hit

from ...output import explanation_lines
from ...terminal import printable
from ..bars import bar
from ..hit_labels import short_place
from ..why import Part, parts, sentence
from ..widgets.hit_list import HitList

BAR_CELLS = 20


class ExplainScreen(ModalScreen[None]):
    """What each stage says of the selected hit of `hits`.

    With `plain` there are no bars, but percentages as everywhere.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,e,enter", "dismiss", "Close"),
        Binding("j,down", "move(1)", "Next hit"),
        Binding("k,up", "move(-1)", "Previous hit"),
        Binding("d", "details", "Numbers"),
    ]

    def __init__(self, hits: HitList, plain: bool = False) -> None:
        super().__init__()
        self.hits = hits
        self.plain = plain
        self.details = False

    def compose(self) -> ComposeResult:
        """The hit, a bar for each stage, a sentence, the numbers, the keys."""
        with Vertical(classes="dialog"):
            yield Static(classes="dialog-title", markup=False)
            yield Static(id="bars", markup=False)
            yield Static(id="why", markup=False)
            yield Static(id="explanation", markup=False)
            yield Static("j k: other hits   d: numbers   Escape: close", classes="dialog-keys")

    def on_mount(self) -> None:
        """Follow the selection, also when an answer moves it."""
        self.watch(self.hits, "current", self._show)

    def action_move(self, step: int) -> None:
        """Select the next or the previous hit."""
        if step > 0:
            self.hits.action_cursor_down()
        else:
            self.hits.action_cursor_up()

    def action_details(self) -> None:
        """Show or hide the scores of each stage."""
        self.details = not self.details
        self._show(self.hits.hit)

    def _show(self, hit: Hit | None) -> None:
        if hit is None:
            # Another dialog may be above the panel, which then stays as it is.
            if self.is_current:
                self.dismiss()
            return
        title = f"Why hit {hit.rank}: {short_place(hit)}"
        bars = "\n".join(self._bar(part) for part in parts(hit))
        numbers = self.query_one("#explanation", Static)
        self.query_one(".dialog-title", Static).update(title)
        self.query_one("#bars", Static).update(bars)
        self.query_one("#why", Static).update(printable(sentence(hit), one_line=True))
        numbers.update("\n".join(explanation_lines(hit)) if hit.explanation is not None else "")
        numbers.display = self.details

    def _bar(self, part: Part) -> str:
        """A stage's name, its bar and its percentage."""
        if part.share is None:
            return f"{part.name:9}none"
        drawn = "" if self.plain else bar(part.share, BAR_CELLS) + " "
        return f"{part.name:9}{drawn}{part.share:4.0%}"
