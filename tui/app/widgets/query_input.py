"""The input for a query, with the history of the lines that were typed before."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Input

from ...terminal import printable
from ..history import History


class QueryInput(Input):
    """Up and Down go through `history`; Down from the line being typed goes to the hits."""

    # The input's size never depends on its text, and a new layout would draw both scroll bars anew.
    value = reactive("", layout=False, init=False)
    virtual_size = reactive(Size(0, 0), layout=False)

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "older", "History", show=False),
        Binding("down", "newer", "Hits", show=False),
        # These keys work everywhere on the screen. The footer shows them only here: elsewhere it is
        # full.
        Binding("f3", "screen.mode", "Mode"),
        Binding("f6", "screen.rerank", "Rerank"),
    ]

    class Left(Message):
        """Down was pressed, and there is no newer line."""

    def __init__(self, history: History) -> None:
        super().__init__(
            placeholder="Search: words or a question, and path: type: after: before: mode:"
        )
        self.history = history

    def validate_value(self, value: str) -> str:
        """The value, made printable: a pasted or saved line may hold control characters."""
        return printable(value)

    def action_older(self) -> None:
        """Put an older line in the input."""
        if (line := self.history.older(self.value)) is not None:
            self.put(line)

    def action_newer(self) -> None:
        """Put a newer line in the input, or go to the hits."""
        line = self.history.newer()
        if line is None:
            self.post_message(self.Left())
        else:
            self.put(line)

    def put(self, line: str) -> None:
        """Replace the line; the cursor stands at its end."""
        self.value = line
        self.cursor_position = len(line)
