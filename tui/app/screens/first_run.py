"""The dialog of the first run: it asks for a folder and a profile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Input, RadioButton, RadioSet, Static
from textual.worker import get_current_worker

from search.models.profiles import Profile

from ... import messages
from ...messages import StartIngest
from ..errands import Post, Stale
from ..folder_line import size_line
from ..usual_folder import usual_folder
from ..widgets.folder_input import FolderInput

Measure = Callable[[str, str, Post, Stale], None]

PAUSE_SECONDS = 0.4
"""How long a folder stands in the input before it is looked into."""
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

    def __init__(self, profiles: Sequence[Profile], chosen: str, measure: Measure) -> None:
        super().__init__()
        self._profiles = profiles
        self._chosen = chosen
        self._measure = measure
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """A folder, a profile, the keys."""
        with Vertical(id="first-run", classes="dialog"):
            yield Static("Welcome to docsearch", classes="dialog-title")
            yield Static(INTRODUCTION)
            yield FolderInput(usual_folder())
            yield Static("", id="problem", markup=False)
            yield Static("", id="size", markup=False)
            if len(self._profiles) > 1:
                yield Static("Models")
                with RadioSet(id="profile"):
                    for profile in self._profiles:
                        yield ProfileButton(profile.name, value=profile.name == self._chosen)
            yield Static("", id="purpose")
            models = "   Down: models" if len(self._profiles) > 1 else ""
            keys = f"Enter: read it   Tab: complete{models}   Escape: later"
            yield Static(keys, classes="dialog-keys")

    def on_mount(self) -> None:
        """Focus the folder."""
        self._show_purpose()
        self.query_one(FolderInput).focus()
        self._look()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Look into another folder when the user pauses."""
        event.stop()
        self.query_one("#problem", Static).update("")
        self.query_one("#size", Static).update("")
        self.workers.cancel_group(self, "measure")
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(PAUSE_SECONDS, self._look)

    def on_folder_input_candidates(self, event: FolderInput.Candidates) -> None:
        """Show the folders that the typed text may mean."""
        event.stop()
        self.query_one("#size", Static).update(event.text)

    def on_folder_measured(self, report: messages.FolderMeasured) -> None:
        """Show how much there is to read, if its folder is still in the input."""
        if report.folder == self.query_one(FolderInput).folder:
            self.query_one("#size", Static).update(size_line(report.size, report.seconds))

    def on_radio_set_changed(self, event: RadioSet.Changed) -> None:
        """Show what the profile is for."""
        event.stop()
        self._show_purpose()
        self._look()

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
        if len(self._profiles) == 1:
            return self._profiles[0]
        return self._profiles[max(self.query_one(RadioSet).pressed_index, 0)]

    def _show_purpose(self) -> None:
        alone = f"Models: {self._profile.name}, " if len(self._profiles) == 1 else ""
        self.query_one("#purpose", Static).update(alone + self._profile.purpose)

    def _look(self) -> None:
        """Measure the folder in a worker; another folder, or the end of the dialog, stops it."""
        line = self.query_one(FolderInput)
        if line.problem:
            return
        folder, profile = line.folder, self._profile.name
        if not self.query_one("#size", Static).content:
            self.query_one("#size", Static).update("Looking how much there is to read …")

        def work() -> None:
            worker = get_current_worker()
            self._measure(folder, profile, self.post_message, lambda: worker.is_cancelled)

        self.run_worker(work, group="measure", thread=True, exclusive=True, exit_on_error=False)
