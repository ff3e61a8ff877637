"""XFA, the forms in XML that a PDF may hold beside its pages or in their place.

A template names the fields, their captions and fixed texts, and datasets hold what was filled in.
The source is Adobe's XML Forms Architecture Specification 3.3.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ...documents import Reason
from ...errors import Unreadable
from ..xml_events import local

MAX_BYTES = 32 << 20
MAX_DEPTH = 200
MAX_LINES = 20_000

_HIDDEN = frozenset({"hidden", "inactive", "invisible"})
_HOLDERS = frozenset({"field", "draw", "exclGroup", "subform", "area", "pageArea", "subformSet"})
_PASSED_OVER = frozenset({"event", "calculate", "validate", "script", "image", "desc", "extras"})
_BLOCKS = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "body"})
_STEP, _INDEX = re.compile(r"[.$]+"), re.compile(r"\[[^\[\]]*\]")
_MADE_UP = re.compile(r".*[\[\]#].*|[A-Za-z]{0,12}[ _]?\d+", re.DOTALL)


@dataclass(slots=True)
class _Holder:
    """A part of the template: its name, what it says, and the values among which one may choose."""

    kind: str
    name: str
    is_hidden: bool
    caption: str = ""
    text: str = ""
    tip: str = ""
    reference: str = ""
    shown_items: list[str] = field(default_factory=list)
    saved_items: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The name of its value in the data."""
        return _STEP.split(_INDEX.sub("", self.reference))[-1] or self.name

    def shown(self, value: str) -> str:
        """The item that people choose for a value of the data."""
        if value in self.saved_items and len(self.saved_items) == len(self.shown_items):
            return self.shown_items[self.saved_items.index(value)]
        return value


@dataclass(slots=True)
class XfaForm:
    """What a form says: `template` in its order, `values` as (name, value) in the data's order."""

    template: list[_Holder] = field(default_factory=list)
    values: list[tuple[str, str]] = field(default_factory=list)
    hidden_parts: int = 0

    def lines(self) -> Iterator[str]:
        """The captions, fixed texts and values, each value behind its caption."""
        by_name: dict[str, list[str]] = {}
        for name, value in self.values:
            by_name.setdefault(name, []).append(value)
        captions: dict[str, str] = {}
        said: set[str] = set()
        for holder in self.template:
            label = " ".join((holder.caption or holder.tip).split()).rstrip(" :")
            values = by_name.get(holder.key, []) if holder.kind != "draw" and holder.key else []
            if holder.key and label:
                captions.setdefault(holder.key, label)
            if holder.kind == "exclGroup":
                continue
            if len(values) == 1 and holder.key not in said:
                said.add(holder.key)
                yield _labelled(label, holder.shown(values[0]))
            elif label and not values and holder.text:
                yield _labelled(label, holder.text)
            elif label or holder.text:
                yield label or holder.text
        for name, value in self.values:
            if name not in said:
                known = captions.get(name, "")
                yield _labelled(known or ("" if _MADE_UP.fullmatch(name) else name), value)


def xfa_form(packets: Iterable[bytes]) -> XfaForm:
    """The form in these packets, which together or each by itself are XML.

    Raises Unreadable where none of them is, or where they are too large.
    """
    parts = [packet for packet in packets if packet.strip()]
    if sum(map(len, parts)) > MAX_BYTES:
        raise Unreadable(Reason.TOO_LARGE, "the form is too large")
    form = XfaForm()
    try:
        _Reading(form).parse(b"".join(parts))
    except Unreadable:
        form = XfaForm()
        are_read = 0
        for part in parts:
            try:
                _Reading(form).parse(part)
                are_read += 1
            except Unreadable:
                # The first and the last packet only open and close the element around the others.
                continue
        if not are_read:
            raise
    return form


