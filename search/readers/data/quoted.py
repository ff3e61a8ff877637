"""Configuration and translations whose strings have escapes: .properties, .strings and TOML.

They are read as source code without definitions, and their strings are decoded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ...documents import Document
from ..left_out import undecoded
from ..rewriting import Rewriting
from ..source import code
from ..title import file_name
from .escapes import PROPERTIES, TOML, C, Escapes


@dataclass(frozen=True, slots=True)
class Format:
    """Where a format has strings with escapes: in the group `text` of the pattern's matches."""

    pattern: re.Pattern[str]
    escapes: Escapes


FORMATS = {
    # All but comments has escapes. A backslash at a line's end joins the next line.
    ".properties": Format(
        re.compile(r"^[^\S\n]*+(?:[#!][^\n]*+|(?P<text>(?>[^\\\n]+|\\.)++))", re.DOTALL | re.M),
        PROPERTIES,
    ),
    ".strings": Format(
        re.compile(r'//[^\n]*+|/\*(?:.*?\*/|.*+)|"(?P<text>(?>[^"\\]+|\\.)*+)"?', re.DOTALL), C
    ),
    ".toml": Format(
        re.compile(
            r"""\#[^\n]*+|'''(?:.*?'''|.*+)|'[^'\n]*+'?"""
            r"""|\"{3}(?P<text>(?>[^"\\]+|\\.|"(?!""))*+)(?:\"{3}|\Z)"""
            r"""|"(?P<line>(?>[^"\\\n]+|\\.)*+)"?""",
            re.DOTALL,
        ),
        TOML,
    ),
}
SUFFIXES = tuple(FORMATS)


def read(data: bytes, path: str) -> Document:
    """The document in a file of one of the FORMATS. Raises Unreadable as code.read."""
    document = code.read(data, path)
    if "\\" not in document.text:
        return replace(document, warnings=undecoded(document.text))
    suffix = "." + file_name(path).lower().rpartition(".")[2]
    form = FORMATS[suffix]
    rewriting = Rewriting(document.text)
    for match in form.pattern.finditer(document.text):
        if group := match.lastgroup:
            form.escapes.rewrite(rewriting, *match.span(group))
    text = rewriting.finish()
    blocks = tuple(rewriting.moved(document.blocks))
    return replace(document, text=text, blocks=blocks, warnings=undecoded(text))
