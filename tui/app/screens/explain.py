"""The screen that explains how a hit came to its place."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from search.results import Hit

from ...output import explanation_lines
from ..widgets.hit_row import short_place


class ExplainScreen(ModalScreen[None]):
    """The scores of one hit at each stage."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,e,enter", "dismiss", "Close")]

    def __init__(self, hit: Hit) -> None:
        super().__init__()
        self.hit = hit

    def compose(self) -> ComposeResult:
        """The hit, a line for each stage, the keys."""
        title = f"Hit {self.hit.rank}: {short_place(self.hit)}"
        with Vertical(classes="dialog"):
            yield Static(title, classes="dialog-title", markup=False)
            yield Static("\n".join(explanation_lines(self.hit)), id="explanation", markup=False)
            yield Static("Escape: close", classes="dialog-keys")
