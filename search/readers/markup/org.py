"""Org: headings, paragraphs, list items, tables and source blocks.

Comments, drawers and settings are left out; their lines are blank.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ...documents import Document
from ..decoding import decode
from ..lines import Line, lines
from ..rows import Rows
from ..title import MAX_TITLE, stem

SUFFIXES = (".org",)

_HEADING = re.compile(r"(\*{1,20})[ \t]+(.*)")
_STATE = re.compile(
    r"(?:(?:TODO|DONE|NEXT|WAITING|HOLD|CANCELED|CANCELLED|STARTED|PROJECT)[ \t]+)?"
    r"(?:\[#\w\][ \t]+)?"
)
_TAGS = re.compile(r"(?<![ \t])[ \t]++:[\w@#%:]{1,200}:$")
_LINK = re.compile(r"\[\[[^\[\]]{1,400}\]\[([^\[\]]{1,300})\]\]|\[\[([^\[\]]{1,400})\]\]")
_INLINE = re.compile(r"(?<!\w)[*/_=~+](\S(?:[^\n]{0,200}?\S)?)[*/_=~+](?!\w)")
_BEGIN = re.compile(r"#\+begin_(\w{1,40})\b.*", re.IGNORECASE)
_TITLE = re.compile(r"#\+title:[ \t]*(.{1,300})", re.IGNORECASE)
_SHOWN_SETTING = re.compile(
    r"#\+(?:caption|name|author|description|subtitle|filetags|keywords):.*", re.IGNORECASE
)
_DRAWER = re.compile(r":[\w-]{1,40}:")
_ITEM = re.compile(r"(?:[-+]|\d{1,9}[.)])[ \t]")
_CODE = frozenset({"src", "example", "export"})


def read(data: bytes, path: str) -> Document:
    """The document in an Org file; lines keep their numbers.

    Raises Unreadable where it is binary or empty.
    """
    text = decode(data)
    parser = _Parser()
    for line in lines(text):
        parser.take(line, text[line.start : line.end])
    rows = parser.rows
    rows.close()
    heading = next(
        (block.heading for block in rows.blocks if block.level == 1 and block.heading), ""
    )
    title = parser.title[:MAX_TITLE] or heading[:MAX_TITLE] or stem(path)
    return Document(path, "org", title, rows.text, tuple(rows.blocks))


@dataclass
class _Parser:
    """One pass over the lines.

    `until` is the line that ends the open block or drawer, empty where none is open. `inside` is
    the kind of that block, empty where it is left out.
    """

    rows: Rows = field(default_factory=Rows)
    title: str = ""
    until: str = ""
    inside: str = ""

    def take(self, line: Line, whole: str) -> None:
        """Take one line; `whole` is its text with the indentation."""
        words = line.words
        heading = _HEADING.fullmatch(whole)
        if self.until and not heading:
            self.keep(words, whole)
        elif heading:
            self.until = ""
            title = _TAGS.sub("", _STATE.sub("", heading[2], count=1))
            self.rows.heading(whole, len(heading[1]), plain(title))
        elif not words or (words[0] == "#" and (words == "#" or words[1].isspace())):
            # The line is blank or a comment.
            self.rows.between()
        elif begin := _BEGIN.fullmatch(words):
            if begin[1].lower() in _CODE:
                self.until, self.inside = f"#+end_{begin[1].lower()}", "code"
                self.rows.take(whole, "code", begins=True)
            elif begin[1].lower() == "comment":
                self.until, self.inside = "#+end_comment", ""
                self.rows.between()
            else:
                # Other blocks, such as quotes, hold prose.
                self.rows.between()
        elif _DRAWER.fullmatch(words):
            self.until, self.inside = ":end:", ""
            self.rows.between()
        else:
            self.words(words, whole)

    def keep(self, words: str, whole: str) -> None:
        """Take a line inside a block or drawer."""
        if self.inside:
            self.rows.take(whole, self.inside)
        else:
            self.rows.between()
        if words.lower() == self.until:
            self.rows.close()
            self.until = ""

    def words(self, words: str, whole: str) -> None:
        """Take a line of prose, a list, a table or a setting."""
        if title := _TITLE.fullmatch(words):
            self.title = self.title or plain(title[1])
            self.rows.take(whole, "paragraph")
        elif words.startswith("#+") and not _SHOWN_SETTING.fullmatch(words):
            self.rows.between()
        elif words.startswith(": ") or words == ":":
            self.rows.take(whole, "code")
        elif words[0] == "|":
            self.rows.take(whole, "table")
        elif _ITEM.match(words) or (words.startswith("* ") and whole[0].isspace()):
            self.rows.take(whole, "list", begins=True)
        else:
            self.rows.take(whole, "list" if self.rows.kind == "list" else "paragraph")


def plain(words: str) -> str:
    """A heading's words without links and emphasis.

    >>> plain("See [[https://example.org][the *manual*]]")
    'See the manual'
    """
    return _INLINE.sub(r"\1", _LINK.sub(lambda link: link[1] or link[2], words)).strip()
