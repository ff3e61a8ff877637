"""The work of each regular expression grows in proportion to the text, even a hostile one.

Each pattern of the package is tried on texts made of its own letters: short pieces repeated, with
an end that does not match. The processor time of a text of twice the length is compared, so that a
slow machine changes nothing.
"""

import importlib
import inspect
import pkgutil
import random
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from re import _constants as codes
from re import _parser as parser
from typing import Any

import pytest

import search
from search.readers.source.code import DEFINITIONS, MAX_LINE

from .growth import TWICE, growth

SHORT, LONG = 4_096, 32_768
PIECES = 12
"""How many pieces are repeated for each pattern."""

BOUNDED = {
    "_NO_TITLE": "a function matches it with a whole title",
    "_LISTED": "it is matched with the lines of the system's list of mounts",
    "_OPENING": "it is tried on the first 120 characters of a line of code",
}
"""Patterns that are not tried at each place of a long text, though their calls do not tell."""

SEARCHES = ("search", "finditer", "findall", "sub", "subn", "split")
"""Methods that try a pattern at each place of a text; `match` and `fullmatch` try the first."""


@dataclass(frozen=True)
class Tried:
    """A pattern of the package, and whether its module tries it at each place of a text."""

    pattern: re.Pattern[Any]
    everywhere: bool


def patterns() -> Iterator[tuple[str, Tried]]:
    """Each pattern that a module of the package holds, also in tuples, lists and tables."""
    for module in pkgutil.walk_packages(search.__path__, "search."):
        loaded = importlib.import_module(module.name)
        source = inspect.getsource(loaded)
        for name, value in vars(loaded).items():
            for place, pattern in enumerate(_patterns_in(value)):
                # A pattern in a table is called by another name: it may be tried everywhere.
                calls = re.findall(rf"\b{name}\.(\w+)\(", source)
                everywhere = name not in BOUNDED and (
                    not calls or any(call in SEARCHES for call in calls)
                )
                yield f"{module.name}.{name}[{place}]", Tried(pattern, everywhere)


def _patterns_in(value: object) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _patterns_in(part)
    elif isinstance(value, tuple | list | set | frozenset):
        for part in value:
            yield from _patterns_in(part)


ALL = dict(patterns())


def letters(tree: Any) -> list[str]:
    """The strings and letters that a parsed pattern names, in order."""
    found: list[str] = []
    for code, value in tree:
        if code in (codes.LITERAL, codes.NOT_LITERAL):
            found.append(chr(value))
        elif code is codes.RANGE:
            found += [chr(value[0]), chr(value[1])]
        elif code is codes.IN:
            found += letters(value)[:6]
        elif code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
            found += letters(value[2])
        elif code is codes.BRANCH:
            for branch in value[1]:
                found += ["".join(letters(branch)[:12]), *letters(branch)]
        elif code in (codes.SUBPATTERN, codes.ASSERT, codes.ASSERT_NOT, codes.ATOMIC_GROUP):
            inner = value if code is codes.ATOMIC_GROUP else value[-1]
            found += ["".join(letters(inner)[:12]), *letters(inner)]
    return [part for part in found if part]


def pieces(pattern: re.Pattern[Any]) -> list[str]:
    """Short pieces that the pattern can begin to match: its own strings, alone and joined."""
    source = pattern.pattern
    text = source if isinstance(source, str) else source.decode("latin-1")
    flags = pattern.flags & ~re.UNICODE & ~re.ASCII & ~re.LOCALE
    own = [*dict.fromkeys([*letters(parser.parse(text, flags)), "a", " ", "\n", "1"])]
    chance = random.Random(ascii(text))
    joined = ("".join(chance.choices(own, k=chance.randint(2, 4))) for _ in range(2 * PIECES))
    return [*dict.fromkeys([*own, "".join(own[:-4]) or "a", *joined])][:PIECES]


def grows(tried: Tried, piece: str) -> float:
    """How many times as long twice the text takes; 0 where even a long text takes no time."""
    pattern = tried.pattern
    end = "\0" if isinstance(pattern.pattern, str) else b"\0"
    unit: Any = piece if isinstance(pattern.pattern, str) else piece.encode()

    def work(size: int) -> None:
        text = unit * (size // len(unit)) + end
        if tried.everywhere:
            deque(pattern.finditer(text), maxlen=0)
        else:
            pattern.match(text)
            pattern.fullmatch(text)

    return growth(work, SHORT, LONG)


@pytest.mark.parametrize("name", ALL)
def test_a_pattern_takes_time_in_proportion_to_the_text(name: str) -> None:
    slow = {
        piece: ratio
        for piece in pieces(ALL[name].pattern)
        if (ratio := grows(ALL[name], piece)) > TWICE
    }
    assert slow == {}


@pytest.mark.parametrize("language", DEFINITIONS)
def test_a_pattern_for_definitions_takes_time_in_proportion_to_the_line(language: str) -> None:
    """Lines of at most MAX_LINE characters are judged, so that many lines are compared."""
    pattern = re.compile(DEFINITIONS[language])

    slow = {}
    for piece in (*pieces(pattern), "a b ", "f(a, ", "<T, ", "a::"):
        for beginning in ("", "public ", "const a = ", "int a", "a b("):

            def work(size: int, text: str = beginning + piece * MAX_LINE) -> None:
                line = text[: size - 1] + ";"
                for _ in range(200):
                    pattern.match(line)

            if (ratio := growth(work, MAX_LINE // 2, MAX_LINE // 2)) > TWICE:
                slow[beginning + piece] = ratio
    assert slow == {}
