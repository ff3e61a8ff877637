"""The headings of a document, which lead to their places."""

from __future__ import annotations

from bisect import bisect_right
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from ..sheet import Sheet

INDENT = 2
DEEPEST = 4
"""Deeper headings are indented as those of this level."""


class Outline(OptionList):
    """Lists the headings of the part of a document that is loaded."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", "Down", show=False),
        Binding("k", "cursor_up", "Up", show=False),
    ]
    FOCUS_ON_CLICK = False

    class Chosen(Message):
        """The reader wants to see the document at this offset."""

        def __init__(self, char: int) -> None:
            super().__init__()
            self.char = char

    def __init__(self, sheet: Sheet) -> None:
        super().__init__(*_options(sheet), markup=False)
        self._starts = [sheet.first_char + heading.start for heading in sheet.headings]

    def follow(self, char: int) -> None:
        """Highlight the heading above the document's character `char`."""
        if self._starts and not self.has_focus:
            self.highlighted = max(bisect_right(self._starts, char) - 1, 0)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Go where the arrows lead."""
        event.stop()
        if self.has_focus:
            self.post_message(self.Chosen(self._starts[event.option_index]))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Go to the heading that was clicked."""
        event.stop()
        self.post_message(self.Chosen(self._starts[event.option_index]))


def _options(sheet: Sheet) -> list[Option]:
    least = min((heading.level for heading in sheet.headings), default=1)
    options = []
    for heading in sheet.headings:
        start, end = sheet.places.span(heading.start, heading.start + len(heading.words))
        indent = " " * INDENT * (min(heading.level, DEEPEST) - min(least, DEEPEST))
        options.append(Option(Content(indent + sheet.rows.text[start:end])))
    return options
