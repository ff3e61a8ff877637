"""The addresses of the page: the question, and the document that is open beside its hits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import click

from .documents import MOST_CHARS, PAGE, Range
from .parameters import Parameter, parsed

if TYPE_CHECKING:
    from search import Hit

MOST_MARKS = 40
REACH = 4_000
"""Characters of a document that are shown before and behind a passage at first."""
WIDER = 4
"""By how much the reach grows when more is asked for."""


class Ranges(click.ParamType[tuple[tuple[int, int], ...]]):
    """Ranges such as 12-20,40-44."""

    name = "ranges"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[tuple[int, int], ...]:
        """The ranges. The error of a wrong one says how to write it."""
        return tuple(Range().convert(each, param, ctx) for each in value.split(",")[:MOST_MARKS])


OPEN: tuple[Parameter[Any], ...] = (
    Parameter("open", click.STRING, "The path of the document that is shown."),
    Parameter("at", Range(), "The characters of the passage in the document."),
    Parameter("answer", Range(), "The characters of the sentence that answers."),
    Parameter("marks", Ranges(), "The characters of the words that match."),
    Parameter("view", click.Choice(["page", "text"]), "A page as a picture, or the text."),
    PAGE,
    Parameter("reach", click.IntRange(0, MOST_CHARS), "Characters around the passage."),
)
"""The parameters that say which document is open, and where."""


@dataclass(frozen=True, slots=True)
class Place:
    """What is open: a document, a range of its characters, and what is marked in it.

    `view` is "page", "text", or None for what suits the document.
    """

    path: str
    at: tuple[int, int] = (0, 0)
    answer: tuple[int, int] | None = None
    marks: tuple[tuple[int, int], ...] = ()
    view: str | None = None
    page: int | None = None
    reach: int = REACH

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Place | None:
        """The place that the parameters OPEN name; None where no document is open."""
        if not values["open"]:
            return None
        return cls(
            values["open"],
            values["at"] or (0, 0),
            values["answer"],
            values["marks"] or (),
            values["view"],
            values["page"],
            REACH if values["reach"] is None else values["reach"],
        )

    @classmethod
    def of_hit(cls, hit: Hit) -> Place:
        """The place of a hit."""
        start = hit.char_start
        return cls(
            hit.path,
            (start, hit.char_end),
            None if hit.sentence is None else (start + hit.sentence[0], start + hit.sentence[1]),
            tuple((start + first, start + last) for first, last in hit.highlights[:MOST_MARKS]),
            page=hit.page,
        )

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The parameters of a URL that name the place."""
        texts = {
            "open": self.path,
            "at": _range(self.at) if self.at != (0, 0) else "",
            "answer": _range(self.answer) if self.answer else "",
            "marks": ",".join(map(_range, self.marks)),
            "view": self.view or "",
            "page": str(self.page or ""),
            "reach": str(self.reach) if self.reach != REACH else "",
        }
        return tuple((name, text) for name, text in texts.items() if text)


@dataclass(frozen=True, slots=True)
class Links:
    """Makes addresses that keep the question, whose parameters are `question`."""

    question: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, query: bytes, names: Iterable[str]) -> Links:
        """Those that keep the parameters of these names."""
        kept = frozenset(names)
        texts = parsed(query)
        return cls(
            tuple((name, text) for name in texts if name in kept for text in texts[name] if text)
        )

    def to(self, place: Place) -> str:
        """The page with that place open, at its answer."""
        return f"/?{_encoded((*self.question, *place.pairs))}#answer"

    @property
    def back(self) -> str:
        """The page with nothing open."""
        return f"/?{_encoded(self.question)}" if self.question else "/"


def picture_link(place: Place, page: int) -> str:
    """The picture of a page, with the answer tinted where it stands on it."""
    pairs = [("path", place.path), ("page", str(page))]
    if place.answer is not None:
        pairs.append(("mark", _range(place.answer)))
    return f"/picture?{_encoded(pairs)}"


def _encoded(pairs: Iterable[tuple[str, str]]) -> str:
    return urlencode(list(pairs), errors="surrogateescape")


def _range(span: tuple[int, int]) -> str:
    return f"{span[0]}-{span[1]}"
