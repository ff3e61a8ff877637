"""The dialogs: they ask for a folder, a model, a number of bits, or a confirmation."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from ..widgets.folder_input import FolderInput


class FolderScreen(ModalScreen[str | None]):
    """Returns the absolute path of a readable folder or file, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Cancel")]

    def compose(self) -> ComposeResult:
        """The folder and the keys."""
        with Vertical(classes="dialog"):
            yield Static("Add a folder", classes="dialog-title")
            yield FolderInput()
            yield Static("", id="problem", markup=False)
            yield Static("Enter: read it   Tab: complete   Escape: cancel", classes="dialog-keys")

    def on_folder_input_candidates(self, event: FolderInput.Candidates) -> None:
        """Show the folders that the typed text may mean."""
        event.stop()
        self.query_one("#problem", Static).update(event.text)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Return the folder, or tell what is wrong with it."""
        event.stop()
        line = self.query_one(FolderInput)
        if line.problem:
            self.query_one("#problem", Static).update(line.problem)
        else:
            self.dismiss(line.folder)

    def action_leave(self) -> None:
        """Return None."""
        self.dismiss(None)


class NameScreen(ModalScreen[str | None]):
    """Returns the name of a model on the hub, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel")]

    def compose(self) -> ComposeResult:
        """The name and the keys."""
        with Vertical(classes="dialog"):
            yield Static("Pull a model from the Hugging Face hub", classes="dialog-title")
            yield Input(placeholder="ORG/NAME", restrict=r"[\w./-]*")
            yield Static("Enter: pull it   Escape: cancel", classes="dialog-keys")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Return the name."""
        event.stop()
        self.dismiss(event.value.strip() or None)


class BitsScreen(ModalScreen[int | None]):
    """Asks to how many bits a weight the model is to be quantised; returns them, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("8", "answer(8)", "8 bits"),
        Binding("4", "answer(4)", "4 bits"),
        Binding("escape", "dismiss(None)", "Cancel"),
    ]

    def __init__(self, model: str) -> None:
        super().__init__()
        self.model = model

    def compose(self) -> ComposeResult:
        """The question and its answers."""
        with Vertical(classes="dialog"):
            yield Static(
                f"Convert {self.model} to MLX's quantised form, as a new model", markup=False
            )
            yield Static(
                "8: 8 bits, half the size   4: 4 bits, a quarter   Escape: cancel",
                classes="dialog-keys",
            )

    def action_answer(self, bits: int) -> None:
        """Return the bits."""
        self.dismiss(bits)


class ConfirmScreen(ModalScreen[bool]):
    """Asks a question; returns True for the key y, False for n, Escape and Enter."""

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
        """Return the answer."""
        self.dismiss(yes)
