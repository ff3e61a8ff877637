"""The panel that says what is wrong with the index, and what to do."""

from __future__ import annotations

from textual.widgets import Static

from search.errors import DocsearchError

from ...terminal import printable


class DamagePanel(Static):
    """Is hidden while the index is sound."""

    def __init__(self) -> None:
        super().__init__("", id="damage", markup=False)

    def show(self, error: DocsearchError | None) -> None:
        """Show what is wrong; None hides the panel."""
        self.display = error is not None
        if error is not None:
            self.update(
                printable(f"The index is damaged: {error.message}\nWhat to do: {error.hint}")
            )
