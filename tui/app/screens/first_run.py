"""The dialog of the first run: it asks for a folder and a profile."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, RadioButton, RadioSet, Static

from search.models.profiles import Profile

from ...messages import StartIngest
from ..widgets.folder_input import FolderInput

INTRODUCTION = (
    "Which folder is to be searched? It is read and never changed, and nothing leaves this machine."
)


class ProfileButton(RadioButton):
    """A radio button whose state is visible without colours."""

    BUTTON_LEFT, BUTTON_INNER, BUTTON_RIGHT = "(", " ", ")"

    def watch_value(self) -> None:
        """Mark the button if it is chosen."""
        super().watch_value()
        self.BUTTON_INNER = "x" if self.value else " "


class FirstRunScreen(ModalScreen[StartIngest | None]):
    """Returns the ingest to start, or None.

    A folder and one of `profiles` are chosen from the start, so that Enter suffices.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "later", "Later")]

    def __init__(self, profiles: Sequence[Profile], chosen: str) -> None:
        super().__init__()
        self._profiles = profiles
        self._chosen = chosen

    def compose(self) -> ComposeResult:
        """A folder, a profile, the keys."""
        with Vertical(id="first-run", classes="dialog"):
            yield Static("Welcome to docsearch", classes="dialog-title")
            yield Static(INTRODUCTION)
            yield FolderInput(usual_folder())
            yield Static("", id="problem", markup=False)
            yield Static("Models")
            with RadioSet(id="profile"):
                for profile in self._profiles:
                    yield ProfileButton(profile.name, value=profile.name == self._chosen)
            yield Static("", id="purpose")
            yield Static("Enter: read it   Right: complete   Escape: later", classes="dialog-keys")

    def on_mount(self) -> None:
        """Focus the folder."""
        self._show_purpose()
        self.query_one(FolderInput).focus()

    def on_radio_set_changed(self, event: RadioSet.Changed) -> None:
        """Show what the profile is for."""
        event.stop()
        self._show_purpose()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Return the ingest, or tell what is wrong with the folder."""
        event.stop()
        line = self.query_one(FolderInput)
        if line.problem:
            self.query_one("#problem", Static).update(line.problem)
        else:
            self.dismiss(StartIngest((line.folder,), self._profile.name))

    def action_later(self) -> None:
        """Leave without a folder."""
        self.dismiss(None)

    @property
    def _profile(self) -> Profile:
        return self._profiles[max(self.query_one(RadioSet).pressed_index, 0)]

    def _show_purpose(self) -> None:
        self.query_one("#purpose", Static).update(self._profile.purpose)


def usual_folder() -> str:
    """The folder in which most people keep their documents, or the working folder without it."""
    return "~/Documents" if os.path.isdir(os.path.expanduser("~/Documents")) else os.getcwd()
