"""Subtitles, SRT and WebVTT: the spoken words as running text, the times as headings.

Each line keeps its number in the file. Captions that roll up the screen repeat what was said
before; it comes once. Notes are counted.
"""

from __future__ import annotations

import re
from dataclasses import replace

from ...documents import Document, Reason
from ...errors import Unreadable
from .. import entities
from ..decoding import decode
from ..left_out import LeftOut, Part
from ..lines import lines
from ..rows import Rows
from ..title import stem
from .cues import Cue, cues, rolls, said_before

SUFFIXES = (".srt", ".vtt")

SECTION_SECONDS = 60
"""Seconds between two headings, so that most sentences that span several cues stay whole."""

_READING = re.compile(r"<rt>([^<>\n]{0,200})(?:</rt>)?")
_VOICE = re.compile(r"<v(?:\.[^\s<>]{0,60})?[ \t]+([^<>\n]{1,100})>")
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,100}>|<\d[\d:.]{4,12}>|\{\\[^{}\n]{1,60}\}")


def read(data: bytes, path: str) -> Document:
    """The document in a file of subtitles.

    Lines between the cues become blank. Raises Unreadable where the file is binary or empty, or
    where nothing is spoken.
    """
    all_lines = [*lines(decode(data))]
    found, notes = cues(all_lines)
    left_out = LeftOut()
    left_out.add(Part.COMMENT, notes)
    spoken = _spoken(found, left_out)
    if not any(spoken.values()):
        raise Unreadable(Reason.NO_TEXT, "the file has no subtitles in it")
    headings = _headings(found)
    rows = Rows()
    for number in range(len(all_lines)):
        if heading := headings.get(number):
            rows.heading(heading, 1, heading)
        else:
            rows.take(spoken.get(number, ""), "paragraph")
    rows.close()
    left_out.add_undecoded(rows.text)
    document = Document(path, "subtitles", stem(path), rows.text, tuple(rows.blocks))
    return replace(document, warnings=left_out.warnings())


def _headings(found: list[Cue]) -> dict[int, str]:
    """The times that head sections, by the number of their line."""
    headings: dict[int, str] = {}
    last = -SECTION_SECONDS
    for cue in found:
        seconds = int(cue.start)
        if not 0 <= seconds - last < SECTION_SECONDS:
            last = seconds
            headings[cue.line] = f"{seconds // 3_600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return headings


def _spoken(found: list[Cue], left_out: LeftOut) -> dict[int, str]:
    """What is said, by the number of its line, with the name of who begins to speak."""
    spoken: dict[int, str] = {}
    speaker = ""
    before: Cue | None = None
    words_before: list[list[str]] = []
    for cue in found:
        for _, line in cue.lines:
            left_out.add(Part.READING, len(_READING.findall(line)))
        words = [_plain(line).split() for _, line in cue.lines]
        repeated = 0
        if before is not None and rolls(before, cue):
            repeated = said_before(words_before, [word for line in words for word in line])
        for (number, line), line_words in zip(cue.lines, words, strict=True):
            if repeated:
                # The line, or its first words, were said before.
                spoken[number] = " ".join(line_words[repeated:])
                repeated = max(repeated - len(line_words), 0)
                continue
            voices = _VOICE.split(line)
            for place in range(1, len(voices), 2):
                name = entities.plain(voices[place].strip())
                voices[place] = f" {name}: " if name != speaker else " "
                speaker = name
            spoken[number] = _plain("".join(voices))
        if any(words):
            before, words_before = cue, words
    return spoken


def _plain(line: str) -> str:
    """A line without tags and readings, and with its entities replaced."""
    return " ".join(entities.plain(_TAG.sub("", _READING.sub("", line))).split())
