"""The line below the hits: what was found, what is wrong with the query, and what is marked."""

from __future__ import annotations

from collections.abc import Sequence

from textual.widgets import Static

from ...terminal import printable
from ..marks import Marks


class Narration(Static):
    """Tells one text, with the problems of the query before it."""

    def __init__(self, marks: Marks) -> None:
        super().__init__("", id="narration", markup=False)
        self.marks = marks
        self._text, self._failed = "", False
        self._problems: Sequence[str] = ()
        self._watching = False

    def on_mount(self) -> None:
        """Show what was told so far."""
        self.draw()

    def tell(self, text: str, failed: bool = False) -> None:
        """Show another text; `failed` gives it the colour of errors."""
        self._text, self._failed = text, failed
        self.draw()

    def show_problems(self, problems: Sequence[str]) -> None:
        """Show what is wrong with the query from the next text on."""
        self._problems = problems

    def show_watch(self, on: bool) -> None:
        """Show whether the folders are watched for changes."""
        self._watching = on
        self.draw()

    def draw(self) -> None:
        """Draw the line anew: other hits may be marked."""
        if not self.is_mounted or not self.app.is_running:
            return
        problems = "".join(f"{problem} · " for problem in self._problems)
        marked = f"{len(self.marks)} marked · " if self.marks else ""
        watching = " · watching" * self._watching
        line = problems + marked + self._text + watching
        self.update(printable(line, one_line=True), layout=False)
        self.set_class(self._failed or bool(self._problems), "-failed")
