"""Markdown: headings, paragraphs, list items, tables and fenced code as blocks of the source text.

Front matter is a block of its own without its fences. Comments and embedded data are in no block;
comments are counted. Entities are replaced by the characters that they stand for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ...documents import Block, Document
from .. import entities
from ..decoding import decode
from ..left_out import LeftOut, Part
from ..lines import Line, line_at, lines
from ..title import stem
from . import code_spans

SUFFIXES = (".md", ".markdown", ".mdown", ".mkd", ".mdx", ".qmd", ".rmd")

MAX_HEADING = 300
MAX_SETEXT_LINES = 2
"""A row of dashes under a longer paragraph is a rule, not the underline of a heading."""

_PLAIN = re.compile(r"(?:[^\W\d_][^\n<|]*\n){1,500}")
"""Lines that can only be words: they begin with a letter and hold no `<` and no `|`."""

_ITEM = re.compile(r"[-*+][ \t]|\d{1,9}[.)][ \t]")
_DELIMITER_ROW = re.compile(r"[-:| \t]{3,}")
_EMBEDDED = re.compile(r"data:[\w.+-]{1,60}/[\w.+-]{1,60}(?:;[\w=.-]{1,60}){0,4},[\w+/=%.~-]{80,}")
_INLINE_COMMENT = re.compile(r"(?<![^\s(*_])%%[^%\n`]{1,2000}%%(?!\w)")
"""A comment of Obsidian on one line."""

_WIKI = re.compile(r"!?\[\[(?:[^\[\]|]{1,200}\|)?([^\[\]|]{1,200})\]\]")
_TITLE_KEY = re.compile(r"title[ \t]*:[ \t]*(.{1,300})", re.IGNORECASE)
_MARKERS = re.compile(r"(?:(?:[-*+]|\d{1,9}[.)])[ \t]{1,4})++")
_LINK = re.compile(
    r"!?\[((?>[^\[\]]++|\[[^\[\]]*+\])*+)\]"
    r"(?:\((?>[^()]++|\([^()]*+\))*+\)|\[[^\[\]]{0,200}\])"
)
"""A link in a heading: its address in brackets, or the name of a reference."""

_TAG_ALONE = re.compile(r"</?[a-zA-Z][\w.-]{0,40}(?:[\s/][^<>]{0,300})?>\s*(?:\n|\Z)")
_TAG = re.compile(r"(?<!\\)</?[a-zA-Z][\w-]{0,40}(?:[\s/][^<>]{0,300})?>|<!--[^<>]{0,300}-->")
_LETTER = re.compile(r"[^\W\d_]")
_ATTRIBUTES = re.compile(r"(?<![ \t])[ \t]*+\{(?:[#.]|/\*)[^{}]{0,200}\}$")
"""The name of a heading, or a comment of MDX with that name, behind its words."""


def read(data: bytes, path: str) -> Document:
    """The document in a Markdown file. Raises Unreadable where it is binary or empty."""
    document, left_out = read_page(data, path)
    left_out.add_undecoded(document.text)
    return replace(document, warnings=left_out.warnings())


def read_page(data: bytes, path: str) -> tuple[Document, LeftOut]:
    """The document in a Markdown file, and what it leaves out. Raises as `read` does."""
    parser = _Parser(decode(data))
    parser.parse()
    heading = next(
        (block.heading for block in parser.blocks if block.level == 1 and block.heading), ""
    )
    title = parser.title or heading or stem(path)
    text, blocks = entities.replaced(
        parser.text, parser.blocks, code_spans.literal(parser.text, parser.blocks), _is_escaped
    )
    return Document(path, "markdown", title, text, blocks), parser.left_out


@dataclass
class _Parser:
    """One pass over the lines.

    The open block is text[start:end]. `size` counts its lines, `fence` is the fence that ends it
    where it is code, and `comments` are the offsets of the long comments in it.
    `may_have_holes` is true where parts of the text, such as comments, may have to be left out.
    `unclosed` are the openings of comments that nothing closes in the rest of the text: the rest is
    looked through once for each of them.
    """

    text: str
    title: str = ""
    blocks: list[Block] = field(default_factory=list)
    kind: str = ""
    start: int = 0
    end: int = 0
    size: int = 0
    fence: str = ""
    comments: list[tuple[int, int]] = field(default_factory=list)
    may_have_holes: bool = False
    left_out: LeftOut = field(default_factory=LeftOut)
    unclosed: set[str] = field(default_factory=set)

    def parse(self) -> None:
        """Take all lines; runs of plain words are taken at once, which is faster."""
        self.may_have_holes = any(mark in self.text for mark in ("<!--", "%%", "data:"))
        position = self.front_matter()
        while position < len(self.text):
            plain = None if self.fence else _PLAIN.match(self.text, position)
            if plain:
                self.extend_plainly(position, plain.end())
                position = plain.end()
            else:
                line = line_at(self.text, position)
                position = self.take(line) or line.end + 1
        self.close()

    def extend_plainly(self, start: int, end: int) -> None:
        """Put lines that can only be words into the open block, or begin a paragraph with them."""
        if self.kind not in ("paragraph", "list"):
            self.close()
            self.kind, self.start, self.size = "paragraph", start, 0
        self.size += self.text.count("\n", start, end)
        self.end = end - 1

    def take(self, line: Line) -> int:
        """Take one line.

        Returns the offset to go on from where a comment of several lines begins in it, else 0.
        """
        if self.fence:
            # The line is code; a run of the fence's marks alone ends it.
            self.extend(line)
            if line.words.startswith(self.fence) and not line.words.strip(self.fence[0]):
                self.close()
        elif ("<!--" in line.words or line.words.startswith("%%")) and (
            after := self.long_comment(line)
        ):
            return after
        elif not line.words:
            self.close()
        elif fence := _fence(line.words):
            self.open("code", line)
            self.fence = fence
        elif heading := _atx(line):
            self.close()
            self.blocks.append(heading)
            self.count([(heading.end, line.end)])
        elif self.underlines(line):
            # The paragraph above is a heading.
            words = _plain(self.text[self.start : self.end])
            self.blocks.append(
                Block(self.start, line.end, "heading", 1 if line.words[0] == "=" else 2, words)
            )
            self.kind = ""
        elif _is_rule(line.words):
            self.close()
        else:
            self.add(line)
        return 0

    def add(self, line: Line) -> None:
        """Put a line of words into the open block or begin one with it."""
        if _ITEM.match(line.words):
            self.open("list", line)
        elif (
            self.kind
            and self.size == 1
            and "|" in self.text[self.start : self.end]
            and _DELIMITER_ROW.fullmatch(line.words)
        ):
            # The one line above heads the columns of a table.
            self.kind = "table"
            self.extend(line)
        elif (
            not self.kind
            or (self.kind == "table" and "|" not in line.words)
            or (self.kind == "code" and line.indent < 4)
        ):
            self.open("code" if line.indent >= 4 else "paragraph", line)
        else:
            self.extend(line)

    def open(self, kind: str, line: Line) -> None:
        """Begin a block of that kind with the line."""
        self.close()
        self.kind, self.start, self.size = kind, line.start, 0
        self.extend(line)

    def extend(self, line: Line) -> None:
        """Put the line into the open block."""
        self.end = line.end
        self.size += 1

    def close(self) -> None:
        """End the open block and keep it, without comments and embedded data."""
        if self.kind and not self.may_have_holes:
            if self.text[self.start : self.end].strip():
                self.blocks.append(Block(self.start, self.end, self.kind))
        elif self.kind:
            # Find the parts that are left out. A comment inside code is code.
            holes = [match.span() for match in _EMBEDDED.finditer(self.text, self.start, self.end)]
            if self.kind != "code" and (comments := self.comments_inside()):
                self.count(comments)
                holes += comments
            # Keep what is between them.
            start = self.start
            for hole in (*sorted(holes), (self.end, self.end)):
                piece = self.text[start : hole[0]]
                if any(map(str.isalnum, piece)) or (not holes and piece.strip()):
                    self.blocks.append(Block(start, hole[0], self.kind))
                start = max(start, hole[1])
        self.kind = self.fence = ""
        self.comments = []

    def comments_inside(self) -> list[tuple[int, int]]:
        """The offsets of the comments in the open block, in order."""
        comments = {*self.comments, *_comments(self.text, self.start, self.end)}
        if self.text.find("%%", self.start, self.end) >= 0:
            comments |= {
                match.span() for match in _INLINE_COMMENT.finditer(self.text, self.start, self.end)
            }
        if not comments:
            return []
        return code_spans.outside(
            sorted(comments), code_spans.spans(self.text, self.start, self.end)
        )

    def count(self, comments: list[tuple[int, int]]) -> None:
        """Count the comments, given in order; a comment inside another one is part of that."""
        after = 0
        for start, end in comments:
            if start >= after and _LETTER.search(self.text, start, end):
                self.left_out.add(Part.COMMENT)
            after = max(after, end)

    def long_comment(self, line: Line) -> int:
        """The offset after a comment that begins in the line and ends in a later line.

        0 where there is no such comment.
        """
        opening, closing = ("%%", "%%") if line.words.startswith("%%") else ("<!--", "-->")
        begin = (self.text.find if opening == closing else self.text.rfind)(
            opening, line.start, line.end
        )
        if "`" in line.words or self.text.find(closing, begin + len(opening), line.end) >= 0:
            return 0
        end = -1 if opening in self.unclosed else self.text.find(closing, line.end)
        if end < 0:
            self.unclosed.add(opening)
            return 0
        if not self.kind:
            self.kind, self.start, self.size = "paragraph", line.start, 0
        end += len(closing)
        self.comments.append((begin, end))
        self.end = end
        return end

    def underlines(self, line: Line) -> bool:
        """True where the line underlines the paragraph above, which makes that a heading."""
        marks = line.words
        is_underline = marks[0] in "=-" and not marks.strip(marks[0]) and line.indent < 4
        return (
            is_underline
            and self.kind == "paragraph"
            and self.size <= MAX_SETEXT_LINES
            and not self.comments
            and not _TAG_ALONE.match(self.text[self.start : self.end].lstrip())
        )

    def front_matter(self) -> int:
        """Take the front matter, the lines between `---` at the top of the file.

        Returns the offset after it, 0 where there is none.
        """
        if not self.text.startswith("---"):
            return 0
        first = -1
        for line in lines(self.text):
            if first < 0:
                if line.words != "---":
                    return 0
                first = line.end + 1
            elif line.words in ("---", "...") and line.indent == 0:
                if self.text[first : line.start].strip():
                    self.blocks.append(Block(first, line.start - 1, "paragraph"))
                return line.end + 1
            elif (
                not self.title and line.indent == 0 and (match := _TITLE_KEY.fullmatch(line.words))
            ):
                self.title = _unquoted(match[1].strip())
        self.title = ""
        return 0


def _comments(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The offsets of the comments within text[start:end]."""
    while (start := text.find("<!--", start, end)) >= 0:
        closing = text.find("-->", start, end)
        if closing < 0:
            break
        yield start, closing + 3
        start = closing + 3


