"""The tokens of an RTF file: braces, control words with their numbers, and bytes of text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# Words have no more than 32 letters and numbers no more than 10 digits (RTF specification 1.9, "RTF syntax").
_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z'])|([{}])|([^\\{}\r\n]+)|[\r\n]+|\\'?",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One token: `word` is a control word or symbol without its backslash, else `data` are bytes of text.

    `number` is a control word's number, None where it has none.
    """

    word: str = ""
    number: int | None = None
    data: bytes = b""


OPEN = Token("{")
CLOSE = Token("}")
"""The braces around a group, themselves told from the characters by identity."""


def tokens(data: bytes) -> Iterator[Token]:
    """The tokens of `data` in order. Binary data among them is passed over."""
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
            # A backslash at a line's end is a paragraph's end.
            yield Token("par" if symbol in b"\r\n" else symbol.decode("latin-1"))
