"""The dialog on what was left out: why, which files, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from search.paths import within

from ... import messages
from ...remedies import command_for
from ...terminal import printable
from ..widgets.left_out import Advice

KEYS = "r: read again   Ctrl+Z: to the shell, fg back   Escape: back"


class AdviceScreen(ModalScreen[bool]):
    """Shows the advice; returns True for the key r, to read the folders again.

    Files that are only counted are looked for in the `roots`, and the key c then copies the command
    that reads them.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "dismiss(True)", "Refresh"),
        Binding("c", "copy", "Copy the command"),
        Binding("down,j", "go(1)", "Down", show=False),
        Binding("up,k", "go(-1)", "Up", show=False),
        Binding("escape,enter,q", "dismiss(False)", "Back"),
    ]

    def __init__(self, advice: Advice, roots: Sequence[str]) -> None:
        super().__init__()
        self.advice = advice
        self._roots = roots
        self._commands = ""

    def compose(self) -> ComposeResult:
        """The file, the reason and the remedy, the files of a reason, and the keys."""
        with Vertical(classes="dialog"):
            yield Static(self.advice.title, classes="dialog-title", markup=False)
            yield Static(self.advice.text, markup=False)
            yield Static("", id="passed-over", markup=False)
            yield Static(KEYS, id="advice-keys", classes="dialog-keys")

    def on_mount(self) -> None:
        """Ask for the files that are only counted."""
        self.query_one("#passed-over").display = bool(self.advice.counted)
        if self.advice.counted:
            self.query_one("#passed-over", Static).update("\nlooking for them …")
            self.post_message(messages.ListPassedOver(self.advice.counted))

    def on_passed_over_listed(self, report: messages.PassedOverListed) -> None:
        """Show the files, and offer the command for their folders."""
        paths = [skip.path for skip in report.skips]
        lines = [printable(path, one_line=True) for path in paths] or ["There are none any more."]
        self.query_one("#passed-over", Static).update("\n" + "\n".join(lines))
        roots = [root for root in self._roots if any(within(path, root) for path in paths)]
        commands = (command_for(report.reason, root) for root in roots)
        self._commands = "\n".join(filter(None, commands))
        if self._commands:
            self.query_one("#advice-keys", Static).update(f"c: copy the command   {KEYS}")

    def action_go(self, rows: int) -> None:
        """Scroll a list that is longer than the screen."""
        self.query_one(".dialog").scroll_relative(y=rows, animate=False)

    def action_copy(self) -> None:
        """Copy the command that reads these files."""
        if self._commands:
            self.app.copy_to_clipboard(self._commands)
            self.notify(printable(self._commands), title="Copied", markup=False)
