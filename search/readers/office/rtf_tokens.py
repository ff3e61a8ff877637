"""The tokens of an RTF file: braces, control words with their numbers, and bytes of text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# A control word has at most 32 letters, its number at most 10 digits (RTF specification 1.9,
# "RTF syntax"). The groups are: word, number, escaped byte, symbol, brace, text.
_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z'])|([{}])"
    rb"|([^\\{}\r\n]+)|[\r\n]+|\\'?",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One token: a brace, a control word or bytes of text.

    `word` is a control word or symbol without its backslash; `number` is its number, or None. A
    token without a word has bytes of text in `data`.
    """

    word: str = ""
    number: int | None = None
    data: bytes = b""


OPEN = Token("{")
CLOSE = Token("}")
"""The braces around a group. They are told from escaped braces by identity."""


def tokens(data: bytes) -> Iterator[Token]:
    """The tokens of `data` in order, without binary data."""
    position = 0
    while match := _TOKEN.match(data, position):
        position = match.end()
        word, number, escaped, symbol, brace, text = match.groups()
        if brace:
            yield OPEN if brace == b"{" else CLOSE
        elif text:
            yield Token(data=text)
        elif escaped:
            yield Token(data=bytes.fromhex(escaped.decode()))
        elif word == b"bin":
            position += max(int(number or 0), 0)
        elif word:
            yield Token(word.decode(), int(number) if number else None)
        elif symbol:
            # A backslash at the end of a line ends the paragraph.
            yield Token("par" if symbol in b"\r\n" else symbol.decode("latin-1"))
