"""Marked content of a PDF page: text that the file states for it, and layers that are not shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .layers import Layers
from .objects import entry, listed, resolved
from .shows import SHOWING, Operation

if TYPE_CHECKING:
    from pypdf import PdfReader

MAX_DEPTH = 16

_BEGINS, _END = frozenset({b"BDC", b"BMC"}), b"EMC"


@dataclass(slots=True)
class Replacements:
    """What is to become of the operators of a content stream, by their place in it.

    `texts` maps showing operators to the text to show instead, which may be empty. `hidden` are
    operators that show nothing, because their layer is off. `added` maps ends of marked content to
    text that stands for pictures and drawings. `hidden_parts` counts the marked content and the
    objects that are hidden.
    """

    texts: dict[int, str] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)
    added: dict[int, str] = field(default_factory=dict)
    hidden_parts: int = 0

    @property
    def any(self) -> bool:
        """True where an operator changes."""
        return bool(self.texts or self.hidden or self.added)


@dataclass(slots=True)
class _Open:
    """Marked content that is still open; `text` is None once it is said, or where none is."""

    text: str | None = None
    is_replaced: bool = False
    is_hidden: bool = False
    shows: bool = False


class MarkedContent:
    """Knows the layers of a PDF and the text that its structure states for marked content."""

    def __init__(self, reader: PdfReader) -> None:
        self._root: Any = resolved(reader.trailer.get("/Root")) or {}
        self.layers = Layers(self._root)
        self._said: set[int] = set()
        self._texts_by_structure = _structure(reader, self._root)

    def concerns(self, data: bytes, resources: Any) -> bool:
        """True where marked content of this content stream may be replaced or hidden."""
        if b"EMC" not in data and not self.layers:
            return False
        if b"/ActualText" in data or self._texts_by_structure or self.layers:
            return True
        properties = resolved(resources.get("/Properties")) if isinstance(resources, dict) else None
        return isinstance(properties, dict) and any(
            "/ActualText" in value for value in map(resolved, properties.values()) if value
        )

    def replacements(
        self, operations: list[Operation], resources: Any, holder: Any
    ) -> Replacements:
        """What is to become of the operators of a page or form, the dictionary `holder`."""
        found = Replacements()
        properties = resolved(resources.get("/Properties"))
        objects = resolved(resources.get("/XObject"))
        structure = resolved(self._texts_by_structure.get(holder.get("/StructParents")))
        opened: list[_Open] = []
        for index, (operands, operator) in enumerate(operations):
            if operator in _BEGINS:
                content = self._opened(operands, operator, properties, structure)
                if opened and opened[-1].is_hidden:
                    content.is_hidden = True
                elif content.is_hidden:
                    found.hidden_parts += 1
                if opened and opened[-1].is_replaced:
                    content.text, content.is_replaced = opened[-1].text, True
                    opened[-1].text = None
                opened.append(content)
            elif operator == _END and opened:
                content = opened.pop()
                if content.text and not content.is_hidden:
                    if opened and opened[-1].is_replaced:
                        opened[-1].text = content.text
                    elif content.shows:
                        found.added[index] = content.text
            elif operator in SHOWING or operator == b"Do":
                top = opened[-1] if opened else None
                if (top and top.is_hidden) or (
                    operator == b"Do" and operands and self._is_hidden(objects, operands[0])
                ):
                    found.hidden.add(index)
                    found.hidden_parts += not (top and top.is_hidden)
                elif top and top.is_replaced:
                    top.shows = True
                    if operator in SHOWING:
                        found.texts[index], top.text = top.text or "", None
                    elif (form := _named(objects, operands)) and form.get("/Subtype") == "/Form":
                        found.hidden.add(index)
            elif opened:
                opened[-1].shows = opened[-1].shows or operator in _PAINTING
        return found

    def _opened(self, operands: Any, operator: bytes, properties: Any, structure: Any) -> _Open:
        if operator != b"BDC" or len(operands) < 2:
            return _Open()
        stated = operands[1]
        if isinstance(stated, str):
            stated = properties.raw_get(stated) if _has(properties, stated) else None
        if operands[0] == "/OC":
            return _Open(is_hidden=self.layers.is_off(stated))
        values = resolved(stated)
        if not isinstance(values, dict):
            return _Open()
        if "/ActualText" in values:
            return _Open(_decoded(values["/ActualText"]), True)
        number = values.get("/MCID")
        if isinstance(structure, list) and isinstance(number, int) and 0 <= number < len(structure):
            element = _saying(structure[number])
            if element is not None:
                first = id(element) not in self._said
                self._said.add(id(element))
                return _Open(_decoded(element["/ActualText"]) if first else None, True)
        return _Open()

    def _is_hidden(self, objects: Any, name: Any) -> bool:
        shown = _named(objects, [name]) if self.layers else None
        return shown is not None and "/OC" in shown and self.layers.is_off(shown.raw_get("/OC"))


_PAINTING = frozenset({b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"S", b"s", b"sh"})


def _says_actual_text(reader: PdfReader) -> bool:
    """True where the name ActualText is anywhere in the file's objects."""
    stream = reader.stream
    place = stream.tell()
    stream.seek(0)
    is_plain = b"/ActualText" in stream.read()
    stream.seek(place)
    if is_plain:
        return True
    packed = {number for number, _ in reader.xref_objStm.values()}
    return any(_packs_actual_text(reader, number) for number in packed)


