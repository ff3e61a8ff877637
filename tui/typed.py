"""A query as people type it: words to look for, and filters written as words.

The app's input and `docsearch query` read it by the same rules.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from search.config import MODES

from .parameters import DATE

if TYPE_CHECKING:
    from search import Filter

    from .parameters import Date

KEYS = ("path", "type", "after", "before", "mode", "rerank")
SWITCH = {"on": True, "off": False}
FILTER = rf'(?<!\S)(?P<key>{"|".join(KEYS)}):(?P<value>"[^"]*"?|\S*)'
PHRASE = r"[\"“„][^\"“”„]+[\"“”]"
WORD = re.compile(rf"{FILTER}|{PHRASE}")
"""A filter word, or a phrase in quotation marks, in which no filter word is looked for."""


@dataclass(frozen=True, slots=True)
class Typed:
    """The parts of a typed query.

    `rerank` is None if no filter word sets it. `problems` are sentences about filter words that are
    not understood; such words filter nothing.
    """

    text: str
    mode: str = "hybrid"
    rerank: bool | None = None
    paths: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    after: str = ""
    before: str = ""
    after_ns: int | None = None
    before_ns: int | None = None
    problems: tuple[str, ...] = ()

    @property
    def where(self) -> Filter | None:
        """The filter that the words make; None if it admits every document."""
        from search import Filter

        where = Filter(self.paths, self.types, self.after_ns, self.before_ns)
        return where if where != Filter() else None


def parse(line: str, date: Date = DATE, finished: bool = False) -> Typed:
    """Parse a line.

    A filter word without a value, as it is while the user types it, filters nothing. In a line that
    is `finished` it is a word to look for. What stands in quotation marks is always looked for.

    >>> typed = parse('notice type:md,pdf path:"my notes" mode:text')
    >>> typed.text, typed.types, typed.paths, typed.mode
    ('notice', ('md', 'pdf'), ('my notes',), 'text')
    """
    # The values of each filter word, in their order.
    values: dict[str, list[str]] = {key: [] for key in KEYS}

    def take(match: re.Match[str]) -> str:
        key = match["key"]
        if key is None:
            return match[0]
        if bare := match["value"].strip('"'):
            values[key].append(bare)
        elif finished:
            return match[0]
        return " "

    text = " ".join(WORD.sub(take, line).split())
    # Words that are not understood become problems. Of several words, the last one counts.
    problems: list[str] = []
    mode = values["mode"][-1] if values["mode"] else "hybrid"
    if mode not in MODES:
        problems.append(f"mode:{mode} is none of {', '.join(MODES)}")
        mode = "hybrid"
    rerank = values["rerank"][-1] if values["rerank"] else None
    if rerank is not None and rerank not in SWITCH:
        problems.append(f"rerank:{rerank} is neither on nor off")
    moments = {key: _moment(values[key], date, problems) for key in ("after", "before")}
    return Typed(
        text=text,
        mode=mode,
        rerank=SWITCH.get(rerank) if rerank is not None else None,
        paths=tuple(values["path"]),
        types=tuple(
            kind.lower().lstrip(".")
            for value in values["type"]
            for kind in value.split(",")
            if kind
        ),
        after=values["after"][-1] if values["after"] else "",
        before=values["before"][-1] if values["before"] else "",
        after_ns=moments["after"],
        before_ns=moments["before"],
        problems=tuple(problems),
    )


def with_mode(line: str, mode: str) -> str:
    """The line with the word for this mode; hybrid, the default, needs no word.

    >>> with_mode("boiler mode:text", "vector")
    'boiler mode:vector'
    """
    bare = without(line, "mode")
    return bare if mode == "hybrid" else f"{bare} mode:{mode}".lstrip()


def without(line: str, key: str) -> str:
    """The line without the filter words of that key.

    >>> without("boiler rerank:on type:md", "rerank")
    'boiler type:md'
    """
    pattern = re.compile(rf"(?:{FILTER}\s*)|{PHRASE}")
    return pattern.sub(lambda match: "" if match["key"] == key else match[0], line).rstrip()


def keys(line: str) -> frozenset[str]:
    """The keys of the filter words in the line that have a value.

    >>> sorted(keys('boiler type:md after: "mode:text"'))
    ['type']
    """
    matches = WORD.finditer(line)
    return frozenset(
        match["key"] for match in matches if match["key"] and match["value"].strip('"')
    )


def with_folder(line: str, folder: str, root: str) -> str:
    """The line with the filter word for a folder of a root, and with no other `path:` word.

    Letters that a glob gives a meaning stand for themselves.

    >>> with_folder("boiler path:x", "/home/ann/my notes/house", "/home/ann/my notes")
    'boiler path:house/**'
    """
    # A pattern with a slash matches the path below its root. The root itself needs its whole path.
    below = os.path.relpath(folder, root) if folder != root else folder
    glob = re.sub(r"([*?\\])", r"\\\1", below).replace('"', "?").rstrip("/") + "/**"
    quoted = f'"{glob}"' if re.search(r"\s", glob) else glob
    return f"{without(line, 'path')} path:{quoted}".lstrip()


def _moment(values: list[str], date: Date, problems: list[str]) -> int | None:
    if not values:
        return None
    try:
        return date.convert(values[-1], None, None)
    except click.BadParameter as error:
        problems.append(error.message)
        return None
