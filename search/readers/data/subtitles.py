"""Subtitles, SRT and WebVTT: what is said as running text on the file's own lines, the times as headings."""

from __future__ import annotations

import re

from ...documents import Document, Reason
from ...errors import Unreadable
from ..decoding import decode
from ..lines import lines
from ..rows import Rows
from ..title import stem

SUFFIXES = (".srt", ".vtt")

SECTION_SECONDS = 60
"""A time is given about so often, which leaves sentences whole that go over several cues."""

_TIMES = re.compile(r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[.,]\d{1,3}[ \t]*-->.*")
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,100}>|<\d[\d:.]{4,12}>|\{\\[^{}\n]{1,60}\}")


def read(data: bytes, path: str) -> Document:
    """The document in a file of subtitles; what stands between the cues is left out, its lines blank.

    Raises Unreadable where it is binary, empty or nothing is said.
    """
    rows = Rows()
    cue = False
    last = -SECTION_SECONDS
    for line in lines(decode(data)):
        if times := _TIMES.fullmatch(line.words):
            cue = True
            seconds = sum(
                int(part or 0) * unit
                for part, unit in zip(times.groups(), (3_600, 60, 1), strict=True)
            )
            if not 0 <= seconds - last < SECTION_SECONDS:
                last = seconds
                time = f"{seconds // 3_600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
                rows.heading(time, 1, time)
                continue
        elif not line.words:
            cue = False
        said = cue and not times
        rows.take(_TAG.sub("", line.words).strip() if said else "", "paragraph")
    rows.close()
    if not any(block.kind == "paragraph" for block in rows.blocks):
        raise Unreadable(Reason.NO_TEXT, "the file has no subtitles in it")
    return Document(path, "subtitles", stem(path), rows.text, tuple(rows.blocks))
