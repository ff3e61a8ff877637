"""What can be done with hits: open, view, copy and explain them, or hand them over."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from textual.screen import Screen

from search.errors import UsageError
from search.results import Hit

from .. import messages
from .widgets.hit_list import HitList


class HitActions:
    """Acts on the hits of a list, and reports the errors of other programs to the screen.

    `environment` names the editor. `choose` is what becomes of hits that are not opened but chosen;
    it is called with none to leave.
    """

    def __init__(
        self,
        screen: Screen[Any],
        hits: HitList,
        environment: Mapping[str, str],
        choose: Callable[[Sequence[Hit]], None] | None,
    ) -> None:
        self._screen = screen
        self._hits = hits
        self.environment = environment
        self.choose = choose

    def open(self, hits: Sequence[Hit]) -> None:
        """Open the hits at their lines in the editor, or choose them."""
        if self.choose is not None:
            self.choose(hits)
        else:
            self._try(lambda: self._open(hits))

    def _open(self, hits: Sequence[Hit]) -> None:
        from .opening import open_in_editor

        open_in_editor(self._screen.app, hits, self.environment, self._hits.absent)
        # What was marked to be opened is done with.
        if hits == self._hits.marks.hits:
            self._hits.action_clear_marks()

    def view(self) -> None:
        """Open the selected hit's document in the system's viewer."""
        from .opening import open_in_viewer

        if (hit := self._hits.hit) is not None:
            self._try(lambda: open_in_viewer(self._screen.app, hit, self._hits.absent))

    def page(self, hit: Hit, text: str) -> None:
        """Show the text of the hit's document in the pager."""
        from .opening import show_in_pager

        self._try(lambda: show_in_pager(self._screen.app, hit, text, self.environment))

    def copy_places(self) -> None:
        """Copy path:line of the marked hits, or else of the selected one."""
        from .clipboard import copy_places

        copy_places(self._screen.app, self._hits.wanted)

    def copy_quotes(self) -> None:
        """Copy the passages as quotes with their places, like copy_places."""
        from .clipboard import copy_quotes

        copy_quotes(self._screen.app, self._hits.wanted)

    def select_other(self, step: int) -> None:
        """Select the next or previous hit of the same document, in its order."""
        if (hit := self._hits.hit) is None:
            return
        in_document = sorted(
            (other for other in self._hits.hits if other.path == hit.path),
            key=lambda other: other.char_start,
        )
        if len(in_document) == 1:
            self._screen.notify("This is the only hit in the document")
        else:
            self._hits.select(in_document[(in_document.index(hit) + step) % len(in_document)])

    def explain(self) -> None:
        """Show how the selected hit came to its place."""
        from .screens.explain import ExplainScreen

        if self._hits.hit is not None:
            self._screen.app.push_screen(ExplainScreen(self._hits, self._hits.plain))

    def _try(self, action: Callable[[], None]) -> None:
        try:
            action()
        except UsageError as error:
            self._screen.post_message(messages.Failed(error))
