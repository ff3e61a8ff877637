"""A page or a picture as the terminal shows it."""

from __future__ import annotations

from rich.segment import ControlType, Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from ..pictures.shown import Shown

SAVED, RESTORED = "\x1b7", "\x1b8"
"""Keep the cursor's place, and go back to it."""


class PictureView(Widget):
    """Shows a picture in its upper left corner, or a line of text in its place."""

    class Resized(Message):
        """The picture has to be drawn for another size."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: Shown | None = None
        self._text = ""

    def show(self, shown: Shown | None, text: str = "") -> None:
        """Show another picture, or a text while there is none."""
        if self.shown is not None:
            self._write(self.shown.after)
        self.shown, self._text = shown, text
        if shown is not None:
            self._write(shown.before)
        self.refresh()

    def on_unmount(self) -> None:
        """Let the terminal forget the picture."""
        self.show(None)

    def on_resize(self, event: events.Resize) -> None:
        """Ask for the picture in the new size."""
        self.post_message(self.Resized())

    def _write(self, sequence: str) -> None:
        # Textual itself writes to the clipboard in this way, and has no public one.
        if sequence and (driver := self.app._driver) is not None:
            driver.write(sequence)

    def render_line(self, y: int) -> Strip:
        """A row of the picture's cells."""
        width = self.size.width
        if self.shown is None or not self.is_drawable:
            text = f" {self._text}" if y == 0 else ""
            return Strip([Segment(text, self.rich_style)]).adjust_cell_length(
                width, self.rich_style
            )
        cells = self.shown.cells[y] if y < len(self.shown.cells) else ()
        return Strip(cells).adjust_cell_length(width, self.rich_style)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The rows of a region, and after the last one what is written over them."""
        strips = super().render_lines(crop)
        if strips and self.shown is not None and self.shown.over and self.is_drawable:
            x, y = self.region.offset
            sequence = f"{SAVED}\x1b[{y + 1};{x + 1}H{self.shown.over}{RESTORED}"
            # As a control it takes no cells.
            control = Segment(sequence, Style(), [(ControlType.CURSOR_FORWARD, 0)])
            strips[-1] = Strip([*strips[-1], control], strips[-1].cell_length)
        return strips

    @property
    def is_drawable(self) -> bool:
        """False while a dialog is over the screen: it tints the colours, which name pictures."""
        return self.screen.is_active
