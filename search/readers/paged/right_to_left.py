"""Lines of Hebrew, Arabic and their kin, put into the order of reading by the places of letters.

Most programs draw such lines from left to right, as they look. Some place each letter by itself
from the right. Layers of recognised text often hold each word in the order of its letters, and the
letters then do not stand where the picture shows them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from unicodedata import bidirectional, decomposition

from .glyphs import Glyph
from .shows import Show

RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff]")
_WORD = re.compile("[\u05d0-\u05ea\u0620-\u06ff\ufb50-\ufdff\ufe70-\ufefc]{2,}")

# Letters and endings that stand at one end of a word only, by the order of reading.
_FIRST = re.compile(
    "(?:\u0627\u0644(?=..)|[\u05d0-\u05ea]{2,}[\u05da\u05dd\u05df\u05e3\u05e5]$|.*[\u0629\u0649]$)"
)
_LAST = re.compile(
    "(?:.*..\u0644\u0627$|[\u05da\u05dd\u05df\u05e3\u05e5][\u05d0-\u05ea]|[\u0629\u0649].)"
)

_BEGINS, _ENDS = ("<initial>",), ("<final>",)

SPACE = 0.15
"""A gap between letters that is wider than this part of their height parts two words."""

_LIGATURE = 3
"""The most characters of one letter; a longer piece is a word or a line."""

_SAME_LINE = 0.4
_INVISIBLE = 3


def right_to_left(found: Sequence[Show], placed: Sequence[Sequence[Glyph]]) -> dict[int, str]:
    """The lines that hold right-to-left letters, each as the text of its first showing operator.

    The other operators of such a line show nothing. `placed` has the letters of each show.
    """
    holds_letters = [any(RIGHT_TO_LEFT.search(glyph.text) for glyph in glyphs) for glyphs in placed]
    texts = [
        "".join(glyph.text for glyph in glyphs)
        for glyphs, holds in zip(placed, holds_letters, strict=True)
        if holds
    ]
    modes = [show.style.mode for show, holds in zip(found, holds_letters, strict=True) if holds]
    is_in_order = _is_in_order(texts, sum(mode == _INVISIBLE for mode in modes) > len(modes) / 2)
    replaced: dict[int, str] = {}
    start = 0
    for end in range(1, len(found) + 1):
        if end < len(found) and _continues(placed[end - 1], placed[end], placed[start]):
            continue
        if any(holds_letters[start:end]):
            pieces = [
                piece for glyphs in placed[start:end] for piece in _pieces(glyphs, is_in_order)
            ]
            line = _line(pieces)
            replaced |= dict.fromkeys((show.at for show in found[start:end]), "")
            replaced[found[start].at] = line
        start = end
    return replaced


def _is_in_order(texts: Iterable[str], is_invisible: bool) -> bool:
    """True where strings hold words in the order of their letters, False where as they look.

    Letters that only end words tell, and the Arabic article. Where these do not tell, an invisible
    layer is taken to be in order.
    """
    balance = 0
    for text in texts:
        for word in _WORD.findall(text):
            balance += bool(_FIRST.match(word)) - bool(_LAST.match(word))
            balance += _shape(word[0]) in _BEGINS and _shape(word[-1]) in _ENDS
            balance -= _shape(word[0]) in _ENDS and _shape(word[-1]) in _BEGINS
    return balance > 0 if balance else is_invisible


def _shape(letter: str) -> str:
    """The form of an Arabic letter that is shaped for its place in the word."""
    return decomposition(letter).partition(" ")[0]


def _continues(before: Sequence[Glyph], glyphs: Sequence[Glyph], first: Sequence[Glyph]) -> bool:
    """True where a show stands in the line of the show before it."""
    if not glyphs or not before:
        return True
    start = first or before
    height = max(start[0].height, glyphs[0].height)
    return (
        abs(glyphs[0].y - start[0].y) < _SAME_LINE * height
        and _is_level(glyphs[0])
        and _is_level(start[0])
    )


def _is_level(glyph: Glyph) -> bool:
    return abs(glyph.end_y - glyph.y) <= abs(glyph.end_x - glyph.x)


def _pieces(glyphs: Sequence[Glyph], is_in_order: bool) -> Iterator[Glyph]:
    """The letters of a show; a show is one piece where strings are in the order of letters."""
    advances = [glyph.end_x - glyph.x for glyph in glyphs]
    runs_left = sum(advances) < 0
    if len(glyphs) > 1 and (is_in_order or runs_left):
        yield glyphs[0]._replace(
            text="".join(glyph.text for glyph in glyphs),
            x=min(min(glyph.x, glyph.end_x) for glyph in glyphs),
            end_x=max(max(glyph.x, glyph.end_x) for glyph in glyphs),
        )
        return
    yield from glyphs


def _line(pieces: Sequence[Glyph]) -> str:
    """The text of one line, from its pieces at their places."""
    seen = sorted(pieces, key=lambda piece: (piece.x + piece.end_x) / 2)
    words = "".join(piece.text for piece in seen)
    letters = [_direction(letter) for letter in words]
    base = "R" if letters.count("R") >= letters.count("L") else "L"
    spaced = list(_with_spaces(seen))
    # Give each piece a direction: signs and spaces go with their neighbours where these agree.
    directions = [_direction(piece) for piece in spaced]
    strong = base
    befores = []
    for direction in directions:
        strong = direction or strong
        befores.append(strong)
    strong = base
    afters = []
    for direction in reversed(directions):
        strong = direction or strong
        afters.append(strong)
    afters.reverse()
    resolved = [
        (direction or (before if before == after else base), piece)
        for direction, before, after, piece in zip(directions, befores, afters, spaced, strict=True)
    ]
    # Read the runs of either direction in the line's own direction.
    runs = [
        (way, [piece for _, piece in run]) for way, run in groupby(resolved, lambda item: item[0])
    ]
    if base == "R":
        runs.reverse()
    return " ".join(
        "".join("".join(reversed(run) if way == "R" else run) for way, run in runs).split()
    )


def _with_spaces(seen: Sequence[Glyph]) -> Iterator[str]:
    """The texts of the pieces from left to right, with a space in each wide gap."""
    end: float | None = None
    was_word = False
    for piece in seen:
        # A word of a recognised layer does not have the width that it has in the picture.
        is_word = len(piece.text) > _LIGATURE
        if end is not None and (piece.x - end > SPACE * piece.height or (is_word and was_word)):
            yield " "
        yield piece.text
        was_word = is_word
        end = piece.end_x if end is None else max(end, piece.end_x)


def _direction(text: str) -> str:
    """R or L for letters and numbers, empty for signs and spaces; the first letter decides."""
    for letter in text:
        kind = bidirectional(letter)
        if kind in ("R", "AL"):
            return "R"
        if kind in ("L", "EN", "AN"):
            return "L"
    return ""
