"""AsciiDoc: headings, paragraphs, list items, tables and delimited blocks.

Comments and attributes are left out; their lines are blank. Comments are counted. Entities are
replaced by the characters that they stand for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ...documents import Document
from .. import entities
from ..decoding import decode
from ..left_out import LeftOut, Part
from ..lines import Line, lines
from ..rows import Rows
from ..title import MAX_TITLE, stem

SUFFIXES = (".adoc", ".asciidoc")

MAX_HEADING = 300

_HEADING = re.compile(r"(={1,6}|#{1,6})[ \t]+(\S.*)")
_UNDERLINES = "=-~^+"
_FENCE = re.compile(r"-{4,}|={4,}|\.{4,}|\*{4,}|_{4,}|\+{4,}|/{4,}|--|`{3,}.{0,40}|[|,:!]={3,}")
_ATTRIBUTE = re.compile(r":!?[\w-]{1,60}!?:(?:[ \t].*)?")
_MACRO = re.compile(r"\[(?!quote|verse).{0,300}\]|(?:include|toc|ifdef|ifndef|ifeval|endif)::.*")
_CONDITIONAL = re.compile(r"ifn?def::[^\[\]]{1,200}\[(.+)\]")
"""A condition with its text on the same line. Which attributes are set is not known here."""

_ITEM = re.compile(
    r"(?:\*{1,5}|-|\.{1,5}|\d{1,9}\.|<\d{1,3}>|<\.>)[ \t]+\S|\S.{0,200}?(?:::|;;)(?:[ \t]|$)"
)
_LINK = re.compile(
    r"(?:link:|https?://)[^\s\[]{1,300}\[([^\[\]]{0,200})\]|<<[^<>,]{1,200}(?:,([^<>]{1,200}))?>>"
)
_ANCHOR = re.compile(r"\[\[[^\[\]]{1,100}\]\]|(?<!\s)\s++=+$")
_INLINE = re.compile(r"(?<!\w)([*_`#+]{1,2})(\S(?:.{0,200}?\S)?)\1(?!\w)")

# The kind of a delimited block by the first character of its delimiter; "" where the block is left
# out. Other delimiters only enclose further blocks.
_KINDS = {
    "-": "code",
    ".": "code",
    "+": "code",
    "`": "code",
    "|": "table",
    ",": "table",
    ":": "table",
    "!": "table",
    "/": "",
}


def read(data: bytes, path: str) -> Document:
    """The document in an AsciiDoc file; lines keep their numbers.

    Raises Unreadable where it is binary or empty.
    """
    text = decode(data)
    all_lines = [*lines(text)]
    parser = _Parser({line.words: line.start for line in all_lines if line.words[:1] == "/"})
    for line, following in zip(all_lines, [*all_lines[1:], None], strict=True):
        parser.take(line, text[line.start : line.end], following)
    rows = parser.rows
    rows.close()
    parser.left_out.add_undecoded(rows.text)
    title = next((block.heading for block in rows.blocks if block.heading), "")[:MAX_TITLE]
    code = ((block.start, block.end) for block in rows.blocks if block.kind == "code")
    shown, blocks = entities.replaced(rows.text, rows.blocks, code)
    return Document(
        path,
        "asciidoc",
        title or stem(path),
        shown,
        blocks,
        warnings=parser.left_out.warnings(),
    )


@dataclass
class _Parser:
    """One pass over the lines.

    `comment_ends` has the offset of the last line of each kind that may end a block of comments;
    without such a line a comment leaves nothing out. `until` is the line that ends the open
    delimited block, empty where none is open; `inside` is the kind of that block. `underline` is
    true where the next line underlines a heading, and `in_comment` in and right after a comment.
    """

    comment_ends: dict[str, int]
    rows: Rows = field(default_factory=Rows)
    until: str = ""
    inside: str = ""
    underline: bool = False
    in_comment: bool = False
    left_out: LeftOut = field(default_factory=LeftOut)

    def take(self, line: Line, whole: str, following: Line | None) -> None:
        """Take one line; `whole` is its text with the indentation."""
        words = line.words
        if not self.until and (conditional := _CONDITIONAL.fullmatch(words)):
            # The text of the condition is a line of its own.
            whole = conditional[1]
            line = line._replace(words=whole.strip())
            words = line.words
        if self.until:
            # The line is inside a delimited block.
            if self.inside:
                self.rows.take(whole, self.inside)
            else:
                self.comment(words)
            if words == self.until:
                self.rows.close()
                self.until = ""
                self.in_comment = False
        elif self.underline:
            # The line underlines the heading above.
            self.underline = False
            self.rows.between()
        elif not words:
            self.in_comment = False
            self.rows.between()
        elif words.startswith("//") and not words.startswith("////"):
            self.comment(words)
        elif heading := _HEADING.fullmatch(whole):
            self.rows.heading(whole, len(heading[1]), plain(heading[2]))
        elif following and not self.rows.kind and _underlines(words, following.words):
            self.underline = True
            self.rows.heading(whole, _UNDERLINES.index(following.words[0]) + 1, plain(words))
        elif _FENCE.fullmatch(words):
            self.fence(line, whole)
        elif _ATTRIBUTE.fullmatch(words) or _MACRO.fullmatch(words):
            self.rows.between()
        elif _ITEM.match(words):
            self.rows.take(whole, "list", begins=True)
        elif words == "+" and self.rows.kind == "list":
            # The mark "+" attaches the next block to the list item.
            self.rows.take(whole, "list")
        elif not self.rows.kind and whole[0].isspace():
            # An indented paragraph is literal.
            self.rows.take(whole, "code")
        else:
            self.rows.take(whole, self.rows.kind or "paragraph")

    def comment(self, words: str) -> None:
        """Leave out a line of a comment; neighbouring lines are one comment."""
        self.rows.between()
        if not self.in_comment and any(map(str.isalpha, words)):
            self.in_comment = True
            self.left_out.add(Part.COMMENT)

    def fence(self, line: Line, whole: str) -> None:
        """Take a delimiter, which opens a block of its own or only encloses further blocks."""
        words, mark = line.words, line.words[0]
        is_open_comment = mark == "/" and self.comment_ends[words] == line.start
        if words == "--" or mark not in _KINDS or is_open_comment:
            self.rows.between()
            return
        self.in_comment = False
        self.inside, self.until = _KINDS[mark], words[:3] if mark == "`" else words
        if self.inside:
            self.rows.take(whole, self.inside, begins=True)
        else:
            self.rows.between()


def _underlines(words: str, marks: str) -> bool:
    """True where `marks` underline the heading `words`: they are about as long as it."""
    return (
        len(marks) > 2
        and marks[0] in _UNDERLINES
        and not marks.strip(marks[0])
        and abs(len(marks) - len(words)) <= 2
        and any(map(str.isalnum, words))
    )


def plain(words: str) -> str:
    """A heading's words without links, anchors and emphasis.

    >>> plain("The `fit` *method* ==")
    'The fit method'
    """
    bare = _ANCHOR.sub("", entities.plain(words[:MAX_HEADING]))
    return _INLINE.sub(r"\2", _LINK.sub(lambda link: link[1] or link[2] or "", bare)).strip()
