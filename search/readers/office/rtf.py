"""Rich Text Format (RTF): headings by style or outline level, lists, tables, notes and comments; deleted text is left out.

Reads the format itself: striprtf, the library for it, drops headings, notes, comments, headers and text boxes.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import ClassVar

from ...documents import Document, Reason
from ...errors import Unreadable
from ..flow import Flow, Stretch, signed
from ..title import stated, stem
from . import word_styles
from .rtf_tokens import CLOSE, OPEN, Token, tokens
from .rtf_words import ASIDES, BREAKS, CHARSETS, DESTINATIONS, MARGINS, READ, SKIPPED, SYMBOLS
from .word_styles import Style, outline_level

SUFFIXES = (".rtf",)

MAX_SAID = 500
"""Characters that are kept of a style's name, a title, an author."""


@dataclass(frozen=True, slots=True)
class _State:
    """What holds until the group ends: where the words go ("" is the text, "skip" nowhere), which font, what is deleted."""

    where: str = ""
    font: int = -1
    deleted: bool = False
    fallbacks: int = 1


@dataclass(slots=True)
class _Place:
    """Where words come to stand: `now` is what the paragraph is, the others say what is open."""

    now: Style = field(default_factory=Style)
    in_table: bool = False
    paragraph: bool = False
    table: bool = False
    row: bool = False
    cell: bool = False


def read(data: bytes, path: str) -> Document:
    """The document in an RTF file. Raises Unreadable where it is none or holds no text."""
    if not data.lstrip().startswith(b"{\\rtf"):
        raise Unreadable(Reason.CORRUPT, "the file is no Rich Text Format")
    reading = _Reading()
    for token in tokens(data):
        reading.take(token)
    reading.close()
    flow = reading.flow
    named = next((part.text for part in flow.stretches if part.kind == "title"), "") or stated(
        reading.sayings.get("title", "")
    )
    headed = next((part.text for part in flow.stretches if part.level), "")
    flow.stretches[:0] = [
        Stretch("paragraph", text) for place, text in reading.margins if place == "header"
    ]
    flow.stretches += [
        Stretch("paragraph", text) for place, text in reading.margins if place == "footer"
    ]
    return flow.document(path, "rtf", named or headed or stem(path))


