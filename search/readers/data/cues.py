"""Groups the lines of subtitles to cues, and tells what a cue repeats of the one before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..lines import Line

ROLL_SECONDS = 0.2
"""Captions that roll up the screen follow one another within this time."""

MAX_LINES = 8
"""The last lines of a cue that the next cue is compared with."""

_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
_TIMES = re.compile(rf"{_TIME}[ \t]*-->[ \t]*(?:{_TIME})?.*")
_BLOCK = re.compile(r"(NOTE|STYLE|REGION)(?:[ \t]|$)")


@dataclass
class Cue:
    """What is said in one stretch of time.

    `line` is the number, from 0, of the line with the times. `lines` are the numbers of the spoken
    lines, with the lines themselves.
    """

    line: int
    start: float
    end: float
    lines: list[tuple[int, str]] = field(default_factory=list)


def cues(lines: Sequence[Line]) -> tuple[list[Cue], int]:
    """The cues in the lines, and the number of notes beside them.

    Words after a blank line belong to the cue above, unless they name the cue below.
    """
    found: list[Cue] = []
    notes = 0
    in_block = False
    for number, line in enumerate(lines):
        words = line.words
        is_first = number == 0 or not lines[number - 1].words
        is_last = number + 1 < len(lines) and "-->" in lines[number + 1].words
        if times := _TIMES.fullmatch(words):
            in_block = False
            found.append(Cue(number, _seconds(times.groups()[:4]), _seconds(times.groups()[4:])))
        elif not words:
            in_block = False
        elif in_block or (is_last and (is_first or words.isdecimal())):
            # The line is one of a note or a style, or the number or name of the next cue.
            continue
        elif is_first and (block := _BLOCK.match(words)):
            in_block = True
            notes += block[1] == "NOTE"
        elif found:
            found[-1].lines.append((number, words))
    return found, notes


def said_before(before: Sequence[Sequence[str]], words: Sequence[str]) -> int:
    """How many of the `words` of a cue repeat the last lines of the cue before.

    >>> said_before([["we", "sharpen"], ["a", "scythe"]], ["a", "scythe", "with"])
    2
    """
    for first in range(max(len(before) - MAX_LINES, 0), len(before)):
        last = [word for line in before[first:] for word in line]
        if last and words[: len(last)] == last:
            return len(last)
    return 0


def rolls(before: Cue, cue: Cue) -> bool:
    """True where a cue follows the one before at once, as captions do that roll up the screen."""
    return before.start <= cue.start <= before.end + ROLL_SECONDS


def _seconds(time: Sequence[str | None]) -> float:
    """A time as hours, minutes, seconds and their fraction, in seconds."""
    hours, minutes, seconds, fraction = (part or "0" for part in time)
    return 3_600 * int(hours) + 60 * int(minutes) + int(seconds) + float(f"0.{fraction}")
