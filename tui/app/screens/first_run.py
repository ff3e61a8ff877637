"""The first run: which folder to read, and with which models."""

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
    """A choice that can be told from the others without colours."""

    BUTTON_LEFT, BUTTON_INNER, BUTTON_RIGHT = "(", " ", ")"

    def watch_value(self) -> None:
        """Mark it where it is chosen."""
        super().watch_value()
        self.BUTTON_INNER = "x" if self.value else " "


class FirstRunScreen(ModalScreen[StartIngest | None]):
    """Gives the ingest to start, or None. A folder and one of `profiles` are chosen already, so that Enter suffices."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "later", "Later")]

    def __init__(self, profiles: Sequence[Profile], chosen: str) -> None:
        super().__init__()
        self._profiles = profiles
        self._chosen = chosen

    def compose(self) -> ComposeResult:
        """A folder, a profile, and what the keys do."""
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
        """Start with the folder."""
        self._show_purpose()
        self.query_one(FolderInput).focus()

    def on_radio_set_changed(self, event: RadioSet.Changed) -> None:
        """Say what the profile is for."""
        event.stop()
        self._show_purpose()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Start with the folder, if it is one."""
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
    """The folder that most people keep their documents in, else the working folder."""
    return "~/Documents" if os.path.isdir(os.path.expanduser("~/Documents")) else os.getcwd()