def _packs_actual_text(reader: PdfReader, number: int) -> bool:
    from pypdf.generic import IndirectObject, StreamObject

    stream = IndirectObject(number, 0, reader).get_object()
    return isinstance(stream, StreamObject) and b"/ActualText" in stream.get_data()


def _structure(reader: PdfReader, root: Any) -> dict[int, Any]:
    """The structure's elements by the number of their page or form; empty where none says text."""
    try:
        tree = entry(entry(root, "/StructTreeRoot"), "/ParentTree")
        return dict(_numbered(tree, set())) if tree and _says_actual_text(reader) else {}
    except MemoryError:
        raise
    except Exception:
        # On a malformed file, pypdf raises nearly every type of exception. The pages then are read
        # as they show themselves.
        return {}


def _numbered(tree: Any, seen: set[int]) -> Iterator[tuple[int, Any]]:
    """The entries of a number tree; each node is looked at once."""
    if not isinstance(tree, dict) or id(tree) in seen or len(seen) > MAX_DEPTH**3:
        return
    seen.add(id(tree))
    numbers = listed(tree.get("/Nums"))
    for key, value in zip(numbers[::2], numbers[1::2], strict=False):
        if isinstance(key, int):
            yield key, value
    for kid in listed(tree.get("/Kids")):
        yield from _numbered(resolved(kid), seen)


def _saying(element: Any) -> Any:
    """The nearest element of the structure, at or above this one, that states its text."""
    node = resolved(element)
    for _ in range(MAX_DEPTH):
        if not isinstance(node, dict):
            return None
        if "/ActualText" in node:
            return node
        node = resolved(node.get("/P"))
    return None


def _decoded(text: Any) -> str:
    """A text string of a PDF, which may come as bytes."""
    value = resolved(text)
    if isinstance(value, bytes):
        if value[:2] in (b"\xfe\xff", b"\xff\xfe"):
            return value.decode("utf-16", "replace")
        if value[:3] == b"\xef\xbb\xbf":
            return value[3:].decode("utf-8", "replace")
        from pypdf.generic import decode_pdfdocencoding

        return str(decode_pdfdocencoding(value))
    return str(value) if isinstance(value, str) else ""


def _named(objects: Any, operands: Any) -> Any:
    """The object that an operator paints; None where the page does not have it."""
    if not operands or not _has(objects, operands[0]):
        return None
    shown = resolved(objects[operands[0]])
    return shown if isinstance(shown, dict) else None


def _has(dictionary: Any, name: Any) -> bool:
    return isinstance(dictionary, Mapping) and name in dictionary