class _Reading:
    """Takes the tokens in order; `flow` holds the text, `margins` each header and footer once."""

    def __init__(self) -> None:
        self.flow = Flow()
        self.margins: dict[tuple[str, str], None] = {}
        self.state = _State()
        self.around: list[tuple[_State, Callable[[], None] | None]] = []
        self.starred = False
        self.bytes = bytearray()
        self.to_skip = 0
        self.high = 0
        self.encoding = "cp1252"
        self.charsets: dict[int, int] = {}
        self.style_names: dict[int, str] = {}
        self.outlines: dict[int, int] = {}
        self.style = 0
        self.sayings: dict[str, str] = {}
        self.place = _Place()

    def take(self, token: Token) -> None:
        if token.data:
            skipped = min(self.to_skip, len(token.data))
            self.to_skip -= skipped
            if self.state.where != "skip":
                self.bytes += token.data[skipped:]
            return
        self.flush()
        self.to_skip = 0
        starred, self.starred = self.starred, token.word == "*"
        if token is OPEN:
            self.around.append((self.state, None))
        elif token is CLOSE:
            if self.around:
                self.state, closing = self.around.pop()
                if closing is not None:
                    closing()
        elif self.state.where != "skip":
            self.take_word(token.word, token.number, starred)

    def flush(self) -> None:
        if self.bytes:
            charset = self.charsets.get(self.state.font, 0)
            self.put(self.bytes.decode(CHARSETS.get(charset, self.encoding), "replace"))
            self.bytes.clear()

    def put(self, words: str) -> None:
        """Words go where the group is read to."""
        where = self.state.where
        if where == "stylesheet":
            self.style_names[self.style] = (self.style_names.get(self.style, "") + words)[:MAX_SAID]
        elif where:
            self.sayings[where] = (self.sayings.get(where, "") + words)[:MAX_SAID]
        elif not self.state.deleted:
            self.open()
            self.flow.words(words)

    def take_word(self, word: str, number: int | None, starred: bool) -> None:
        if word in DESTINATIONS:
            self.destination(word)
        elif word in SKIPPED or (starred and word not in READ):
            self.state = replace(self.state, where="skip")
        elif word in SYMBOLS:
            self.put(SYMBOLS[word])
        elif word in BREAKS:
            if not self.state.where:
                self.end_paragraph()
        elif (call := self.WORDS.get(word)) is not None:
            call(self, number)

    def destination(self, word: str) -> None:
        """The open group is one whose words go elsewhere than the text around it."""
        margin = MARGINS.get(word)
        if margin or word in ASIDES:
            around, self.place = self.place, _Place()
            self.flow.begin_aside()
            self.state = replace(self.state, where="", deleted=False)
            self.around[-1:] = [
                (
                    self.around[-1][0] if self.around else self.state,
                    lambda: self.end_aside(word, around),
                )
            ]
        else:
            self.sayings.pop(word, None)
            self.state = replace(self.state, where=word)

    def end_aside(self, word: str, around: _Place) -> None:
        self.close()
        held = self.flow.end_aside()
        self.place = around
        if margin := MARGINS.get(word):
            self.margins |= dict.fromkeys((margin, part.text) for part in held)
        else:
            self.flow.hang(
                signed(self.sayings.get("atnauthor", "").strip(), held)
                if word == "annotation"
                else held
            )

    def open(self) -> None:
        """Words are about to come: open the paragraph, and the table and cell, that they stand in."""
        place = self.place
        if not place.in_table:
            self.end_table()
        elif not place.cell:
            self.open_cell()
        if not place.paragraph:
            self.flow.begin_paragraph()
            place.paragraph = True

    def open_cell(self) -> None:
        place = self.place
        if not place.table:
            self.flow.begin_table()
        if not place.row:
            self.flow.begin_row()
        self.flow.begin_cell()
        place.table = place.row = place.cell = True

    def end_paragraph(self) -> None:
        if self.place.paragraph:
            self.flow.mark(self.place.now.kind, self.place.now.level)
            self.flow.end_paragraph()
            self.place.paragraph = False

    def end_cell(self, _: int | None = None) -> None:
        if not self.place.cell:
            self.open_cell()
        self.end_paragraph()
        self.flow.end_cell()
        self.place.cell = False

    def end_row(self, _: int | None = None) -> None:
        if self.place.cell:
            self.end_cell()
        self.place.row = False

    def end_table(self) -> None:
        if self.place.table:
            self.end_row()
            self.flow.end_table()
            self.place.table = False

    def close(self) -> None:
        """What is still open ends."""
        self.flush()
        self.end_paragraph()
        self.end_table()

    def unicode(self, number: int | None) -> None:
        """A character by its number, as UTF-16 has it."""
        unit = (number or 0) & 0xFFFF
        if 0xD800 <= unit < 0xDC00:
            self.high = unit
        else:
            pair = bytes((self.high & 255, self.high >> 8)) if self.high else b""
            self.put((pair + bytes((unit & 255, unit >> 8))).decode("utf-16-le", "replace"))
            self.high = 0
        self.to_skip = self.state.fallbacks

    def code_page(self, number: int | None) -> None:
        try:
            self.encoding = codecs.lookup("utf-8" if number == 65001 else f"cp{number}").name
        except LookupError:
            self.encoding = "cp1252"

    def font(self, number: int | None) -> None:
        self.state = replace(self.state, font=number or 0)

    def charset(self, number: int | None) -> None:
        self.charsets[self.state.font] = number or 0

    def plain_paragraph(self, _: int | None) -> None:
        self.place.in_table = False
        self.place.now = Style()

    def into_table(self, number: int | None) -> None:
        self.place.in_table = number != 0

    def of_style(self, number: int | None) -> None:
        self.style = number or 0
        if not self.state.where:
            name = self.style_names.get(self.style, "").strip().rstrip(";")
            self.place.now = word_styles.named(name) or self.place.now
            self.outline(self.outlines.get(self.style, self.place.now.level - 1))

    def outline(self, number: int | None) -> None:
        level = outline_level(str(number))
        if self.state.where == "stylesheet":
            self.outlines[self.style] = number or 0
        elif level and self.place.now.kind != "title":
            self.place.now = Style(level=level)

    def listed(self, _: int | None) -> None:
        if not self.place.now.level:
            self.place.now = Style("list")

    def deleted(self, number: int | None) -> None:
        self.state = replace(self.state, deleted=number != 0)

    def plain(self, _: int | None) -> None:
        self.state = replace(self.state, deleted=False)

    def fallbacks(self, number: int | None) -> None:
        self.state = replace(self.state, fallbacks=max(number or 0, 0))

    WORDS: ClassVar[dict[str, Callable[[_Reading, int | None], None]]] = {
        "u": unicode,
        "uc": fallbacks,
        "ansicpg": code_page,
        "mac": lambda self, _: setattr(self, "encoding", "mac_roman"),
        "f": font,
        "fcharset": charset,
        "pard": plain_paragraph,
        "intbl": into_table,
        "s": of_style,
        "outlinelevel": outline,
        "ls": listed,
        "deleted": deleted,
        "plain": plain,
        "cell": end_cell,
        "row": end_row,
        "nestcell": lambda self, _: self.put("\t"),
        "nestrow": lambda self, _: self.put("\n"),
    }
