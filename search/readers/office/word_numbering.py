"""Word's automatic numbers: the lists that a document defines, and the count in each of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from .. import xml_events
from ..archive import Archive
from ..xml_events import Attributes, Calls, value
from .numbering import formatted

LEVELS = 9
"""The levels of a list. What a damaged file states of further levels is put into one more."""

MAX_PATTERN = 200
"""Characters that are kept of the pattern of a level."""

_PLACE = re.compile(r"%([1-9])")


@dataclass(frozen=True, slots=True)
class Level:
    """A level of a list: `text` is its pattern, such as "%1.%2", and `form` a format of numbers.

    `restart` is the number of the level behind which this one begins anew; it is None where every
    higher level does so, and 0 where none does. `legal` writes all numbers in digits. `style` is
    the paragraph style that belongs to the level.
    """

    start: int = 1
    form: str = "decimal"
    text: str = ""
    restart: int | None = None
    legal: bool = False
    style: str = ""


@dataclass(slots=True)
class _List:
    """A list as a paragraph names it: the definition that counts, and what differs from it."""

    definition: str = ""
    starts: dict[int, int] = field(default_factory=dict)
    levels: dict[int, Level] = field(default_factory=dict)


class Numbering:
    """The lists of a document. The part is parsed when this object is made.

    `definitions` are the levels by the id of an abstract list, `lists` the lists by their id.
    """

    def __init__(self, archive: Archive, part: str) -> None:
        self.definitions: dict[str, dict[int, Level]] = {}
        self.lists: dict[str, _List] = {}
        self._by_style: dict[str, str] = {}
        self._linked: dict[str, str] = {}
        self._definition = self._list = ""
        self._level = 0
        self._in_override = False
        if part:
            calls = {
                "abstractNum": self._begin_definition,
                "styleLink": self._style_link,
                "numStyleLink": self._linked_style,
                "lvl": self._begin_level,
                "start": self._start,
                "numFmt": self._form,
                "lvlText": self._text,
                "lvlRestart": self._restart,
                "isLgl": self._legal,
                "pStyle": self._style,
                "num": self._begin_list,
                "abstractNumId": self._of_definition,
                "lvlOverride": self._begin_override,
                "startOverride": self._override_start,
            }
            elements: dict[str, Calls] = {name: (call, None) for name, call in calls.items()}
            xml_events.parse(archive.chunks(part), elements, lambda _: None, ("rPr", "Fallback"))

    def definition(self, list_id: str) -> str | None:
        """The id of the definition that a list counts in, or None for an unknown list."""
        found = self.lists.get(list_id)
        if found is None:
            return None
        # A definition may only name the style of another one that has the levels.
        style = self._linked.get(found.definition, "")
        return self._by_style.get(style, found.definition)

    def levels(self, list_id: str) -> dict[int, Level]:
        """The levels of a list by number from 0, with what the list itself changes."""
        definition = self.definition(list_id)
        if definition is None:
            return {}
        found = self.lists[list_id]
        levels = self.definitions.get(definition, {}) | found.levels
        for level, start in found.starts.items():
            levels[level] = replace(levels.get(level, Level()), start=start)
        return levels

    def _begin_definition(self, attributes: Attributes) -> None:
        self._definition, self._list = value(attributes, "abstractNumId"), ""
        self.definitions[self._definition] = {}

    def _style_link(self, attributes: Attributes) -> None:
        self._by_style[value(attributes, "val")] = self._definition

    def _linked_style(self, attributes: Attributes) -> None:
        self._linked[self._definition] = value(attributes, "val")

    def _begin_level(self, attributes: Attributes) -> None:
        self._level = min(_number(attributes, "ilvl"), LEVELS)
        self._change()

    def _change(self, **changes: object) -> None:
        """Change the open level of the open list or definition."""
        levels = (
            self.lists[self._list].levels
            if self._list
            else self.definitions.setdefault(self._definition, {})
        )
        levels[self._level] = replace(levels.get(self._level, Level()), **changes)  # type: ignore[arg-type]

    def _start(self, attributes: Attributes) -> None:
        self._change(start=_number(attributes, "val"))

    def _form(self, attributes: Attributes) -> None:
        form = value(attributes, "val") or "decimal"
        # A format of one's own shows its first numbers, as in "001, 002, 003, ...".
        first = value(attributes, "format").partition(",")[0].strip()
        self._change(form=f"0{len(first)}" if form == "custom" and first.isdecimal() else form)

    def _text(self, attributes: Attributes) -> None:
        self._change(text=value(attributes, "val")[:MAX_PATTERN])

    def _restart(self, attributes: Attributes) -> None:
        self._change(restart=_number(attributes, "val"))

    def _legal(self, attributes: Attributes) -> None:
        self._change(legal=value(attributes, "val") not in ("0", "false"))

    def _style(self, attributes: Attributes) -> None:
        self._change(style=value(attributes, "val"))

    def _begin_list(self, attributes: Attributes) -> None:
        self._list = value(attributes, "numId")
        self.lists[self._list] = _List()

    def _of_definition(self, attributes: Attributes) -> None:
        if self._list:
            self.lists[self._list].definition = value(attributes, "val")

    def _begin_override(self, attributes: Attributes) -> None:
        self._level = min(_number(attributes, "ilvl"), LEVELS)

    def _override_start(self, attributes: Attributes) -> None:
        if self._list:
            self.lists[self._list].starts[self._level] = _number(attributes, "val")


class Counters:
    """The counts in the lists of one story, as its paragraphs come."""

    def __init__(self, numbering: Numbering) -> None:
        self.numbering = numbering
        self._levels: dict[str, dict[int, Level]] = {}
        self._counts: dict[str, dict[int, int]] = {}

    def level_of(self, list_id: str, style: str) -> int:
        """The level of a list that belongs to a paragraph style, 0 where none does."""
        levels = self._levels_of(list_id)
        return next((number for number, level in levels.items() if level.style == style), 0)

    def label(self, list_id: str, number: int) -> str:
        """Count the next paragraph at a level from 0, and give its number as Word shows it.

        Empty where the level has a bullet or no number.
        """
        definition = self.numbering.definition(list_id)
        if definition is None:
            return ""
        counts = self._counts.setdefault(definition, {})
        if list_id not in self._levels:
            # A list that states where it starts begins anew with its first paragraph.
            for level in self.numbering.lists[list_id].starts:
                counts.pop(level, None)
        levels = self._levels_of(list_id)
        own = levels.get(number, Level(form="none"))
        counts[number] = counts[number] + 1 if number in counts else own.start
        for deeper in [level for level in counts if level > number]:
            restart = levels.get(deeper, own).restart
            if restart is None or number < restart:
                del counts[deeper]
        if own.form == "bullet":
            return ""

        def shown(match: re.Match[str]) -> str:
            place = int(match[1]) - 1
            level = levels.get(place, own)
            form = "decimal" if own.legal and level.form != "none" else level.form
            count = counts.setdefault(place, level.start)
            return str(count).zfill(len(form)) if form[0] == "0" else formatted(count, form)

        return _PLACE.sub(shown, own.text).strip()

    def _levels_of(self, list_id: str) -> dict[int, Level]:
        if list_id not in self._levels:
            self._levels[list_id] = self.numbering.levels(list_id)
        return self._levels[list_id]


def _number(attributes: Attributes, name: str) -> int:
    """A small number in an attribute, 0 where there is none."""
    digits = value(attributes, name)
    return int(digits) if digits.isdecimal() and len(digits) < 10 else 0
