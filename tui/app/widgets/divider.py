"""The line between the hits and the document, which the mouse drags."""

from __future__ import annotations

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

UPRIGHT, LEVEL = "▕", "─"


class Divider(Widget):
    """A line of one cell: upright between two columns, level between two rows."""

    ALLOW_SELECT = False

    class Dragged(Message):
        """The mouse is at this place of the screen; `done` is true when its button is released."""

        def __init__(self, x: int, y: int, done: bool) -> None:
            super().__init__()
            self.x = x
            self.y = y
            self.done = done

    def render_line(self, y: int) -> Strip:
        """A cell of the line, or all of it."""
        sign = UPRIGHT if self.size.width == 1 else LEVEL
        return Strip([Segment(sign * self.size.width, self.rich_style)])

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Begin to drag."""
        event.stop()
        self.capture_mouse()
        self.add_class("-dragged")

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Follow the mouse."""
        if self.has_class("-dragged"):
            event.stop()
            self.post_message(self.Dragged(event.screen_x, event.screen_y, done=False))

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """End the drag."""
        if self.has_class("-dragged"):
            event.stop()
            self.remove_class("-dragged")
            self.release_mouse()
            self.post_message(self.Dragged(event.screen_x, event.screen_y, done=True))
