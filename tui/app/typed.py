"""What stands in the input: words to look for, and filters written as words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from search.config import MODES

from ..parameters import DATE

if TYPE_CHECKING:
    from search import Filter

    from ..parameters import Date

KEYS = ("path", "type", "after", "before", "mode")
WORD = re.compile(rf'(?<!\S)({"|".join(KEYS)}):("[^"]*"?|\S*)')


@dataclass(frozen=True, slots=True)
class Typed:
    """A query taken apart. `problems` are sentences about filter words that mean nothing; those filter nothing."""

    text: str
    mode: str = "hybrid"
    paths: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    after: str = ""
    before: str = ""
    after_ns: int | None = None
    before_ns: int | None = None
    problems: tuple[str, ...] = ()

    @property
    def where(self) -> Filter | None:
        """The filter that the words make, None where they admit all."""
        from search import Filter

        where = Filter(self.paths, self.types, self.after_ns, self.before_ns)
        return where if where != Filter() else None


def parse(line: str, date: Date = DATE) -> Typed:
    """Take the input's line apart. A filter word without a value, as while it is typed, filters nothing.

    >>> parse('notice type:md,pdf path:"my notes" mode:text')
    Typed(text='notice', mode='text', paths=('my notes',), types=('md', 'pdf'), after='', before='', after_ns=None, before_ns=None, problems=())
    """
    values: dict[str, list[str]] = {key: [] for key in KEYS}
    for key, value in WORD.findall(line):
        if bare := value.strip('"'):
            values[key].append(bare)
    problems: list[str] = []
    mode = values["mode"][-1] if values["mode"] else "hybrid"
    if mode not in MODES:
        problems.append(f"mode:{mode} is none of {', '.join(MODES)}")
        mode = "hybrid"
    moments = {key: _moment(values[key], date, problems) for key in ("after", "before")}
    return Typed(
        text=" ".join(WORD.sub(" ", line).split()),
        mode=mode,
        paths=tuple(values["path"]),
        types=tuple(kind.lower().lstrip(".") for value in values["type"] for kind in value.split(",") if kind),
        after=values["after"][-1] if values["after"] else "",
        before=values["before"][-1] if values["before"] else "",
        after_ns=moments["after"],
        before_ns=moments["before"],
        problems=tuple(problems),
    )


def with_mode(line: str, mode: str) -> str:
    """The line with the mode word set, left out for hybrid.

    >>> with_mode("boiler mode:text", "vector")
    'boiler mode:vector'
    """
    bare = re.sub(r"(?<!\S)mode:\S*\s*", "", line).rstrip()
    return bare if mode == "hybrid" else f"{bare} mode:{mode}".lstrip()


def _moment(values: list[str], date: Date, problems: list[str]) -> int | None:
    if not values:
        return None
    try:
        return date.convert(values[-1], None, None)
    except click.BadParameter as error:
        problems.append(error.message)
        return None
