"""Text from documents, made safe and readable for a terminal."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from urllib.parse import quote

from search.urls import is_url

CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""Characters that control a terminal or reverse the direction of text.

These are C0 (without tab and newline), C1, bidirectional controls and lone surrogates.
"""


def printable(text: str, one_line: bool = False) -> str:
    r"""The text with every control character made visible.

    >>> printable("a\x1b[31mb")
    'a␛[31mb'
    """
    text = CONTROLS.sub(_visible, text)
    return " ".join(text.split()) if one_line else text


def _visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else "\ufffd"


class Style:
    """Adds colours and links to text if they are wanted, else leaves the text plain."""

    def __init__(self, color: str, is_terminal: bool, environment: Mapping[str, str]) -> None:
        plain = bool(environment.get("NO_COLOR")) or environment.get("TERM", "") in ("", "dumb")
        self.on = color == "always" or (color == "auto" and is_terminal and not plain)

    def paint(self, text: str, *codes: int) -> str:
        """The text in SGR `codes`."""
        return f"\x1b[{';'.join(map(str, codes))}m{text}\x1b[0m" if self.on else text

    def link(self, text: str, path: str) -> str:
        """The text as an OSC 8 hyperlink to a file; an object of a store is no file."""
        if is_url(path):
            return text
        return (
            f"\x1b]8;;file://{quote(os.fsencode(path))}\x1b\\{text}\x1b]8;;\x1b\\"
            if self.on
            else text
        )

    def mark(
        self,
        text: str,
        ranges: Sequence[tuple[int, int]],
        sentences: Sequence[tuple[int, int]] = (),
    ) -> str:
        """The text, made printable, with its ranges in bold colour and its sentences in bold.

        Both are [start, end) offsets in `text`.
        """
        borders = {offset for span in (*ranges, *sentences) for offset in span}
        parts: list[str] = []
        for start, end in pairwise(sorted(borders | {0, len(text)})):
            words = printable(text[start:end])
            if any(first <= start < last for first, last in ranges):
                words = self.paint(words, 1, 31)
            elif any(first <= start < last for first, last in sentences):
                words = self.paint(words, 1)
            parts.append(words)
        return "".join(parts)