def _is_escaped(text: str, offset: int) -> bool:
    """True where a backslash stands before the character at that offset."""
    return text[max(offset - 1, 0) : offset] == "\\"


def _fence(words: str) -> str:
    """The run of backticks or tildes that opens a code block, empty where the line opens none.

    It may stand behind the marker of a list item.

    >>> _fence("```python"), _fence("~~~~"), _fence("```a``` b")
    ('```', '~~~~', '')
    """
    if "```" not in words and "~~~" not in words:
        return ""
    if marker := _MARKERS.match(words):
        words = words[marker.end() :]
    mark = words[0]
    if mark not in "`~":
        return ""
    rest = words.lstrip(mark)
    run = words[: len(words) - len(rest)]
    return run if len(run) >= 3 and not (mark == "`" and mark in rest) else ""


def _atx(line: Line) -> Block | None:
    """The heading that a line beginning with `#` is; None for any other line."""
    words = line.words
    if words[0] != "#" or line.indent > 3:
        return None
    rest = words.lstrip("#")
    level = len(words) - len(rest)
    if level > 6 or (rest and not rest[0].isspace()):
        return None
    # A comment such as `<!-- omit in toc -->` may follow the words.
    comment = rest.find("<!--")
    end = (
        line.end - (len(rest) - comment)
        if comment >= 0 and line.words.endswith("-->")
        else line.end
    )
    rest = rest[:comment] if end < line.end else rest
    bare = rest.rstrip().rstrip("#")
    return Block(
        line.start, end, "heading", level, _plain(rest if bare and not bare[-1].isspace() else bare)
    )


def _plain(source: str) -> str:
    """A heading's words without links, emphasis and attributes.

    >>> _plain("The [`fit`](api.md#fit) **method** {#fit}")
    'The fit method'
    """
    words = " ".join(source[:MAX_HEADING].split())
    if words.endswith("}"):
        words = _ATTRIBUTES.sub("", words)
    if "[" in words:
        words = _LINK.sub(r"\1", _WIKI.sub(r"\1", words))
    if "&" in words or "<" in words:
        # What stands between backticks is code.
        parts = words.split("`")
        parts[::2] = [entities.plain(_TAG.sub("", part)) for part in parts[::2]]
        words = " ".join("`".join(parts).split()) or words
    return words.replace("**", "").replace("__", "").replace("`", "").strip()


def _is_rule(words: str) -> bool:
    """True for a horizontal rule, such as `---` or `* * *`."""
    marks = words.replace(" ", "")
    return marks[0] in "-*_" and len(marks) >= 3 and not marks.strip(marks[0])


def _unquoted(value: str) -> str:
    """A front matter value without its quotes; empty where it is more than a line of text."""
    if value[0] in "\"'":
        return value[1:-1] if len(value) > 2 and value[-1] == value[0] else ""
    return "" if value[0] in "&*[{|>!" else value