class _Reading:
    """Handlers of one XML parser that fill a form."""

    def __init__(self, form: XfaForm) -> None:
        self._form = form
        self._names: list[str] = []
        self._holders: list[_Holder] = []
        self._words: list[str] = []
        self._passed_over = 0
        # The data's open elements: (depth, name, whether elements lie inside).
        self._data: list[tuple[int, str, bool]] = []
        self._saves = False

    def parse(self, data: bytes) -> None:
        """Raises Unreadable where the XML is damaged or declares entities."""
        from pyexpat import ParserCreate
        from xml.parsers.expat import ExpatError

        parser = ParserCreate()
        parser.buffer_text = True
        parser.EntityDeclHandler = self._refuse
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        try:
            parser.Parse(data, True)
        except (ExpatError, LookupError, ValueError) as error:
            raise Unreadable(Reason.CORRUPT, f"its XML is damaged: {error}") from error

    def _refuse(self, *_: object) -> None:
        raise Unreadable(Reason.CORRUPT, "its XML declares entities")

    def _begin(self, full_name: str, attributes: dict[str, str]) -> None:
        name = local(full_name)
        self._names.append(name)
        if len(self._names) > MAX_DEPTH:
            raise Unreadable(Reason.TOO_LARGE, "the form is nested too deeply")
        if self._passed_over:
            self._passed_over += 1
        elif "template" in self._names[:3]:
            self._begin_in_template(name, attributes)
        elif "datasets" in self._names[:3] and "data" in self._names[:-1]:
            self._begin_in_data(name, attributes)

    def _begin_in_template(self, name: str, attributes: dict[str, str]) -> None:
        if name in _PASSED_OVER:
            self._passed_over = 1
        elif name in _HOLDERS:
            is_hidden = attributes.get("presence") in _HIDDEN
            if any(holder.is_hidden for holder in self._holders):
                is_hidden = True
            elif is_hidden:
                self._form.hidden_parts += 1
            self._holders.append(_Holder(name, attributes.get("name", ""), is_hidden))
            if not is_hidden and len(self._form.template) < MAX_LINES:
                self._form.template.append(self._holders[-1])
        elif name in ("caption", "value", "toolTip"):
            self._words = []
        elif name == "items":
            self._saves = attributes.get("save") == "1"
        elif name == "bind" and self._holders:
            self._holders[-1].reference = attributes.get("ref", "")
        elif name in _BLOCKS:
            self._words.append("\n")
        elif self._names[-2:-1] == ["items"]:
            self._words = []

    def _begin_in_data(self, name: str, attributes: dict[str, str]) -> None:
        if name == "body":
            self._words = []
        elif "body" in self._names:
            self._words.append("\n" * (name in _BLOCKS))
        else:
            if any(
                key.endswith("contentType") and "image" in attributes[key] for key in attributes
            ):
                self._passed_over = 1
                return
            if self._data:
                self._data[-1] = (*self._data[-1][:2], True)
            self._data.append((len(self._names), name, False))
            self._words = []
            for key, value in attributes.items():
                if ":" not in key and key != "xmlns":
                    self._add(key, value)

    def _text(self, words: str) -> None:
        if not self._passed_over:
            self._words.append(words)

    def _end(self, full_name: str) -> None:
        depth = len(self._names)
        name = self._names.pop()
        if self._passed_over:
            self._passed_over -= 1
        elif self._data and self._data[-1][0] == depth:
            _, key, holds_elements = self._data.pop()
            if not holds_elements:
                self._add(key, _tidied(self._words))
            self._words = []
        elif self._holders and "template" in self._names[:3]:
            self._end_in_template(name)

    def _end_in_template(self, name: str) -> None:
        holder = self._holders[-1]
        if name in _HOLDERS:
            self._holders.pop()
        elif name == "caption":
            holder.caption = _tidied(self._words)
            self._words = []
        elif name == "value" and "caption" not in self._names:
            holder.text = _tidied(self._words)
        elif name == "toolTip":
            holder.tip = _tidied(self._words)
        elif self._names[-1:] == ["items"]:
            (holder.saved_items if self._saves else holder.shown_items).append(_tidied(self._words))

    def _add(self, name: str, value: str) -> None:
        if value.strip() and len(self._form.values) < MAX_LINES:
            self._form.values.append((name, value.strip()))


def _labelled(label: str, text: str) -> str:
    return f"{label}: {text}" if label and text else label or text


def _tidied(words: list[str]) -> str:
    lines = (" ".join(line.split()) for line in "".join(words).split("\n"))
    return "\n".join(filter(None, lines))
