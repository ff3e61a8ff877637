"""The help: all keys and filter words."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

HELP = """\
Type, and the hits follow. The text leg answers first, the model a moment later.

FILTER WORDS, anywhere in the input
  path:work/**    files that match a glob; "quotes" for blanks
  type:pdf,md     files with these suffixes
  after:2026-03   changed since: 2026-03-01, 2026, 30d, 2w, 6m, yesterday
  before:1y       changed before
  mode:text       hybrid (both legs), vector (meaning), text (words)
  rerank:off      or on: whether the reranker orders the hits

IN THE INPUT
  Down  Enter     to the hits
  Up              older queries, Down for newer ones
  Escape          clear
  F3              next mode
  F6              rerank or not, from now on
  Ctrl+S          save the search (Ctrl+P finds it)

IN THE HITS
  Up Down  j k    move; g G first, last
  Enter           open at the line in $VISUAL or $EDITOR
  o               open in the system's viewer, a PDF at its page
  y  Y            copy path:line, copy the passage
  e               how the hit came to its place
  n  N            next, previous hit in the same document
  Tab             to the document: j k Space b g G scroll it
  /  Escape       back to the input

EVERYWHERE
  F2              the index: folders, reading, what was skipped
  F5              the models: pull, convert, test, delete, profile
  F4              light or dark
  Ctrl+P          command palette: themes, saved searches
  F1  ?           this help
  Ctrl+Q          quit

ON THE INDEX SCREEN
  a               add a folder
  r               read what changed in all folders
  f               forget the selected folder
  s               stop reading

ON THE MODELS SCREEN
  Enter  u        make the selected profile the index's own
  p  a            pull the selected model or profile, or another one
  c  t  d         convert, test, delete the selected model
  s               stop what is being done
"""


class HelpScreen(ModalScreen[None]):
    """Shows HELP until one of the closing keys is pressed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,f1,question_mark,enter", "dismiss", "Close"),
    ]

    def compose(self) -> ComposeResult:
        """The text, which scrolls in a low terminal."""
        with VerticalScroll(id="help"):
            yield Static(HELP, markup=False)
