"""Automatic numbers in OpenDocument files: list styles, the numbers of headings, and the counts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ..xml_events import Attributes, Calls, value
from .numbering import counted, formatted, repeated

MAX_PATTERN = 200
LEVELS = 10
"""The levels of a list."""

NUMBERED = ("list-level-style-number", "outline-level-style")
OUTLINE = "outline"
"""Stands for the name of the list style of headings, which has none."""

_PLACE = re.compile(r"%(\d{1,2})%")
_FORMS: dict[str, Callable[[int], str]] = {
    "1": str,
    "a": counted,
    "A": lambda number: counted(number).upper(),
    "i": lambda number: formatted(number, "lowerRoman"),
    "I": lambda number: formatted(number, "upperRoman"),
    "01": lambda number: f"{number:02}",
    "一, 二, 三, ...": lambda number: formatted(number, "chineseCounting"),
    "①, ②, ③, ...": lambda number: formatted(number, "decimalEnclosedCircle"),
    "": lambda _: "",
}


@dataclass(frozen=True, slots=True)
class _Level:
    """A level of a list style; `shown` is the number of levels in its number.

    `pattern` is the whole number with a place such as %1% for each level; it is None in files that
    state the prefix and the suffix alone.
    """

    write: Callable[[int], str]
    prefix: str
    suffix: str
    shown: int
    start: int
    pattern: str | None


@dataclass(slots=True)
class _Open:
    """An open list: its style, and the counts of its levels, which the lists inside it share."""

    style: str
    counts: dict[int, int]
    list_id: str = ""


@dataclass(slots=True)
class _Item:
    """An open item; `is_counted` is true from its first paragraph on, and for headers of lists."""

    start: int | None
    is_counted: bool


@dataclass(slots=True)
class Lists:
    """The list styles of a file, and the lists that are open in one story.

    `paragraph_lists` are the list styles that the styles of paragraphs name.
    """

    styles: dict[str, dict[int, _Level]] = field(default_factory=dict)
    paragraph_lists: dict[str, str] = field(default_factory=dict)
    open: list[_Open] = field(default_factory=list)
    items: list[_Item] = field(default_factory=list)
    _style: str = ""
    _by_style: dict[str, dict[int, int]] = field(default_factory=dict)
    _by_id: dict[str, dict[int, int]] = field(default_factory=dict)
    _outline_counts: dict[int, int] = field(default_factory=dict)

    def elements(self) -> Mapping[str, Calls]:
        """The calls for the elements of styles and lists."""
        return {
            "list-style": (self._begin_style, None),
            "outline-style": (self._begin_outline, None),
            **dict.fromkeys(NUMBERED, (self._level, None)),
            "list": (self._begin_list, self._end_list),
            "list-item": (self._begin_item, self._end_item),
            "list-header": (self._begin_header, self._end_item),
        }

    def label(self, paragraph_style: str) -> str:
        """The number of a paragraph that begins here, empty where it has none."""
        if not self.items or not self.open or self.items[-1].is_counted:
            return ""
        item = self.items[-1]
        item.is_counted = True
        style = self.open[-1].style or self.paragraph_lists.get(paragraph_style, "")
        counts = self.open[-1].counts
        return self._count(
            self.styles.get(style, {}), counts, min(len(self.open), LEVELS), item.start
        )

    def heading_label(self, attributes: Attributes, level: int) -> str:
        """The number of a heading outside of lists, empty where it has none."""
        if value(attributes, "is-list-header") == "true":
            return ""
        style = self.paragraph_lists.get(value(attributes, "style-name"), OUTLINE)
        start = None
        if value(attributes, "restart-numbering") == "true":
            start = _number(attributes, "start-value", 1)
        return self._count(self.styles.get(style, {}), self._outline_counts, level, start)

    def _count(
        self, levels: dict[int, _Level], counts: dict[int, int], number: int, start: int | None
    ) -> str:
        """Count one paragraph at a level from 1, and give its number."""
        own = levels.get(number)
        first = own.start if own is not None else 1
        counts[number] = (
            start if start is not None else counts[number] + 1 if number in counts else first
        )
        for deeper in [level for level in counts if level > number]:
            del counts[deeper]
        if own is None:
            return ""

        def written(level: int) -> str:
            found = levels.get(level, own)
            return found.write(counts.setdefault(min(level, LEVELS), found.start))

        if own.pattern is not None:
            label = _PLACE.sub(lambda match: written(int(match[1])), own.pattern)
            return label.strip() if any(map(str.isalnum, label)) else ""
        if not own.write(1):
            return ""
        parts = [written(level) for level in range(max(1, number - own.shown + 1), number + 1)]
        return (own.prefix + ".".join(part for part in parts if part) + own.suffix).strip()

    def _begin_style(self, attributes: Attributes) -> None:
        self._style = value(attributes, "name")
        self.styles[self._style] = {}

    def _begin_outline(self, _: Attributes) -> None:
        self._style = OUTLINE
        self.styles[OUTLINE] = {}

    def _level(self, attributes: Attributes) -> None:
        form = value(attributes, "num-format")
        write = _FORMS.get(form, str)
        if form in ("a", "A") and value(attributes, "num-letter-sync") == "true":
            write = repeated if form == "a" else lambda number: repeated(number).upper()
        pattern = value(attributes, "num-list-format")[:MAX_PATTERN]
        number = min(_number(attributes, "level", 1), LEVELS)
        self.styles.setdefault(self._style, {})[number] = _Level(
            write,
            value(attributes, "num-prefix")[:MAX_PATTERN],
            value(attributes, "num-suffix")[:MAX_PATTERN],
            min(_number(attributes, "display-levels", 1), LEVELS),
            _number(attributes, "start-value", 1),
            pattern or None,
        )

    def _begin_list(self, attributes: Attributes) -> None:
        style, list_id = value(attributes, "style-name"), value(attributes, "id")
        if self.open:
            outer = self.open[-1]
            self.open.append(_Open(style or outer.style, outer.counts))
            return
        counts: dict[int, int] = {}
        if value(attributes, "continue-numbering") == "true":
            counts = dict(self._by_style.get(style, {}))
        if continued := value(attributes, "continue-list"):
            counts = dict(self._by_id.get(continued, {}))
        self.open.append(_Open(style, counts, list_id))

    def _end_list(self) -> None:
        if self.open:
            ended = self.open.pop()
            if not self.open:
                self._by_style[ended.style] = ended.counts
                if ended.list_id:
                    self._by_id[ended.list_id] = ended.counts

    def _begin_item(self, attributes: Attributes) -> None:
        start = value(attributes, "start-value")
        self.items.append(
            _Item(int(start) if start.isdecimal() and len(start) < 9 else None, False)
        )

    def _begin_header(self, _: Attributes) -> None:
        self.items.append(_Item(None, True))

    def _end_item(self) -> None:
        if self.items:
            self.items.pop()


def _number(attributes: Attributes, name: str, default: int) -> int:
    """A small number in an attribute."""
    digits = value(attributes, name)
    return int(digits) if digits.isdecimal() and len(digits) < 9 else default
