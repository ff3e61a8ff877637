"""Subtitles, SRT and WebVTT: the spoken words as running text, the times as headings.

Each line keeps its number in the file.
"""

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
"""Seconds between two headings, so that most sentences that span several cues stay whole."""

_TIMES = re.compile(r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[.,]\d{1,3}[ \t]*-->.*")
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,100}>|<\d[\d:.]{4,12}>|\{\\[^{}\n]{1,60}\}")


def read(data: bytes, path: str) -> Document:
    """The document in a file of subtitles.

    Lines between the cues become blank. Raises Unreadable where the file is binary or empty, or
    where nothing is spoken.
    """
    rows = Rows()
    in_cue = False
    heading_seconds = -SECTION_SECONDS
    for line in lines(decode(data)):
        # A line of times begins a cue. It becomes a heading where the last one is long enough ago.
        if times := _TIMES.fullmatch(line.words):
            in_cue = True
            seconds = sum(
                int(part or 0) * unit
                for part, unit in zip(times.groups(), (3_600, 60, 1), strict=True)
            )
            if not 0 <= seconds - heading_seconds < SECTION_SECONDS:
                heading_seconds = seconds
                time = f"{seconds // 3_600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
                rows.heading(time, 1, time)
                continue
        elif not line.words:
            in_cue = False
        # Any other line of a cue is spoken words.
        is_spoken = in_cue and not times
        rows.take(_TAG.sub("", line.words).strip() if is_spoken else "", "paragraph")
    rows.close()
    if not any(block.kind == "paragraph" for block in rows.blocks):
        raise Unreadable(Reason.NO_TEXT, "the file has no subtitles in it")
    return Document(path, "subtitles", stem(path), rows.text, tuple(rows.blocks))
