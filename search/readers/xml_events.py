"""Parses XML into calls, element by element.

No tree is built, no entity is expanded, and nothing outside the file is loaded. Elements go by
their local names: writers choose prefixes freely, and some formats have two sets of namespaces.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, NoReturn

from ..documents import Reason
from ..errors import Unreadable

if TYPE_CHECKING:
    from pyexpat import XMLParserType

Attributes = dict[str, str]
Begin = Callable[[Attributes], None]
End = Callable[[], None]
Text = Callable[[str], None]
Calls = tuple[Begin | None, End | None]
"""The functions called when an element begins and when it ends."""


class _ByLocalName(dict[str, Callable[..., None] | None]):
    """Maps names with prefixes to functions; a name is looked up once, at its first use."""

    def __init__(self, table: Mapping[str, Callable[..., None] | None]) -> None:
        super().__init__()
        self.table = table

    def __missing__(self, name: str) -> Callable[..., None] | None:
        call = self[name] = self.table.get(local(name))
        return call


def parse(
    chunks: Iterable[bytes], elements: Mapping[str, Calls], text: Text, skipped: Iterable[str] = ()
) -> None:
    """Call the functions in `elements` for the elements named there, and `text` for the text.

    `text` gets all characters between tags. Elements in `skipped` are passed over with everything
    inside them; where `elements` names one of them as well, its first function is called before.

    Raises Unreadable(CORRUPT) where the XML is not well-formed, has an unknown encoding, or
    declares entities.
    """
    from pyexpat import ParserCreate
    from xml.parsers.expat import ExpatError

    parser = ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = 1 << 16
    parser.EntityDeclHandler = _refuse_entity
    _install(parser, elements, text, frozenset(skipped))
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except (ExpatError, LookupError, ValueError) as error:
        raise Unreadable(Reason.CORRUPT, f"its XML is damaged: {error}") from error


def _install(
    parser: XMLParserType, elements: Mapping[str, Calls], text: Text, skipped: frozenset[str]
) -> None:
    """Give the parser its handlers, and other handlers while it is inside a skipped element."""
    # Inside a skipped element the handlers only count how deep they are.
    depth = 0

    def entering(begin: Begin | None) -> Begin:
        def enter_skipped(attributes: Attributes) -> None:
            nonlocal depth
            depth = 1
            if begin is not None:
                begin(attributes)
            parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = (
                begin_inside,
                end_inside,
                None,
            )

        return enter_skipped

    def begin_inside(_: str, __: Attributes) -> None:
        nonlocal depth
        depth += 1

    def end_inside(_: str) -> None:
        nonlocal depth
        depth -= 1
        if depth == 0:
            parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = (
                begin_element,
                end_element,
                text,
            )

    # Outside of these, each element calls the functions for its local name.
    starts = _ByLocalName(
        {name: begin for name, (begin, _) in elements.items()}
        | {name: entering(elements.get(name, (None, None))[0]) for name in skipped}
    )
    stops = _ByLocalName({name: end for name, (_, end) in elements.items() if name not in skipped})

    def begin_element(name: str, attributes: Attributes) -> None:
        call = starts[name]
        if call is not None:
            call(attributes)

    def end_element(name: str) -> None:
        call = stops[name]
        if call is not None:
            call()

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = (
        begin_element,
        end_element,
        text,
    )


def first_text(chunks: Iterable[bytes], element: str) -> str:
    """The text in the first element with this local name, empty where there is none.

    Raises as `parse` does.
    """
    words: list[str] = []
    is_inside, was_found = False, False

    def begin(_: Attributes) -> None:
        nonlocal is_inside
        is_inside = not was_found

    def end() -> None:
        nonlocal is_inside, was_found
        is_inside, was_found = False, True

    def text(part: str) -> None:
        if is_inside:
            words.append(part)

    parse(chunks, {element: (begin, end)}, text)
    return "".join(words)


def local(name: str) -> str:
    """A name without its prefix.

    >>> local("w:p"), local("p")
    ('p', 'p')
    """
    return name.rpartition(":")[2]


def value(attributes: Attributes, name: str) -> str:
    """The value of the attribute with this local name, empty where there is none."""
    for key, attribute in attributes.items():
        if key == name or key.endswith(":" + name):
            return attribute
    return ""


def _refuse_entity(*_: object) -> NoReturn:
    raise Unreadable(
        Reason.CORRUPT, "its XML declares entities, which no such file needs; they may be a trap"
    )
