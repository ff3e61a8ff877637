"""The help: all keys and filter words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

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
            ("Enter", "open at the line in $VISUAL or $EDITOR"),
            ("Ctrl+G", "view in the system's viewer, a PDF at its page"),
            ("Ctrl+Y", "copy path:line"),
            ("Ctrl+T", "copy the passage"),
            ("Ctrl+E", "why: how the hit came to its place"),
            ("Ctrl+R", "search the recent queries"),
            ("Ctrl+Up Ctrl+Down", "older and newer queries"),
            ("Ctrl+S", "save the search, or save it no longer"),
            ("F3", "next mode"),
            ("F6", "rerank or not, from now on"),
            ("Ctrl+L", "one line a passage, or up to three"),
            ("Ctrl+U", "delete what stands before the cursor"),
            ("Escape", "clear the input"),
            ("Tab", "to the hits, then to the document"),
        ),
    ),
    (
        "IN THE HITS, after Tab",
        (
            ("j k g G", "next, previous, first, last hit"),
            ("Enter o", "open a hit or a fold, view"),
            ("z", "one line a passage, or up to three"),
            ("y Y", "copy path:line, copy the passage"),
            ("e", "why"),
            ("n N", "next, previous hit in the same file"),
            ("/ i Escape", "back to the input"),
        ),
    ),
    (
        "IN THE DOCUMENT, after Tab Tab",
        (("j k Space b g G", "scroll"), ("/ i Escape", "back to the input")),
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


class HelpScreen(ModalScreen[None]):
    """Shows INTRODUCTION and SECTIONS until one of the closing keys is pressed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,f1,question_mark,enter", "dismiss", "Close"),
    ]

    def compose(self) -> ComposeResult:
        """The text, which scrolls in a low terminal."""
        with VerticalScroll(id="help"):
            yield Static(INTRODUCTION, markup=False)
            for title, rows in SECTIONS:
                yield Static(f"\n{title}", classes="help-title", markup=False)
                yield Static(_columns(rows))


def _columns(rows: Sequence[tuple[str, str]]) -> Table:
    """Keys and their meanings in two columns; a long meaning wraps in its own."""
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, width=max(map(len, KEYS)))
    table.add_column()
    for keys, meaning in rows:
        table.add_row(Text(f"  {keys}"), Text(meaning))
    return table


KEYS = tuple(f"  {keys}" for _, rows in SECTIONS for keys, _ in rows)
