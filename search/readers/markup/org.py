"""Org: headings, paragraphs, list items, tables and source blocks.

Comments, drawers of properties and settings are left out; their lines are blank. Comments are
counted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ...documents import Document
from ..decoding import decode
from ..left_out import LeftOut, Part
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
_SETTING = re.compile(
    r"#\+(?:options|startup|property|setupfile|include|macro|bind|link|constants|columns|archive|"
    r"category|priorities|todo|seq_todo|typ_todo|tags|tblfm|plot|results|call|header|headers|index|"
    r"toc|language|creator|select_tags|exclude_tags|begin|end|"
    r"(?:attr|latex|html|beamer|odt|export|reveal|ascii|md|texinfo|hugo|org)_\w{1,40})"
    r"(?:\[.{0,60}\])?:.*|#\+(?:begin|end)_.*",
    re.IGNORECASE,
)
"""Settings for programs; any other line that begins with `#+` is text, such as a caption."""

_DRAWER = re.compile(r":[\w-]{1,40}:")
_COMMENT = "#+begin_comment"
_ENDS = frozenset({":end:", "#+end_comment"})
_ITEM = re.compile(r"(?:[-+]|\d{1,9}[.)])[ \t]")
_CODE = frozenset({"src", "example", "export"})


def read(data: bytes, path: str) -> Document:
    """The document in an Org file; lines keep their numbers.

    Raises Unreadable where it is binary or empty.
    """
    text = decode(data)
    all_lines = [*lines(text)]
    parser = _Parser(_closed(text, all_lines))
    for line in all_lines:
        parser.take(line, text[line.start : line.end])
    rows = parser.rows
    rows.close()
    parser.left_out.add_undecoded(rows.text)
    heading = next(
        (block.heading for block in rows.blocks if block.level == 1 and block.heading), ""
    )
    title = parser.title[:MAX_TITLE] or heading[:MAX_TITLE] or stem(path)
    return Document(
        path,
        "org",
        title,
        rows.text,
        tuple(rows.blocks),
        warnings=parser.left_out.warnings(),
    )


@dataclass
class _Parser:
    """One pass over the lines.

    `closed` has the offset of each line that opens a drawer or a comment with an end. `until` is
    the line that ends the open block or drawer, empty where none is open. `inside` is the kind of
    that block, empty where it is left out. `in_comment` is true in and right after a comment.
    """

    closed: set[int]
    rows: Rows = field(default_factory=Rows)
    title: str = ""
    until: str = ""
    inside: str = ""
    in_comment: bool = False
    left_out: LeftOut = field(default_factory=LeftOut)

    def take(self, line: Line, whole: str) -> None:
        """Take one line; `whole` is its text with the indentation."""
        words = line.words
        heading = _HEADING.fullmatch(whole)
        is_comment = words[:1] == "#" and (words == "#" or words[1].isspace())
        if self.until and not heading:
            self.keep(words, whole)
            return
        self.in_comment = self.in_comment and is_comment
        if heading:
            self.until = ""
            title = _TAGS.sub("", _STATE.sub("", heading[2], count=1))
            self.rows.heading(whole, len(heading[1]), plain(title))
        elif not words:
            self.rows.between()
        elif is_comment:
            self.comment(words)
        elif begin := _BEGIN.fullmatch(words):
            self.begin(begin[1].lower(), line, whole)
        elif words.lower() == ":end:":
            self.rows.between()
        elif _DRAWER.fullmatch(words) and line.start in self.closed:
            # A drawer with properties is for programs; any other holds text.
            if words.lower() == ":properties:":
                self.until, self.inside = ":end:", ""
            self.rows.between()
        else:
            self.words(words, whole)

    def begin(self, name: str, line: Line, whole: str) -> None:
        """Begin a block with that name."""
        if name in _CODE:
            self.until, self.inside = f"#+end_{name}", "code"
            self.rows.take(whole, "code", begins=True)
            return
        if name == "comment" and line.start in self.closed:
            self.until, self.inside = "#+end_comment", ""
        # Other blocks, such as quotes, hold prose.
        self.rows.between()

    def comment(self, words: str) -> None:
        """Leave out a line of a comment; neighbouring lines are one comment."""
        self.rows.between()
        if not self.in_comment and any(map(str.isalpha, words)):
            self.in_comment = True
            self.left_out.add(Part.COMMENT)

    def keep(self, words: str, whole: str) -> None:
        """Take a line inside a block or drawer."""
        is_end = words.lower() == self.until
        if self.inside:
            self.rows.take(whole, self.inside)
        elif self.until == ":end:" or is_end:
            self.rows.between()
        else:
            self.comment(words)
        if is_end:
            self.rows.close()
            self.until = ""
            self.in_comment = False

    def words(self, words: str, whole: str) -> None:
        """Take a line of prose, a list, a table or a setting."""
        if title := _TITLE.fullmatch(words):
            self.title = self.title or plain(title[1])
            self.rows.take(whole, "paragraph")
        elif words.startswith("#+") and _SETTING.fullmatch(words):
            self.rows.between()
        elif words.startswith(": ") or words == ":":
            self.rows.take(whole, "code")
        elif words[0] == "|":
            self.rows.take(whole, "table")
        elif _ITEM.match(words) or (words.startswith("* ") and whole[0].isspace()):
            self.rows.take(whole, "list", begins=True)
        else:
            self.rows.take(whole, "list" if self.rows.kind == "list" else "paragraph")


def _closed(text: str, all_lines: list[Line]) -> set[int]:
    """The offsets of the lines that open a drawer or a comment and have an end below them.

    The end stands before the next heading. The end of a drawer stands before the next drawer.
    """
    closed: set[int] = set()
    ends: set[str] = set()
    for line in reversed(all_lines):
        words = line.words.lower()
        if words in _ENDS:
            ends.add(words)
        elif words.startswith("*") and _HEADING.fullmatch(text, line.start, line.end):
            ends.clear()
        elif words.startswith(_COMMENT) and "#+end_comment" in ends:
            closed.add(line.start)
            ends.discard("#+end_comment")
        elif ":end:" in ends and _DRAWER.fullmatch(words):
            closed.add(line.start)
            ends.discard(":end:")
    return closed


def plain(words: str) -> str:
    """A heading's words without links and emphasis.

    >>> plain("See [[https://example.org][the *manual*]]")
    'See the manual'
    """
    return _INLINE.sub(r"\1", _LINK.sub(lambda link: link[1] or link[2], words)).strip()
