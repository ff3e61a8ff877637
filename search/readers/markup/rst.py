"""reStructuredText: underlined headings, paragraphs, list items, tables and literal blocks.

Comments are in no block; they are counted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ...documents import Block, Document
from ..decoding import decode
from ..left_out import LeftOut, Part
from ..lines import Line, lines
from ..title import stem

SUFFIXES = (".rst", ".rest")

MAX_HEADING = 300
MIN_UNDERLINE = 4
"""A shorter row of marks underlines a heading only where it is as long as the heading."""

_MARKS = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_ITEM = re.compile(r"[-*+][ \t]|(?:\d{1,9}|#)[.)][ \t]")
_DIRECTIVE = re.compile(r"\.\.[ \t]+(?:\|[^|]{1,100}\|[ \t]+)?[\w:.+-]{1,60}::(?:[ \t]|$)")
_CODE_DIRECTIVE = re.compile(
    r"\.\.[ \t]+(?:code|code-block|sourcecode|highlight|parsed-literal|literalinclude)::"
)
_TARGET = re.compile(r"\.\.[ \t]+(?:_[^:]{1,200}:|\[[^\]]{1,60}\])")
_TABLE_RULE = re.compile(r"=+(?: +=+)+")
_ROLE = re.compile(r":[\w:+.-]{1,40}:`([^`]{1,200})`")


def read(data: bytes, path: str) -> Document:
    """The document in a reStructuredText file. Raises Unreadable where it is binary or empty."""
    text = decode(data)
    parser = _Parser(text)
    parser.parse()
    title = next((block.heading for block in parser.blocks if block.heading), "")
    parser.left_out.add_undecoded(text)
    return Document(
        path,
        "rst",
        title or stem(path),
        text,
        tuple(parser.blocks),
        warnings=parser.left_out.warnings(),
    )


@dataclass
class _Parser:
    """One pass over the lines.

    The open block is text[start:end]; `size` counts its lines, and `last` is the last of them.
    `margin` is the column beyond which code and comments are indented, -1 outside them. `overline`
    is a row of marks that may stand above a heading. `styles` are the marks of headings by level,
    each with True where the heading has an overline. `comment_has_words` is true where the open
    comment is more than its mark.
    """

    text: str
    blocks: list[Block] = field(default_factory=list)
    kind: str = ""
    start: int = 0
    end: int = 0
    size: int = 0
    margin: int = -1
    overline: Line | None = None
    last: str = ""
    styles: list[tuple[str, bool]] = field(default_factory=list)
    comment_has_words: bool = False
    left_out: LeftOut = field(default_factory=LeftOut)

    def parse(self) -> None:
        """Take all lines."""
        for line in lines(self.text):
            # Lines that are indented beyond the margin are code or a comment.
            if self.margin >= 0 and (not line.words or line.indent > self.margin):
                if line.words:
                    self.take("code" if self.kind != "comment" else "comment", line)
                    self.see(line)
                continue
            if self.margin >= 0:
                self.close()
            if not line.words:
                self.end_paragraph()
            elif self.underlines(line):
                self.heading(line)
            elif _is_row(line) and not self.kind and line.words != "..":
                self.overline = line
            else:
                self.add(line)
        self.end_paragraph()
        self.close()

    def add(self, line: Line) -> None:
        """Put a line of words into the open block or begin one with it."""
        words = line.words
        if words.startswith("..") and (words == ".." or words[2] in " \t"):
            self.close()
            if _CODE_DIRECTIVE.match(words):
                self.take("code", line)
                self.margin = line.indent
            elif _DIRECTIVE.match(words) or _TARGET.match(words):
                self.take("paragraph", line)
            else:
                self.kind, self.margin = "comment", line.indent
                self.see(line)
        elif _ITEM.match(words):
            self.close()
            self.take("list", line)
        elif words[0] in "+|" or _TABLE_RULE.fullmatch(words):
            self.take("table", line)
        else:
            self.take(self.kind or "paragraph", line)

    def see(self, line: Line) -> None:
        """Note where a line of a comment has words."""
        if self.kind == "comment" and not self.comment_has_words:
            self.comment_has_words = any(map(str.isalpha, line.words))

    def take(self, kind: str, line: Line) -> None:
        """Put a line into the open block, which is of that kind, or begin one with it."""
        if not self.kind:
            self.start, self.size = line.start, 0
        self.kind, self.end, self.last = kind, line.end, line.words
        self.size += 1

    def end_paragraph(self) -> None:
        """Close the block at a blank line; the indented lines after `::` are code."""
        introduces_code = (
            self.last.endswith("::")
            and self.kind in ("paragraph", "list")
            and not self.last.startswith("..")
        )
        margin = next(lines(self.text, self.start)).indent if introduces_code else -1
        self.close()
        self.margin = margin

    def close(self) -> None:
        """Keep the open block, unless it is a comment."""
        if self.kind not in ("", "comment"):
            self.blocks.append(Block(self.start, self.end, self.kind))
        self.left_out.add(Part.COMMENT, self.comment_has_words)
        self.comment_has_words = False
        self.kind = self.last = ""
        self.margin = -1
        self.overline = None

    def underlines(self, line: Line) -> bool:
        """True where the line is the row of marks below a heading of one line."""
        if not (_is_row(line) and line.indent == 0 and self.kind == "paragraph" and self.size == 1):
            return False
        return len(line.words) >= min(len(self.last), MIN_UNDERLINE)

    def heading(self, line: Line) -> None:
        """Keep the open line as a heading. A new style of underline is the next deeper level."""
        is_overlined = self.overline is not None and self.overline.words[0] == line.words[0]
        start = self.overline.start if is_overlined and self.overline else self.start
        style = (line.words[0], is_overlined)
        if style not in self.styles:
            self.styles.append(style)
        words = _ROLE.sub(r"\1", self.last[:MAX_HEADING]).replace("`", "").replace("**", "")
        self.blocks.append(
            Block(start, line.end, "heading", min(self.styles.index(style) + 1, 6), words)
        )
        self.kind = self.last = ""
        self.overline = None


def _is_row(line: Line) -> bool:
    """True for a row of one repeated punctuation mark, as headings are underlined with."""
    mark = line.words[0]
    return mark in _MARKS and len(line.words) > 1 and not line.words.strip(mark)
