"""The help: all keys and filter words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from ..hit_labels import SIGNS, UNKNOWN_ICON
from ..own_keys import own_key_texts
from ..verbs import VERBS, Verb

if TYPE_CHECKING:
    from rich.table import Table

INTRODUCTION = (
    "Type, and the hits follow. Matching words come first, the answer by meaning a moment later."
)
SECTIONS: Sequence[tuple[str, Sequence[tuple[str, str]]]] = (
    (
        "FILTER WORDS, anywhere in the input",
        (
            ("path:work/**", 'files that match a glob; "quotes" for blanks'),
            ("type:pdf,md", "files with these suffixes"),
            ("after:2026-03", "changed since: 2026-03-01, 2026, 30d, 2w, 6m, yesterday"),
            ("before:1y", "changed before"),
            ("mode:text", "hybrid (both), vector (meaning), text (words)"),
            ("rerank:off", "or on: whether the reranker orders the hits"),
        ),
    ),
    (
        "ON THE START PAGE, while the input is empty",
        (
            ("Up Down Left Right", "choose a search, a question or a document"),
            ("Enter", "search for it, or open it"),
        ),
    ),
    (
        "WHILE YOU TYPE",
        (
            ("Up Down", "the next hit; without hits, older and newer queries"),
            ("Ctrl+N Ctrl+P", "the next and the previous hit"),
            ("PgUp PgDn", "scroll the document"),
            ("Tab", "mark the hit, or not, and go down; marks stay while you type on"),
            ("Enter", "open what is marked, else the hit, in $VISUAL or $EDITOR"),
            ("Ctrl+G", "view in the system's viewer, a PDF at its page"),
            ("Ctrl+Y", "copy path:line of what is marked, else of the hit"),
            ("Ctrl+T", "copy these passages as quotes with their places"),
            ("Ctrl+E", "why: how the hit came to its place"),
            ("Ctrl+R", "search the recent queries"),
            ("Ctrl+Up Ctrl+Down", "older and newer queries"),
            ("Ctrl+S", "save the search under a name"),
            ("Alt+1…9", "run the saved search of that number"),
            ("F7", "the saved searches: run, rename, delete"),
            ("F3", "next mode"),
            ("F6", "rerank or not, from now on"),
            ("Ctrl+L", "one line a passage, or up to three"),
            ("Alt+Down Alt+Up", "the next and the previous match in the document"),
            ("Ctrl+O", "the document right, below, on the whole screen, hidden"),
            ("Alt+I", "a PDF's page or a picture itself, or its text; PgDn turns the page"),
            ("Ctrl+U", "delete what stands before the cursor"),
            ("Escape", "clear the input, and then the marks"),
            ("Shift+Tab", "to the hits, then to the document"),
        ),
    ),
    (
        "IN THE HITS, after Shift+Tab",
        (
            ("j k g G", "next, previous, first, last hit"),
            ("Enter o", "open a hit or a fold, view"),
            ("z", "one line a passage, or up to three"),
            ("Tab u", "mark a hit, take all marks off"),
            ("y Y", "copy path:line, copy as quotes"),
            ("e", "why"),
            ("n N", "next, previous hit in the same file"),
            ("{ }", "the previous and the next match in the document"),
            ("/ i Escape", "back to the input"),
        ),
    ),
    (
        "IN THE DOCUMENT, after Shift+Tab twice",
        (
            ("j k Space b g G", "scroll"),
            ("{ }", "the previous and the next match"),
            ("Shift+Tab", "to the outline of a document on the whole screen"),
            ("/ i Escape", "back to the input"),
        ),
    ),
    (
        "EVERYWHERE",
        (
            ("F1 ?", "this help; ? is a letter in the input"),
            ("F2", "the index: folders, reading, what was skipped"),
            ("F5", "the models: pull, convert, test, delete, profile"),
            ("F4", "light or dark"),
            ("Ctrl+X", "all commands, saved searches, themes"),
            ("Ctrl+C", "copy text that is selected"),
            ("Ctrl+Z", "suspend the app; `fg` in the shell resumes it"),
            ("Ctrl+Q", "quit"),
        ),
    ),
    (
        "ON THE INDEX SCREEN",
        (
            ("a", "add a folder"),
            ("r", "read what changed in all folders"),
            ("w", "watch the folders for changes, or stop watching"),
            ("Tab Enter", "why a file was left out, and what to do; c copies the command"),
            ("f", "forget the selected folder"),
            ("s", "stop reading"),
            ("Tab", "in the name of a folder: complete it"),
            ("F2 Escape", "back to the search"),
        ),
    ),
    (
        "ON THE MODELS SCREEN",
        (
            ("Enter u", "make the selected profile the index's own"),
            ("p a", "pull the selected model or profile, or another one"),
            ("c t d", "convert, test, delete the selected model"),
            ("s", "stop what is being done"),
            ("F5 Escape", "back to the search"),
        ),
    ),
)


PLACES = {
    "WHILE YOU TYPE": "search",
    "EVERYWHERE": "app",
    "ON THE INDEX SCREEN": "index",
    "ON THE MODELS SCREEN": "models",
}
"""The place of the verbs whose keys a section lists."""


class HelpScreen(ModalScreen[None]):
    """Shows INTRODUCTION and SECTIONS until one of the closing keys is pressed.

    The keys of `verbs` are shown for the default ones. What the signs before files mean stands
    last; `plain` leaves it out, as there are no signs then.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,f1,question_mark,enter", "dismiss", "Close"),
    ]

    def __init__(self, verbs: Sequence[Verb] = VERBS, plain: bool = False) -> None:
        super().__init__()
        self.verbs = verbs
        self.plain = plain

    def compose(self) -> ComposeResult:
        """The text, which scrolls in a low terminal."""
        with VerticalScroll(id="help"):
            yield Static(INTRODUCTION, markup=False)
            for title, rows in SECTIONS:
                yield Static(f"\n{title}", classes="help-title", markup=False)
                place = PLACES.get(title, "")
                own = [(own_key_texts(self.verbs, place, keys), text) for keys, text in rows]
                yield Static(_columns(own))
            if not self.plain:
                yield Static("\nSIGNS BEFORE FILES", classes="help-title", markup=False)
                signs = [(sign, words) for sign, words, _ in SIGNS]
                yield Static(_columns([*signs, (UNKNOWN_ICON, "all other files")]))


def _columns(rows: Sequence[tuple[str, str]]) -> Table:
    """Keys and their meanings in two columns; a long meaning wraps in its own."""
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2, 0, 0))
    widths = (len(keys) for keys in (*KEYS, *(f"  {keys}" for keys, _ in rows)))
    table.add_column(no_wrap=True, width=max(widths))
    table.add_column()
    for keys, meaning in rows:
        table.add_row(Text(f"  {keys}"), Text(meaning))
    return table


KEYS = tuple(f"  {keys}" for _, rows in SECTIONS for keys, _ in rows)
