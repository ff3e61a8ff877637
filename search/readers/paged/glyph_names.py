"""The characters that the names of glyphs stand for, and fonts mended with their help.

A font maps its codes to characters. Where it maps a code to no character, the name of the glyph
often tells which one it draws.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .font_programs import glyph_names
from .objects import entry

UNREADABLE = re.compile(
    "[\\x00-\\x08\\x0e-\\x1f\\x7f-\\x9f\ue000-\uf8ff\ufffd\U000f0000-\U0010ffff]"
)
"""Characters that come out for glyphs without a character: numbers, private use, and U+FFFD."""

_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_UNI = re.compile(r"uni((?:[0-9A-F]{4})+)")
_U = re.compile(r"u([0-9A-F]{4,6})")
_VARIANT = re.compile(r"(?:oldstyle|small|superior|inferior|fitted|tab|alt|swash)$")

MAX_CODES = 256

_SYMBOLS = re.compile(r"symbol", re.IGNORECASE)
_DINGBATS = re.compile(r"dings?\b|dings\d|bullet", re.IGNORECASE)
_PICTURES = {0xFC: "✓", 0xFB: "✗", 0xFE: "☑", 0xFD: "☒", 0xA8: "◻", 0x6F: "☐", 0xE0: "→"}
_SYMBOLIC = 0xF000


def text_of(name: str) -> str | None:
    """The text that a glyph's name stands for; None where it tells nothing.

    This follows the specification of the Adobe Glyph List: the name up to its first dot, in parts
    between underscores.

    >>> text_of("f_f_i"), text_of("uni0066006C"), text_of("u1F600.alt"), text_of("g17")
    ('ffi', 'fl', '😀', None)
    """
    parts = [_part(part) for part in name.partition(".")[0].split("_")]
    return "".join(filter(None, parts)) if parts and all(parts) else None


def _part(name: str) -> str | None:
    from pypdf._codecs import adobe_glyphs

    known = adobe_glyphs.get(f"/{name}")
    if known is not None and not UNREADABLE.search(known):
        return str(known)
    if found := _UNI.fullmatch(name):
        numbers = [int(found[1][place : place + 4], 16) for place in range(0, len(found[1]), 4)]
    elif found := _U.fullmatch(name):
        numbers = [int(found[1], 16)]
    else:
        base = _VARIANT.sub("", name)
        return _part(base) if base and base != name else None
    if any(0xD800 <= number < 0xE000 or number > 0x10FFFF for number in numbers):
        return None
    text = "".join(map(chr, numbers))
    return None if UNREADABLE.search(text) else text


def mend(font: Any) -> frozenset[str]:
    """Make a font of pypdf map its codes to the characters that the glyphs' names tell.

    Only codes that lead to no character are changed. Returns the names, with their slash, that
    pypdf will give as text because they tell nothing. Raises what pypdf raises.
    """
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, StreamObject
    from pypdf.generic._font import Font

    if not isinstance(font, DictionaryObject):
        return frozenset()
    names = dict(_names(font))
    base = str(entry(font, "/BaseFont") or "")
    stated = entry(font, "/ToUnicode")
    if not names and not (stated is not None and (_SYMBOLS.search(base) or _DINGBATS.search(base))):
        return frozenset()
    read = Font.from_font_resource(font)
    texts: dict[str, str] = {}
    unknown: set[str] = set()
    if isinstance(read.encoding, Mapping):
        for code in range(MAX_CODES):
            character = read.encoding.get(code, chr(code))
            text = read.character_map.get(character, character)
            if _is_bad(text):
                told = text_of(names[code]) if code in names else None
                told = told or _pictured(base, text)
                if told:
                    texts[f"{code:02X}"] = told
                elif text.startswith("/"):
                    unknown.add(text)
            elif character in read.character_map and not isinstance(stated, StreamObject):
                texts[f"{code:02X}"] = text
    else:
        for character, text in read.character_map.items():
            if _is_bad(text) and len(character) == 1 and ord(character) <= 0xFFFF:
                told = text_of(names.get(ord(character), "")) or _pictured(base, text)
                if told:
                    texts[f"{ord(character):04X}"] = told
    if not texts:
        return frozenset(unknown)
    rows = "\n".join(f"<{code}> <{text.encode('utf-16-be').hex()}>" for code, text in texts.items())
    mended = DecodedStreamObject()
    before = stated.get_data() if isinstance(stated, StreamObject) else b""
    mended.set_data(before + f"\n{len(texts)} beginbfchar\n{rows}\nendbfchar\n".encode())
    font[NameObject("/ToUnicode")] = mended
    return frozenset(unknown)


def _is_bad(text: str) -> bool:
    is_name = len(text) > 1 and text.startswith("/")
    return not text or is_name or UNREADABLE.search(text) is not None


def _names(font: Any) -> Iterator[tuple[int, str]]:
    """The codes of a font and the names of their glyphs, without their slash."""
    yield from glyph_names(font)
    listed = entry(entry(font, "/Encoding"), "/Differences")
    code = 0
    for item in listed if isinstance(listed, list) else ():
        if isinstance(item, int):
            code = item
        elif isinstance(item, str):
            yield code, item.removeprefix("/")
            code += 1


def _pictured(base: str, text: str) -> str | None:
    """What a code of the private range U+F000 stands for in a font of symbols or pictures."""
    if len(text) != 1 or not _SYMBOLIC < ord(text) <= _SYMBOLIC + 0xFF:
        return None
    code = ord(text) - _SYMBOLIC
    if _SYMBOLS.search(base):
        from pypdf._codecs import charset_encoding

        symbol = charset_encoding["/Symbol"][code]
        return None if _is_bad(symbol) else str(symbol)
    return _PICTURES.get(code, "•") if _DINGBATS.search(base) else None
