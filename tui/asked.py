"""What a command line asks for: its words with their filter words, and the options beside them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from search.errors import UsageError

from .parameters import path_globs
from .typed import keys, parse

if TYPE_CHECKING:
    from search import Filter

SURROGATES = re.compile("[\ud800-\udfff]")
LITERAL = "to look for such a word itself, put it in quotation marks within the query"


@dataclass(frozen=True, slots=True)
class FilterOptions:
    """The options of a query that a filter word can give too; None or empty where not given.

    `after` and `before` are nanoseconds since the epoch.
    """

    mode: str | None = None
    rerank: bool | None = None
    paths: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    after: int | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A query that is ready to be asked; `mode` and `rerank` are None where nothing names them."""

    text: str
    mode: str | None
    rerank: bool | None
    where: Filter | None


def asked(line: str, options: FilterOptions, folder: str) -> Asked:
    """The query that the line and the options make together, typed in the working folder `folder`.

    A filter word does what the option of its name does. Raises UsageError for a filter word that is
    not understood, and for one that says something else than its option.
    """
    from search import Filter

    typed = parse(line, finished=True)
    if typed.problems:
        raise UsageError("; ".join(typed.problems), LITERAL)
    given = keys(line)
    suffixes = tuple(kind.lower().lstrip(".") for kind in options.types)
    _agree("mode", options.mode, typed.mode if "mode" in given else None)
    _agree("rerank", options.rerank, typed.rerank)
    _agree("path", frozenset(options.paths), frozenset(typed.paths))
    _agree("type", frozenset(suffixes), frozenset(typed.types))
    _agree("after", options.after, typed.after_ns)
    _agree("before", options.before, typed.before_ns)
    where = Filter(
        path_globs(options.paths or typed.paths, folder),
        suffixes or typed.types,
        _either(options.after, typed.after_ns),
        _either(options.before, typed.before_ns),
    )
    return Asked(
        # Without filter words, the text goes to the index as it was typed.
        text=typed.text if given else line,
        mode=options.mode or (typed.mode if "mode" in given else None),
        rerank=options.rerank if options.rerank is not None else typed.rerank,
        where=where if where != Filter() else None,
    )


def cleaned(line: str) -> str:
    """The line without the byte order mark that some programs write at the start of UTF-8.

    Bytes that are not UTF-8 become U+FFFD: strict readers of JSON refuse them.
    """
    return SURROGATES.sub("\ufffd", line.removeprefix("\ufeff"))


def joined(words: Sequence[str]) -> str:
    """The words of a command line as one query.

    The shell takes the quotation marks off `path:"my notes/**"`. Among several words, such a word
    gets them back.

    >>> joined(["rent", "path:my notes/**"]), joined(["path:notes rent"])
    ('rent path:"my notes/**"', 'path:notes rent')
    """
    if len(words) == 1:
        return words[0]
    return " ".join(_quoted_path(word) for word in words)


def _quoted_path(word: str) -> str:
    key, colon, value = word.partition(":")
    has_blank = any(map(str.isspace, value)) and '"' not in value
    return f'{key}{colon}"{value}"' if key == "path" and has_blank else word


def _agree(name: str, option: object, word: object) -> None:
    """Raise UsageError where both are given and differ."""
    empty: tuple[object, ...] = (None, frozenset())
    if option not in empty and word not in empty and option != word:
        raise UsageError(
            f"the option --{name} and the filter word {name}: say different things",
            "give one of the two",
        )


def _either(option: int | None, word: int | None) -> int | None:
    return word if option is None else option
