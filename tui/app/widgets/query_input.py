"""The input for a query, with the history of the lines that were typed before."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Input

from ...terminal import printable
from ..history import History

EDITS = ("delete_", "cursor_", "home", "end")
"""How the actions begin that edit the line or move its cursor."""


class QueryInput(Input):
    """Keeps the focus while the keys around it move the hits. A paste becomes one line."""

    # The input's size never depends on its text, and a new layout would draw both scroll bars anew.
    value = reactive("", layout=False, init=False)
    virtual_size = reactive(Size(0, 0), layout=False)

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Open", key_display="Enter"),
        Binding("up", "screen.move(-1)", "Previous hit", show=False),
        Binding("down", "screen.move(1)", "Next hit", show=False),
        Binding("ctrl+up", "older", "Older query", show=False),
        Binding("ctrl+down", "newer", "Newer query", show=False),
    ]

    class Sideways(Message):
        """Left (-1) or Right (1) was pressed where there is no text."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    def __init__(self, history: History) -> None:
        super().__init__(
            placeholder="Search: words or a question, and path: type: after: before: mode:",
            # Text that was selected by coming back would be lost with the next letter.
            select_on_focus=False,
        )
        self.history = history

    def validate_value(self, value: str) -> str:
        """The value, made printable: a pasted or saved line may hold control characters."""
        return printable(value)

    def on_paste(self, event: events.Paste) -> None:
        """Insert the pasted lines, joined by blanks."""
        event.prevent_default()
        event.stop()
        self.replace(" ".join(event.text.split()), *self.selection)

    async def _on_key(self, event: events.Key) -> None:
        """Edit at once.

        Textual inserts letters here, but runs the bindings of other keys when the event has come to
        the app. Of keys that come at once, as after a pause of the terminal, Ctrl+U would then take
        the letters away that were typed after it.
        """
        if not event.is_printable:
            for binding in self._bindings.key_to_bindings.get(event.key, ()):
                if binding.action.startswith(EDITS):
                    event.stop()
                    event.prevent_default()
                    await self.run_action(binding.action)
                    return
        await super()._on_key(event)

    def action_cursor_left(self, select: bool = False) -> None:
        """Move the cursor; without text, tell that the key was pressed."""
        super().action_cursor_left(select)
        if not self.value:
            self.post_message(self.Sideways(-1))

    def action_cursor_right(self, select: bool = False) -> None:
        """Move the cursor; without text, tell that the key was pressed."""
        super().action_cursor_right(select)
        if not self.value:
            self.post_message(self.Sideways(1))

    def action_older(self) -> None:
        """Put an older line in the input."""
        if (line := self.history.older(self.value)) is not None:
            self.put(line)

    def action_newer(self) -> None:
        """Put a newer line in the input, and at last the one that was being typed."""
        if (line := self.history.newer()) is not None:
            self.put(line)

    def browse(self, step: int) -> None:
        """Put a newer line in the input, or an older one with a `step` below zero."""
        if step < 0:
            self.action_older()
        else:
            self.action_newer()

    def put(self, line: str) -> None:
        """Replace the line; the cursor stands at its end."""
        self.value = line
        self.cursor_position = len(line)


class ChoosingInput(QueryInput):
    """The input where Enter chooses hits in place of opening them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Choose", key_display="Enter"),
    ]
