"""Detects the encoding of a text from the lines that have bytes beyond ASCII."""

from __future__ import annotations

import codecs
import re

# The encodings of people's old files. A longer list makes the detector guess worse: EUC-JP passes
# for Johab.
LEGACY = (
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp874"),
    *("koi8_r", "mac_roman", "cp437", "cp850", "cp866"),
    *("cp932", "euc_jp", "gb18030", "big5", "cp949"),
)
FALLBACK = "cp1252"

DETECTION_BYTES = 65_536
"""Bytes that the detector looks at, all of them in lines with bytes beyond ASCII."""


MAX_MESS = 0.05
"""How much more noise than in its best guess the detector may find in cp1252.

The detector's noise runs from 0 to 1.
"""

MAX_LEAD = 1_000
"""Bytes of a line before its first byte beyond ASCII that the detector looks at."""

MIN_KANA = 0.1
"""The share of kana in the characters beyond ASCII of a Japanese text."""

_KANA = re.compile("[\u3041-\u30fe]")
_NARROW_KANA = re.compile("[\uff61-\uff9f]")
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")


def telling_lines(data: bytes) -> bytes:
    """The first DETECTION_BYTES of the lines that have bytes beyond ASCII, wherever they stand.

    Of a long line, what stands far before the first such byte is left out.
    """
    lines: list[bytes] = []
    size = position = 0
    while size < DETECTION_BYTES and (byte := _BEYOND_ASCII.search(data, position)):
        start = data.rfind(b"\n", max(position, byte.start() - MAX_LEAD), byte.start()) + 1
        start = start or max(position, byte.start() - MAX_LEAD)
        end = data.find(b"\n", byte.start()) + 1 or len(data)
        end = min(end, start + DETECTION_BYTES - size)
        lines.append(data[start:end])
        size += end - start
        position = end
    return b"".join(lines)


def detected(data: bytes) -> str:
    """The encoding that the detector finds most likely, or cp1252 where it is nearly as likely."""
    from charset_normalizer import from_bytes

    lines = telling_lines(data)
    if encoding := _japanese(lines):
        return encoding
    guesses = [
        guess
        for guess in from_bytes(lines, cp_isolation=list(LEGACY))
        if guess.encoding != "cp932" or _kana(lines, "cp932") is not None
    ]
    if not guesses:
        return FALLBACK
    best = guesses[0]
    # Western text is also plausible in related encodings, of which the detector takes the first by
    # number. cp1252 is therefore preferred where it is nearly as plausible.
    western = any(
        FALLBACK in guess.could_be_from_charset and guess.chaos <= best.chaos + MAX_MESS
        for guess in guesses
    )
    return FALLBACK if western else best.encoding


def _japanese(lines: bytes) -> str | None:
    """The encoding of Japanese, which shows by its kana; the detector takes it for Chinese."""
    for encoding in ("cp932", "euc_jp"):
        share = _kana(lines, encoding)
        if share is not None and share >= MIN_KANA:
            return encoding
    return None


def _kana(lines: bytes, encoding: str) -> float | None:
    """The share of kana in the characters beyond ASCII.

    None where the lines are in another encoding. One sign of that is that most kana are narrow, for
    these are what Cyrillic letters look like.
    """
    try:
        # The last character may be cut off.
        text = codecs.getincrementaldecoder(encoding)().decode(lines)
    except UnicodeDecodeError:
        return None
    count = len(text) - len(text.encode("ascii", "ignore"))
    kana, narrow = len(_KANA.findall(text)), len(_NARROW_KANA.findall(text))
    return kana / count if count and 2 * narrow <= count else None
