"""The recent queries, a list that is filtered while the user types."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static

from ...terminal import printable
from ..history import History


class RecentScreen(ModalScreen[str | None]):
    """Returns one of the queries of `history`, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,ctrl+p", "move(-1)", "Newer", show=False, priority=True),
        Binding("down,ctrl+n,ctrl+r", "move(1)", "Older", show=False, priority=True),
        Binding("escape", "dismiss(None)", "Cancel"),
    ]

    def __init__(self, history: History) -> None:
        super().__init__()
        self.history = history
        self._lines: list[str] = []

    def compose(self) -> ComposeResult:
        """The words to look for, the queries that hold them, and the keys."""
        with Vertical(classes="dialog"):
            yield Static("Recent queries", classes="dialog-title")
            yield Input(placeholder="Words of the query")
            yield OptionList(id="recent")
            yield Static(
                "Enter: search it   Up, Down: choose   Escape: cancel", classes="dialog-keys"
            )

    def on_mount(self) -> None:
        """Show all queries; the input keeps the focus."""
        self.query_one(OptionList).can_focus = False
        self._show("")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show the queries that hold the typed words."""
        event.stop()
        self._show(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Return the selected query."""
        event.stop()
        self._choose(self.query_one(OptionList).highlighted)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Return the query that was clicked."""
        event.stop()
        self._choose(event.option_index)

    def action_move(self, step: int) -> None:
        """Select the next or previous query."""
        queries = self.query_one(OptionList)
        if self._lines:
            place = (queries.highlighted or 0) + step
            queries.highlighted = min(max(place, 0), len(self._lines) - 1)

    def _choose(self, place: int | None) -> None:
        if place is not None:
            self.dismiss(self._lines[place])

    def _show(self, words: str) -> None:
        self._lines = self.history.matching(words)
        queries = self.query_one(OptionList)
        # A Content is no markup: a query may hold brackets.
        queries.set_options([Content(printable(line, one_line=True)) for line in self._lines])
        queries.highlighted = 0 if self._lines else None
