"""The dialogs of the saved searches: one asks for a name, one lists the searches."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static

from search.errors import UsageError

from ... import messages
from ...terminal import printable
from ..saved import NUMBERED, Saved, SavedSearch
from .dialogs import ConfirmScreen
from .search import SearchScreen

T = TypeVar("T")
NAME_LENGTH = 100


class SearchNameScreen(ModalScreen[str | None]):
    """Asks for the name of a search; returns it, or None. An empty name is the query itself."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel")]

    def __init__(self, saved: Saved, query: str, name: str, title: str) -> None:
        super().__init__()
        self.saved = saved
        self.search = SavedSearch(name, query)
        self.dialog_title = title

    def compose(self) -> ComposeResult:
        """The name, what a taken name means, and the keys."""
        with Vertical(classes="dialog"):
            yield Static(self.dialog_title, classes="dialog-title")
            yield Input(
                printable(self.search.name, one_line=True)[:NAME_LENGTH],
                placeholder="Its name",
                max_length=NAME_LENGTH,
            )
            yield Static("", id="problem", markup=False)
            yield Static("Enter: keep it   Escape: cancel", classes="dialog-keys")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say whether another search has the name."""
        event.stop()
        name = " ".join(event.value.split())
        taken = any(
            one.name == name and one.query != self.search.query for one in self.saved.searches
        )
        self.query_one("#problem", Static).update(
            "Another search has this name; it is replaced." if taken else ""
        )

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Return the name."""
        event.stop()
        self.dismiss(event.value)


class SavedScreen(ModalScreen[str | None]):
    """Lists the saved searches, renames and deletes them; returns a query, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f7,q", "dismiss(None)", "Cancel"),
        Binding("r", "rename", "Rename"),
        Binding("d,delete", "remove", "Delete"),
        Binding("j", "move(1)", "Next", show=False),
        Binding("k", "move(-1)", "Previous", show=False),
        *(Binding(str(n), f"run({n})", "Run", show=False) for n in range(1, NUMBERED + 1)),
    ]

    def __init__(self, saved: Saved) -> None:
        super().__init__()
        self.saved = saved

    def compose(self) -> ComposeResult:
        """The searches and the keys."""
        with Vertical(classes="dialog"):
            yield Static("Saved searches", classes="dialog-title")
            yield OptionList(id="saved")
            yield Static("", id="no-saved", markup=False)
            yield Static(
                "Enter or 1 to 9: run it   r: rename   d: delete   Escape: back",
                classes="dialog-keys",
            )

    def on_mount(self) -> None:
        """Show the searches."""
        self._show(0)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Return the query of the chosen search."""
        event.stop()
        self.action_run(event.option_index + 1)

    def action_run(self, number: int) -> None:
        """Return the query of the search with that number."""
        if number <= len(self.saved.searches):
            self.dismiss(self.saved.searches[number - 1].query)

    def action_move(self, step: int) -> None:
        """Go to the next or previous search."""
        searches = self.query_one(OptionList)
        if step > 0:
            searches.action_cursor_down()
        else:
            searches.action_cursor_up()

    def action_rename(self) -> None:
        """Ask for another name."""
        search = self._selected
        if search is None:
            return

        def rename(name: str | None) -> None:
            if name is not None:
                keep(self, self.saved, name, search.query)
                self._show(self.query_one(OptionList).highlighted or 0)

        self.app.push_screen(
            SearchNameScreen(self.saved, search.query, search.name, "Rename the search"), rename
        )

    def action_remove(self) -> None:
        """Ask whether to delete the search."""
        search = self._selected
        if search is None:
            return

        def remove(yes: bool | None) -> None:
            if yes:
                write(self, lambda: self.saved.remove(search))
                self._show(self.query_one(OptionList).highlighted or 0)

        question = f"Delete the saved search {printable(search.name, one_line=True)}?"
        self.app.push_screen(ConfirmScreen(question), remove)

    @property
    def _selected(self) -> SavedSearch | None:
        place = self.query_one(OptionList).highlighted
        return self.saved.searches[place] if place is not None else None

    def _show(self, place: int) -> None:
        searches, count = self.query_one(OptionList), len(self.saved.searches)
        searches.set_options(
            [_row(number, one) for number, one in enumerate(self.saved.searches, 1)]
        )
        searches.highlighted = min(place, count - 1) if count else None
        self.query_one("#no-saved", Static).update(
            "" if count else "There are none yet; Ctrl+S saves the search in the input."
        )


def save(screen: SearchScreen, query: str) -> None:
    """Ask for a name, and save the query under it; the query or its name of before is proposed."""
    if not query:
        screen.notify("Type a query first, then save it")
        return
    known = screen.saved.of(query)

    def named(name: str | None) -> None:
        if name is not None and (kept := keep(screen, screen.saved, name, query)) is not None:
            number = screen.saved.searches.index(kept) + 1
            key = f"Alt+{number} or " if number <= NUMBERED else ""
            screen.notify(
                f"{key}the palette (Ctrl+X) runs it, F7 lists it",
                title=printable(kept.name, one_line=True),
                markup=False,
            )

    proposed = known.name if known is not None else query
    screen.app.push_screen(
        SearchNameScreen(screen.saved, query, proposed, "Save this search under a name"), named
    )


def keep(
    screen: SearchScreen | SavedScreen, saved: Saved, name: str, query: str
) -> SavedSearch | None:
    """Save the query under the name, and return the saved search; None if that fails."""
    return write(screen, lambda: saved.keep(name, query))


def write(screen: SearchScreen | SavedScreen, change: Callable[[], T]) -> T | None:
    """Change the saved searches, and report it if their file cannot be written."""
    try:
        return change()
    except OSError as error:
        hint = "check the permissions of that folder"
        screen.post_message(
            messages.Failed(UsageError(f"{error.filename}: {error.strerror}", hint))
        )
        return None


def _row(number: int, search: SavedSearch) -> Content:
    sign = f"{number} " if number <= NUMBERED else "  "
    name = printable(search.name, one_line=True)
    if search.name == search.query:
        return Content(f"{sign}{name}")
    return Content.assemble(f"{sign}{name}  ", (printable(search.query, one_line=True), "dim"))
