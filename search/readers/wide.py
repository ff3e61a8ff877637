"""Recognises UTF-16 and UTF-32 without a byte order mark, in any script.

No byte tells these encodings apart by itself. The decoded text does: in the right encoding
neighbouring letters belong to one script, and in a wrong one they do not.
"""

from __future__ import annotations

import re

SAMPLES, SAMPLE = 16, 4_096
"""Stretches of the file that are looked at, and the bytes of each."""

MIN_COHERENT = 0.9
"""The share of characters that must be signs, or letters beside letters of their own script."""

MIN_MARKS = 0.01
"""The share of bytes that must be control characters.

Text of 8-bit encodings has none. In UTF-16 they are parts of spaces, line ends, signs and letters.
"""

MANY_MARKS = 0.1
"""The share of control characters from which on a text that passes for UTF-8 may be UTF-16."""

_CONTROLS = bytes((*range(9), *range(14, 27)))

# Signs that occur in texts of all scripts.
_SIGNS = (
    "\t\n\r\f\v -@[-`{-~\u00a0-\u00bf\u00d7\u00f7\u2010-\u2027\u2030-\u205e\u20a0-\u20bf"
    "\u2100-\u27bf\u3000-\u3020\uff01-\uff20\uff3b-\uff40\uff5b-\uff65\ufeff\U0001f000-\U0001faff"
)
_SCRIPTS = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0300-\u036f\u1e00-\u1eff\ufb00-\ufb06",
    "\u0300-\u036f\u0370-\u03ff\u1f00-\u1fff",
    "\u0300-\u036f\u0400-\u052f",
    "\u0531-\u058f",
    "\u0591-\u05f4\ufb1d-\ufb4f",
    "\u0600-\u06ff\u0750-\u077f\u200c-\u200f\ufb50-\ufdff\ufe70-\ufefc",
    *(f"{chr(start)}-{chr(start + 0x7F)}\u200c\u200d" for start in range(0x0900, 0x0E00, 0x80)),
    "\u0e01-\u0e5b",
    "\u0e81-\u0edf",
    "\u0f00-\u0fff",
    "\u1000-\u109f",
    "\u10a0-\u10ff\u1c90-\u1cbf\u2d00-\u2d2f",
    "\u1200-\u139f\u2d80-\u2ddf",
    "\u1780-\u17ff",
    "\u1800-\u18af",
    "\u3005\u3041-\u30ff\u3105-\u312f\u4e00-\u9fff\uff66-\uff9f\U00020000-\U000323af",
    "\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3",
)
_ALL = "".join(_SCRIPTS)
# A run of one script that does not touch a letter of another script, or a run of signs.
_COHERENT = re.compile(
    "|".join(
        (rf"[{_SIGNS}]+", *(rf"[{script}]{{2,}}" for script in _SCRIPTS), rf"[{_ALL}](?![{_ALL}])")
    )
)


def wide_encoding(data: bytes) -> str | None:
    """The encoding of `data` where it is UTF-16 or UTF-32 without a mark; None for other data."""
    if not data.count(0) and len(data) == len(data.translate(None, _CONTROLS)):
        return None
    sample = _sample(data)
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if controls < MIN_MARKS * len(sample) or (
        controls < MANY_MARKS * len(sample) and _is_utf_8(sample)
    ):
        return None
    if encoding := _utf_32(sample):
        return encoding
    # English in the wrong byte order is Chinese. Its letters tell which order is right.
    scores = {
        encoding: (_coherence(sample, encoding), low.count(0))
        for encoding, low in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[::2]))
    }
    best = max(scores, key=scores.__getitem__)
    return best if scores[best][0] >= MIN_COHERENT else None


def _is_utf_8(sample: bytes) -> bool:
    try:
        sample.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _sample(data: bytes) -> bytes:
    """Stretches from all over the file; each begins at a multiple of four bytes."""
    if len(data) <= SAMPLES * SAMPLE:
        return data
    step = len(data) // SAMPLES // 4 * 4
    return b"".join(data[start : start + SAMPLE] for start in range(0, SAMPLES * step, step))


def _utf_32(sample: bytes) -> str | None:
    """The byte order of UTF-32: the first byte of each character is zero, the second nearly."""
    count = len(sample) // 4
    for encoding, highest, high in (("utf-32-le", 3, 2), ("utf-32-be", 0, 1)):
        planes = sample[high : 4 * count : 4]
        if (
            count
            and not any(sample[highest : 4 * count : 4])
            and max(planes) <= 0x10
            and _coherence(sample, encoding) >= MIN_COHERENT
        ):
            return encoding
    return None


def _coherence(sample: bytes, encoding: str) -> float:
    """The share of the characters of `sample`, read in that encoding, that fit their neighbours."""
    unit = 4 if encoding.startswith("utf-32") else 2
    text = sample[: len(sample) // unit * unit].decode(encoding, "replace")
    fitting = sum(len(run) for run in _COHERENT.findall(text))
    return fitting / len(text) if text else 0.0
