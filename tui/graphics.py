"""How a terminal shows pictures, as its environment and its answers tell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

PICTURE_QUESTION = b"\x1b[16t\x1b[c"
"""Asks for the size of a cell in pixels, and for what the terminal can do."""
CELL_REPLY = re.compile(rb"\x1b\[6;(\d{1,4});(\d{1,4})t")
ABILITIES_REPLY = re.compile(rb"\x1b\[\?([\d;]*)c")
SIXEL = b"4"
"""The ability to show sixels."""
USUAL_CELL = (10, 20)
"""The cell of a terminal that does not tell its size: that of the VT340, which made sixels."""
KITTY_KINDS = ("xterm-kitty", "xterm-ghostty")
"""Kinds of terminals that show pictures at kitty's placeholders.

Others (WezTerm, Konsole) answer kitty's question for graphics too, but know no placeholders, so the
name tells more than the question.
"""
INLINE_PROGRAMS = ("iTerm.app", "WezTerm", "vscode", "mintty")
"""The programs that show iTerm2's inline pictures."""


@dataclass(frozen=True, slots=True)
class Graphics:
    """The `protocol` is "kitty", "iterm2", "sixel" or "blocks"; empty where nothing is shown.

    "blocks" are half a cell each, in colour. `cell` is the width and height of a cell in pixels.
    """

    protocol: str = ""
    cell: tuple[int, int] = USUAL_CELL


NO_GRAPHICS = Graphics()


def graphics_of(
    environment: Mapping[str, str], answer: bytes, window: tuple[int, int, int, int]
) -> Graphics:
    """The graphics of a terminal that gave this answer to PICTURE_QUESTION.

    `window` is its size in columns, rows and pixels, which are 0 where the system does not know.
    Programs that split the terminal, such as tmux, pass on sixels only, if any.
    """
    return Graphics(_protocol(environment, answer), _cell(answer, window))


def _protocol(environment: Mapping[str, str], answer: bytes) -> str:
    kind, program = environment.get("TERM", ""), environment.get("TERM_PROGRAM", "")
    if "TMUX" not in environment and not kind.startswith(("screen", "tmux")):
        if kind in KITTY_KINDS or program == "ghostty":
            return "kitty"
        if program in INLINE_PROGRAMS or environment.get("LC_TERMINAL") == "iTerm2":
            return "iterm2"
    abilities = ABILITIES_REPLY.search(answer)
    if abilities is not None and SIXEL in abilities[1].split(b";")[1:]:
        return "sixel"
    return "blocks"


def _cell(answer: bytes, window: tuple[int, int, int, int]) -> tuple[int, int]:
    if told := CELL_REPLY.search(answer):
        height, width = int(told[1]), int(told[2])
    else:
        columns, rows, across, down = window
        width, height = across // max(columns, 1), down // max(rows, 1)
    return (width, height) if width and height else USUAL_CELL
