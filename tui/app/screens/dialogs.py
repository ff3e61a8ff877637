"""Two questions that a screen asks: which folder, and whether to go on."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from ..widgets.folder_input import FolderInput


class FolderScreen(ModalScreen[str | None]):
    """Gives the absolute path of a folder or file that can be read, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Cancel")]

    def compose(self) -> ComposeResult:
        """The folder and what the keys do."""
        with Vertical(classes="dialog"):
            yield Static("Add a folder", classes="dialog-title")
            yield FolderInput()
            yield Static("", id="problem", markup=False)
            yield Static("Enter: read it   Right: complete   Escape: cancel", classes="dialog-keys")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Give the folder, or say what is wrong with it."""
        event.stop()
        line = self.query_one(FolderInput)
        if line.problem:
            self.query_one("#problem", Static).update(line.problem)
        else:
            self.dismiss(line.folder)

    def action_leave(self) -> None:
        """Give None."""
        self.dismiss(None)


class ConfirmScreen(ModalScreen[bool]):
    """Asks a question that `y` affirms; everything else denies."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes"),
        Binding("n,escape,enter", "answer(False)", "No"),
    ]

    def __init__(self, question: str) -> None:
        super().__init__()
        self.question = question

    def compose(self) -> ComposeResult:
        """The question and its answers."""
        with Vertical(classes="dialog"):
            yield Static(self.question, markup=False)
            yield Static("y: yes   n: no", classes="dialog-keys")

    def action_answer(self, yes: bool) -> None:
        """Give the answer."""
        self.dismiss(yes)
