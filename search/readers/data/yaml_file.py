"""YAML: the file's own text under the keys of its larger parts, whatever is wrong with it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ...documents import Document
from ..decoding import decode
from ..lines import Line, lines
from ..title import file_name
from .outline import Outline

SUFFIXES = (".yaml", ".yml", ".eyaml")

MAX_LINE = 300
"""Longer lines are data; no key is looked for in them."""

_KEY = re.compile(
    r"""(?P<quote>["']?)(?P<key>[^\s#&*!|>%@`"'{}\[\],:][^:"'#]{0,100})(?P=quote):(?:\s+(?P<value>.*))?$"""
)
_TEXT = re.compile(r"(?:[&!]\S{1,100}\s+)?[|>][+-]?\d?[+-]?(?:\s+#.*)?$")
_NAMES = frozenset({"name", "title", "id", "key"})


def read(data: bytes, path: str) -> Document:
    """The document in a YAML file. Raises Unreadable where it is binary or empty."""
    text = decode(data)
    parser = _Parser()
    for line in lines(text):
        parser.take(line)
    parser.leave(-1, len(text))
    return Document(path, "code", file_name(path), text, tuple(parser.outline.blocks(text)))


@dataclass
class _Parser:
    """One pass over the lines.

    `around` are the columns of what is open: a key's own, a list item's one more. `literal` is the column of the key whose
    text is being passed over, -1 outside. `lead` is where the comments begin that stand right above the line, -1 without.
    """

    outline: Outline = field(default_factory=Outline)
    around: list[int] = field(default_factory=list)
    literal: int = -1
    lead: int = -1

    def take(self, line: Line) -> None:
        words, column = line.words, line.indent
        if self.literal >= 0 and (not words or column > self.literal):
            return
        self.literal = -1
        if words.startswith("#"):
            self.lead = line.start if self.lead < 0 else self.lead
            return
        start = self.lead if self.lead >= 0 else line.start
        self.lead = -1
        if not words or len(words) > MAX_LINE:
            return
        if words in ("---", "..."):
            self.leave(-1, start)
        elif words.startswith("- "):
            # A list may stand in the column of its key.
            self.leave(column, start)
            inside = _KEY.fullmatch(words[2:].lstrip())
            named = inside is not None and inside["key"].lower() in _NAMES
            self.outline.enter(start, line.end, (inside["value"] or "") if inside and named else "")
            self.around.append(column + 1)
            self.begins_text(inside, column + 2)
        elif match := _KEY.fullmatch(words):
            self.leave(column - 1, start)
            if (
                match["value"]
                and not _TEXT.match(match["value"])
                and match["value"][0] not in "&!#"
            ):
                self.outline.item(start, line.end)
            else:
                self.outline.enter(start, line.end, match["key"].strip())
                self.around.append(column)
                self.begins_text(match, column)

    def begins_text(self, match: re.Match[str] | None, column: int) -> None:
        """Pass over the lines of text that a key in that column opens."""
        if match and match["value"] and _TEXT.match(match["value"]):
            self.literal = column

    def leave(self, column: int, end: int) -> None:
        """Close what is open in the columns after that one."""
        while self.around and self.around[-1] > column:
            self.around.pop()
            self.outline.leave(end)
