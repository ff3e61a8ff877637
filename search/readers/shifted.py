"""Decodes texts that write other scripts in 7-bit bytes between marks: ISO-2022 and HZ.

ISO-2022-JP, -KR and -CN (RFC 1468, RFC 1557, RFC 1922) switch the character set by escape
sequences. HZ (RFC 1843) writes Chinese between "~{" and "~}". Python's own codecs refuse the signs
that Japanese programs add to ISO-2022-JP, and know no ISO-2022-CN.
"""

from __future__ import annotations

import re
from collections.abc import Callable


def _high(data: bytes) -> bytes:
    """The bytes with their eighth bit set."""
    return data.translate(_HIGH)


def _shift_jis(data: bytes) -> str:
    """The text of pairs of JIS X 0208, with the signs of NEC and IBM, which cp932 knows."""
    shifted = bytearray()
    for first, second in zip(data[::2], data[1::2], strict=False):
        row = (first - 0x21) // 2
        shifted.append(row + (0x81 if row < 0x1F else 0xC1))
        if first % 2:
            shifted.append(second + (0x1F if second < 0x60 else 0x20))
        else:
            shifted.append(second + 0x7E)
    return shifted.decode("cp932", "replace")


def _jis_x_0212(data: bytes) -> str:
    pairs = zip(data[::2], data[1::2], strict=False)
    return b"".join(b"\x8f" + _high(bytes(pair)) for pair in pairs).decode("euc_jp", "replace")


_HIGH = bytes(code | 0x80 if 0x20 < code < 0x7F else code for code in range(256))

Decode = Callable[[bytes], str]
_ASCII: Decode = lambda data: data.decode("utf-8", "replace")  # noqa: E731
_CHINESE: Decode = lambda data: _high(data).decode("gb2312", "replace")  # noqa: E731
_KOREAN: Decode = lambda data: _high(data).decode("euc_kr", "replace")  # noqa: E731

# Escape sequence → how the bytes behind it are decoded.
_SETS: dict[bytes, Decode] = {
    b"\x1b(B": _ASCII,
    b"\x1b(J": _ASCII,
    b"\x1b(H": _ASCII,
    b"\x1b(I": lambda data: _high(data).decode("cp932", "replace"),
    b"\x1b$@": _shift_jis,
    b"\x1b$B": _shift_jis,
    b"\x1b$(B": _shift_jis,
    b"\x1b$(D": _jis_x_0212,
    b"\x1b$A": _CHINESE,
    b"\x1b$(A": _CHINESE,
    b"\x1b$(C": _KOREAN,
}
# Escape sequence → how the bytes between SO and SI are decoded.
_SHIFTED_SETS: dict[bytes, Decode] = {b"\x1b$)A": _CHINESE, b"\x1b$)C": _KOREAN}

_MARK = re.compile(rb"(\x1b(?:\([BJHI]|\$[@AB]|\$\([ABCD]|\$\)[AC])|[\x0e\x0f]|\r?\n)")
_SWITCH = re.compile(rb"\x1b\$(?:[@AB]|\([ABCD]|\)[AC])")

_HZ = re.compile(rb"~\{((?:[\x21-\x77][\x21-\x7e])+)(?:~\}|(?=\r?\n|\Z))|~~")
MIN_COMMON = 0.7
"""The share of characters of HZ that must be common ones, which come first in its table.

Words in plain letters between the marks would be rare characters.
"""


def is_shifted(data: bytes) -> bool:
    """True where `data` holds an escape sequence that begins Japanese, Chinese or Korean."""
    return b"\x1b$" in data and _SWITCH.search(data) is not None


def decode_iso_2022(data: bytes) -> str:
    """The text of `data` in an encoding of ISO-2022; the character set returns at a line's end."""
    decode = plain = _ASCII
    shifted = _KOREAN
    texts: list[str] = []
    for position, piece in enumerate(_MARK.split(data)):
        if position % 2 == 0:
            texts.append(decode(piece) if piece else "")
        elif piece in _SHIFTED_SETS:
            shifted = _SHIFTED_SETS[piece]
        elif piece in _SETS:
            decode = plain = _SETS[piece]
        elif piece == b"\x0e":
            decode = shifted
        elif piece == b"\x0f":
            decode = plain
        else:
            decode = plain = _ASCII
            texts.append(piece.decode("ascii"))
    return "".join(texts)


def decode_hz(data: bytes) -> str | None:
    """The text of `data` where it is 7-bit text with Chinese in HZ; None for other data."""
    if b"~{" not in data or not data.isascii():
        return None
    stretches = [match[1] for match in _HZ.finditer(data) if match[1]]
    if data.count(b"~{") != len(stretches):
        return None
    pairs = b"".join(stretches)
    common = sum(first <= 0x57 for first in pairs[::2])
    try:
        _high(pairs).decode("gb2312")
    except UnicodeDecodeError:
        return None
    if common < MIN_COMMON * (len(pairs) // 2):
        return None
    text = _HZ.sub(lambda match: _high(match[1]) if match[1] else b"~", data)
    return text.decode("gb2312", "replace")
