"""Rich Text Format (RTF): headings by style or outline level, lists, tables, notes and comments.

Deleted text is left out. This reader parses the format itself, because striprtf, the library for
it, drops headings, notes, comments, headers and text boxes.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import ClassVar

from ...documents import Document, Reason
from ...errors import Unreadable
from ..field_codes import words_of
from ..flow import Flow, Stretch, signed
from ..left_out import Part
from ..title import stated, stem
from . import rtf_object, word_styles
from .embedded import Embedded, Enclosed
from .rtf_fonts import Fonts
from .rtf_tokens import CLOSE, OPEN, Token, tokens
from .rtf_words import (
    ASIDES,
    BREAKS,
    DESTINATIONS,
    LABELS,
    MARGINS,
    SKIPPED,
    SYMBOLS,
    TEXT_DESTINATIONS,
)
from .word_styles import Style, outline_level

SUFFIXES = (".rtf",)

MAX_NAME = 500
"""Characters that are kept of the name of a style, a title or an author."""


@dataclass(frozen=True, slots=True)
class _GroupState:
    """The state of a group. When the group ends, the state of the group around it returns.

    `destination` tells where words go: "" is the text, "skip" is nowhere. `fallback_bytes` is
    the number of bytes behind a Unicode character that are meant for older programs. `raised` is
    true for characters above the line.
    """

    destination: str = ""
    font: int = -1
    deleted: bool = False
    raised: bool = False
    fallback_bytes: int = 1


@dataclass(slots=True)
class _Position:
    """The position in the text: the style of the paragraph, and what is open around it.

    `in_table` is true where the file puts the paragraph into a table. The table itself is opened
    with its first words.
    """

    style: Style = field(default_factory=Style)
    in_table: bool = False
    paragraph_open: bool = False
    table_open: bool = False
    row_open: bool = False
    cell_open: bool = False


def read(data: bytes, path: str, enclosed: Enclosed | None = None) -> Document:
    """The document in an RTF file. `enclosed` reads the files that lie inside it.

    Raises Unreadable where the file is not in Rich Text Format or holds no text.
    """
    if not data.lstrip().startswith(b"{\\rtf"):
        raise Unreadable(Reason.CORRUPT, "the file is not in Rich Text Format")
    parser = _Parser()
    for token in tokens(data):
        parser.take(token)
    parser.close()
    # Choose the title before the headers are added in front of the text.
    flow = parser.flow
    title = next(
        (stretch.text for stretch in flow.stretches if stretch.kind == "title"), ""
    ) or stated(parser.destination_words.get("title", ""))
    heading = next((stretch.text for stretch in flow.stretches if stretch.level), "")
    embedded = Embedded(flow, enclosed)
    for embedded_file in parser.files:
        flow.stretches += rtf_object.stretches(embedded_file, embedded)
    flow.stretches[:0] = [
        Stretch("paragraph", text) for margin, text in parser.margins if margin == "header"
    ]
    flow.stretches += [
        Stretch("paragraph", text) for margin, text in parser.margins if margin == "footer"
    ]
    return flow.document(path, "rtf", title or heading or stem(path))


class _Parser:
    """Takes the tokens in order.

    `flow` holds the text, `margins` each header and footer once. `destination_words` are the words
    of other destinations, such as the title, by the name of the destination. `files` are the
    embedded files as the RTF file has them, in hexadecimal digits.
    """

    def __init__(self) -> None:
        self.flow = Flow()
        self.margins: dict[tuple[str, str], None] = {}
        self.state = _GroupState()
        self.outer_groups: list[tuple[_GroupState, Callable[[], None] | None]] = []
        self.starred = False
        self.bytes = bytearray()
        self.bytes_to_skip = 0
        self.high_surrogate = 0
        self.encoding = "cp1252"
        self.fonts = Fonts()
        self.files: list[bytearray] = []
        self.put_count = 0
        self.in_deleted = self.in_index = self.is_labelled = False
        self.style_names: dict[int, str] = {}
        self.outline_levels: dict[int, int] = {}
        self.style_number = 0
        self.destination_words: dict[str, str] = {}
        self.position = _Position()

    def take(self, token: Token) -> None:
        """Take the next token: collect bytes of text, enter or leave a group, or obey a word."""
        if token.data:
            # The bytes behind a Unicode character repeat it for older programs: they are skipped.
            skipped = min(self.bytes_to_skip, len(token.data))
            self.bytes_to_skip -= skipped
            if self.state.destination == "objdata":
                self.files[-1] += token.data
            elif self.state.destination != "skip":
                self.bytes += token.data[skipped:]
            return
        # Any other token ends the run of bytes.
        self.flush()
        self.bytes_to_skip = 0
        starred, self.starred = self.starred, token.word == "*"
        if token is OPEN:
            self.outer_groups.append((self.state, None))
        elif token is CLOSE:
            if self.outer_groups:
                self.state, end_group = self.outer_groups.pop()
                if end_group is not None:
                    end_group()
        elif self.state.destination != "skip":
            self.take_word(token.word, token.number, starred)

    def flush(self) -> None:
        """Decode the collected bytes in the character set of their font."""
        if self.bytes:
            font = self.state.font
            words = self.bytes.decode(self.fonts.encoding(font, self.encoding), "replace")
            # The name of a font is not written in that font.
            if self.fonts.shows_signs(font) and self.state.destination != "fonttbl":
                self.put_shown(self.fonts.shown(words, font))
            else:
                self.put(words)
            self.bytes.clear()

    def put_shown(self, shown: tuple[str, int]) -> None:
        """Put words, and count the characters that their font does not name."""
        words, unnamed = shown
        if unnamed:
            self.flow.left_out.add(Part.CHARACTER, unnamed)
        self.put(words)

    def put(self, words: str) -> None:
        """Put words where the open group sends them."""
        destination = self.state.destination
        if destination == "stylesheet":
            self.style_names[self.style_number] = (
                self.style_names.get(self.style_number, "") + words
            )[:MAX_NAME]
        elif destination == "fonttbl":
            self.fonts.add_name(self.state.font, words)
        elif destination:
            previous_words = self.destination_words.get(destination, "")
            self.destination_words[destination] = (previous_words + words)[:MAX_NAME]
        elif self.state.deleted:
            # A deletion is counted once, however many pieces it has.
            self.flow.left_out.add(Part.DELETED, not self.in_deleted)
            self.in_deleted = True
        else:
            self.in_deleted = False
            self.put_count += 1
            self.open_paragraph()
            if self.state.raised:
                self.flow.raised(words)
            else:
                self.flow.words(words)

    def take_word(self, word: str, number: int | None, starred: bool) -> None:
        if word in DESTINATIONS:
            self.destination(word)
        elif word in SKIPPED or (starred and word not in TEXT_DESTINATIONS):
            self.state = replace(self.state, destination="skip")
        elif word in SYMBOLS:
            self.put(SYMBOLS[word])
        elif word in BREAKS:
            if not self.state.destination:
                self.end_paragraph()
                self.is_labelled = False
        elif (call := self.WORDS.get(word)) is not None:
            call(self, number)

    def destination(self, word: str) -> None:
        """Send the words of the open group elsewhere than into the text around it."""
        margin = MARGINS.get(word)
        if margin or word in ASIDES:
            # An aside begins: a header, note or comment has a text and a position of its own.
            outer_position, self.position = self.position, _Position()
            self.flow.begin_aside()
            self.state = replace(self.state, destination="", deleted=False)
            self.outer_groups[-1:] = [
                (
                    self.outer_groups[-1][0] if self.outer_groups else self.state,
                    lambda: self.end_aside(word, outer_position),
                )
            ]
        else:
            self.destination_words.pop(word, None)
            self.state = replace(self.state, destination=word)
            self.is_labelled = self.is_labelled or word in LABELS
            if word == "objdata":
                self.files.append(bytearray())

    def begin_field(self, _: int | None) -> None:
        """Begin a field, whose code may name a sign that nothing else shows."""
        if self.outer_groups and not self.state.destination:
            start = self.put_count
            self.destination_words.pop("fldinst", None)
            self.outer_groups[-1] = (self.outer_groups[-1][0], lambda: self.end_field(start))

    def end_field(self, start: int) -> None:
        sign = words_of(self.destination_words.pop("fldinst", ""))
        if sign is not None and self.put_count == start:
            self.flow.left_out.add(Part.CHARACTER, sign[1])
            self.put(sign[0])

    def take_label(self) -> str:
        """The number of the paragraph that begins, empty for a bullet and where there is none."""
        self.is_labelled = False
        labels = [self.destination_words.pop(name, "").strip() for name in LABELS]
        label = next((label for label in labels if label), "")
        return label if label != "o" and any(map(str.isalnum, label)) else ""

    def end_aside(self, word: str, outer_position: _Position) -> None:
        self.close()
        stretches = self.flow.end_aside()
        self.position = outer_position
        if margin := MARGINS.get(word):
            self.margins |= dict.fromkeys((margin, stretch.text) for stretch in stretches)
        else:
            self.flow.hang(
                signed(self.destination_words.get("atnauthor", "").strip(), stretches)
                if word == "annotation"
                else stretches
            )

    def open_paragraph(self) -> None:
        """Open the paragraph that the next words belong to, and the table and cell around it."""
        position = self.position
        if not position.in_table:
            self.end_table()
        elif not position.cell_open:
            self.open_cell()
        if not position.paragraph_open:
            self.flow.begin_paragraph()
            position.paragraph_open = True
            if self.is_labelled:
                self.flow.label(self.take_label())

    def open_cell(self) -> None:
        position = self.position
        if not position.table_open:
            self.flow.begin_table()
        if not position.row_open:
            self.flow.begin_row()
        self.flow.begin_cell()
        position.table_open = position.row_open = position.cell_open = True

    def end_paragraph(self) -> None:
        if self.position.paragraph_open:
            style = self.position.style
            if not style.kind and not self.in_index:
                self.flow.left_out.add(Part.INDEX)
            self.in_index = not style.kind
            self.flow.mark(style.kind, style.level)
            self.flow.end_paragraph()
            self.position.paragraph_open = False

    def end_cell(self, _: int | None = None) -> None:
        if not self.position.cell_open:
            self.open_cell()
        self.end_paragraph()
        self.flow.end_cell()
        self.position.cell_open = False

    def end_row(self, _: int | None = None) -> None:
        if self.position.cell_open:
            self.end_cell()
        self.position.row_open = False

    def end_table(self) -> None:
        if self.position.table_open:
            self.end_row()
            self.flow.end_table()
            self.position.table_open = False

    def close(self) -> None:
        """End the paragraph and the table that are still open."""
        self.flush()
        self.end_paragraph()
        self.end_table()

    def unicode(self, number: int | None) -> None:
        """Take one UTF-16 code unit. A character beyond 16 bits is two units, taken one by one."""
        unit = (number or 0) & 0xFFFF
        if 0xD800 <= unit < 0xDC00:
            self.high_surrogate = unit
        else:
            high = self.high_surrogate
            high_bytes = bytes((high & 255, high >> 8)) if high else b""
            words = (high_bytes + bytes((unit & 255, unit >> 8))).decode("utf-16-le", "replace")
            self.put_shown(self.fonts.shown(words, self.state.font))
            self.high_surrogate = 0
        self.bytes_to_skip = self.state.fallback_bytes

    def set_code_page(self, number: int | None) -> None:
        try:
            self.encoding = codecs.lookup("utf-8" if number == 65001 else f"cp{number}").name
        except LookupError:
            self.encoding = "cp1252"

    def set_font(self, number: int | None) -> None:
        self.state = replace(self.state, font=number or 0)

    def set_charset(self, number: int | None) -> None:
        self.fonts.set_charset(self.state.font, number or 0)

    def reset_paragraph(self, _: int | None) -> None:
        self.position.in_table = False
        self.position.style = Style()

    def set_in_table(self, number: int | None) -> None:
        self.position.in_table = number != 0

    def apply_style(self, number: int | None) -> None:
        self.style_number = number or 0
        if not self.state.destination:
            name = self.style_names.get(self.style_number, "").strip().rstrip(";")
            self.position.style = word_styles.named(name) or self.position.style
            self.set_outline(
                self.outline_levels.get(self.style_number, self.position.style.level - 1)
            )

    def set_outline(self, number: int | None) -> None:
        level = outline_level(str(number))
        if self.state.destination == "stylesheet":
            self.outline_levels[self.style_number] = number or 0
        elif level and self.position.style.kind != "title":
            self.position.style = Style(level=level)

    def list_item(self, _: int | None) -> None:
        if not self.position.style.level:
            self.position.style = Style("list")

    def set_deleted(self, number: int | None) -> None:
        self.state = replace(self.state, deleted=number != 0)

    def reset_characters(self, _: int | None) -> None:
        self.state = replace(self.state, deleted=False, raised=False)

    def set_raised(self, number: int | None) -> None:
        self.state = replace(self.state, raised=number != 0)

    def set_level(self, _: int | None) -> None:
        self.state = replace(self.state, raised=False)

    def set_fallback_bytes(self, number: int | None) -> None:
        self.state = replace(self.state, fallback_bytes=max(number or 0, 0))

    WORDS: ClassVar[dict[str, Callable[[_Parser, int | None], None]]] = {
        "u": unicode,
        "uc": set_fallback_bytes,
        "ansicpg": set_code_page,
        "mac": lambda self, _: setattr(self, "encoding", "mac_roman"),
        "f": set_font,
        "fcharset": set_charset,
        "pard": reset_paragraph,
        "intbl": set_in_table,
        "s": apply_style,
        "outlinelevel": set_outline,
        "ls": list_item,
        "deleted": set_deleted,
        "plain": reset_characters,
        "super": set_raised,
        "up": set_raised,
        "sub": set_level,
        "dn": set_level,
        "nosupersub": set_level,
        "field": begin_field,
        "cell": end_cell,
        "row": end_row,
        "nestcell": lambda self, _: self.put("\t"),
        "nestrow": lambda self, _: self.put("\n"),
    }
