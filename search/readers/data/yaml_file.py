"""YAML: the file's own text with its escapes decoded, under the keys of its larger parts.

Errors in the file's syntax do not matter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ...documents import Document
from ..decoding import decode
from ..left_out import undecoded
from ..lines import Line, lines
from ..rewriting import Rewriting
from ..title import file_name
from .escapes import YAML
from .outline import Outline
from .yaml_strings import double_quoted

SUFFIXES = (".yaml", ".yml", ".eyaml")

MAX_LINE = 300
"""Longer lines are data, in which no key is looked for."""

_KEY = re.compile(
    r"""(?P<quote>["']?)(?P<key>[^\s#&*!|>%@`"'{}\[\],:][^:"'#]{0,100})(?P=quote):(?:\s+(?P<value>.*))?$"""
)
_TEXT = re.compile(r"(?:[&!]\S{1,100}\s+)?[|>][+-]?\d?[+-]?(?:\s+#.*)?$")
_NAMES = frozenset({"name", "title", "id", "key"})


def read(data: bytes, path: str) -> Document:
    """The document in a YAML file. Raises Unreadable where the file is binary or empty."""
    source = decode(data)
    parser = _Parser()
    for line in lines(source):
        parser.take(line)
    parser.leave(-1, len(source))
    rewriting = Rewriting(source)
    if "\\" in source:
        for start, end in double_quoted(source):
            YAML.rewrite(rewriting, start, end)
    text = rewriting.finish()
    blocks = tuple(rewriting.moved(parser.outline.blocks(source)))
    return Document(path, "code", file_name(path), text, blocks, warnings=undecoded(text))


def _plain(value: str) -> str:
    """A value as a name: the escapes of a string in double quotes are decoded."""
    return YAML.decoded(value) if value.startswith('"') else value


@dataclass
class _Parser:
    """One pass over the lines.

    outline: the sections found so far.
    open_columns: the columns of the open parts: a key's own column, or one more than a list item's.
    literal_column: the column of the key whose text is being passed over; -1 outside such a text.
    comments_start: the offset of the comments right above the line; -1 without any.
    """

    outline: Outline = field(default_factory=Outline)
    open_columns: list[int] = field(default_factory=list)
    literal_column: int = -1
    comments_start: int = -1

    def take(self, line: Line) -> None:
        """Take the next line of the file."""
        # Pass over text that a key has opened, and over comments, which belong to the line below.
        words, column = line.words, line.indent
        if self.literal_column >= 0 and (not words or column > self.literal_column):
            return
        self.literal_column = -1
        if words.startswith("#"):
            self.comments_start = line.start if self.comments_start < 0 else self.comments_start
            return
        start = self.comments_start if self.comments_start >= 0 else line.start
        self.comments_start = -1
        if not words or len(words) > MAX_LINE:
            return
        # A document, a list item or a key ends the parts in its column and beyond.
        if words in ("---", "..."):
            self.leave(-1, start)
        elif words.startswith("- "):
            # A list may be in the same column as its key.
            self.leave(column, start)
            key_match = _KEY.fullmatch(words[2:].lstrip())
            is_name = key_match is not None and key_match["key"].lower() in _NAMES
            name = _plain(key_match["value"] or "") if key_match and is_name else ""
            self.outline.enter(start, line.end, name)
            self.open_columns.append(column + 1)
            self.begin_text(key_match, column + 2)
        # A key with a plain value is an item; any other key may hold parts or a text.
        elif match := _KEY.fullmatch(words):
            self.leave(column - 1, start)
            if (
                match["value"]
                and not _TEXT.match(match["value"])
                and match["value"][0] not in "&!#"
            ):
                self.outline.item(start, line.end)
            else:
                key = match["key"].strip()
                key = YAML.decoded(key) if match["quote"] == '"' else key
                self.outline.enter(start, line.end, key)
                self.open_columns.append(column)
                self.begin_text(match, column)

    def begin_text(self, match: re.Match[str] | None, column: int) -> None:
        """From the next line on, pass over the text that the key in that column opens, if any."""
        if match and match["value"] and _TEXT.match(match["value"]):
            self.literal_column = column

    def leave(self, column: int, end: int) -> None:
        """Close the parts that are open in columns beyond that one."""
        while self.open_columns and self.open_columns[-1] > column:
            self.open_columns.pop()
            self.outline.leave(end)
