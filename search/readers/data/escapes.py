r"""Decodes the escapes that data files write their text with, such as \u00e4, \n and \".

A line end becomes a space, so that it parts words and the lines of the file keep their numbers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..decoding import TERMINAL_CODE
from ..rewriting import Rewriting

_ESCAPE = re.compile(
    r"\\(?:u\{(?P<braced>[0-9A-Fa-f]{1,6})\}|u(?P<four>[0-9A-Fa-f]{4})"
    r"|U(?P<long>[0-9A-Fa-f]{8}|[0-9A-Fa-f]{4})|x(?P<two>[0-9A-Fa-f]{2})"
    r"|(?P<continued>\n[^\S\n]*)|(?P<sign>.))",
    re.DOTALL,
)
# A string in one line of the file; a backslash before the line's end joins the next line to it.
_LINE = re.compile(r"(?>[^\\\n]+|\\.)++", re.DOTALL)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Escapes:
    r"""The escapes of a format.

    blanks: letters that stand for white space or a control character, such as the n of \n.
    numbers: the letters among uUx that begin the number of a character.

    A backslash before any other letter or digit is text, as in the path C:\data that somebody wrote
    without escapes. Before any other sign it is left out.
    """

    blanks: str = "ntrbf"
    numbers: str = "u"

    def decoded(self, words: str) -> str:
        """The words without escapes; halves of surrogate pairs that stand alone become U+FFFD."""
        if "\\" not in words:
            return words
        return on_one_line(_ESCAPE.sub(self._sign, words))

    def rewrite(self, rewriting: Rewriting, start: int, end: int) -> None:
        """Decode the string that stands between two offsets of the source, line by line."""
        source = rewriting.source
        if source.find("\\", start, end) >= 0:
            for match in _LINE.finditer(source, start, end):
                if "\\" in match[0]:
                    rewriting.replace(match.start(), match.end(), self.decoded(match[0]))

    def _sign(self, match: re.Match[str]) -> str:
        digits = match["braced"] or match["four"] or match["long"] or match["two"]
        if digits and match[0][1] in self.numbers:
            code = int(digits, 16)
            return chr(code) if code <= 0x10FFFF else "\ufffd"
        if match["continued"]:
            return ""
        if digits:
            return match[0]
        sign = match["sign"]
        if sign in self.blanks:
            return " "
        return match[0] if sign.isalnum() else sign


def on_one_line(text: str) -> str:
    """A decoded text with surrogate pairs as characters, and with spaces for its line ends."""
    text = text.replace("\n", " ")
    if text.isprintable():
        return text
    if _SURROGATE.search(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if "\x1b" in text:
        text = TERMINAL_CODE.sub("", text)
    return _CONTROLS.sub(" ", text)


JSON = Escapes(blanks="ntrbfv0", numbers="ux")
"""The escapes of JSON, and those that JSON5 adds."""

YAML = Escapes(blanks="0abtnvfreN_LP \t", numbers="uUx")
PROPERTIES = Escapes(blanks="ntrf")
C = Escapes(blanks="ntrbfav0", numbers="uUx")
"""The escapes of C, which .strings and .po files use."""

TOML = Escapes(blanks="btnfre", numbers="uUx")
