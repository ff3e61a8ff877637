"""XML: the file's own text under its larger elements, named by their tags and titles.

Entities of HTML and the numbers of characters are replaced by the characters. Nothing that the file
declares is expanded, and nothing is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ...documents import Document
from .. import entities
from ..decoding import decode
from ..left_out import undecoded
from ..title import file_name
from .outline import MAX_LEVELS, Outline

SUFFIXES = (
    *(".xml", ".xsd", ".xsl", ".xslt", ".rss", ".atom", ".plist"),
    *(".opml", ".dbk", ".rdf", ".gpx", ".kml", ".wsdl", ".resx"),
)

NAMES = ("name", "title", "id", "key", "label", "text")
"""Attributes and child elements that name an element; the first one found counts."""

MAX_NAME = 120
MAX_PIECES = 4
"""Pieces of an element's text that are kept for a title."""

BEGINNING = 4_096
"""Characters at the beginning of a file in which its first element is looked for."""

_FEED = re.compile(r"<(?:rss|feed|rdf:RDF)\b")
_DECLARATION = re.compile(r"<!ENTITY\s{1,9}([\w.-]{1,40})\s")
_NAME = re.compile(r"&([\w.-]{1,40});")
_LITERAL = re.compile(r"<!\[CDATA\[|<!--|<!DOCTYPE\b[^\[>]{0,400}\[")
_LITERAL_ENDS = {"<!--": "-->", "<![CDATA[": "]]>"}
_DECLARED = re.compile(rb"""<\?xml[^>]{0,100}encoding=["']([\w.:-]{2,40})""")


class _Entity(Exception):
    """Raised where the file declares an entity."""


def read(data: bytes, path: str) -> Document:
    """The document in an XML file.

    The text after the first place that is not well-formed has no sections. Raises Unreadable where
    the file is binary or empty.
    """
    declared = _DECLARED.search(data[:200])
    text = decode(data, declared[1].decode("ascii") if declared else "")
    blocks = tuple(_Elements(text).outline.blocks(text))
    # Feeds hold the source of web pages, which has entities of its own.
    is_feed = _FEED.search(text[:BEGINNING]) is not None
    literal = () if is_feed else _literal(text)
    names = frozenset(_DECLARATION.findall(text)) if "<!ENTITY" in text else frozenset()

    def is_declared(text: str, offset: int) -> bool:
        name = _NAME.match(text, offset)
        return name is not None and name[1] in names

    warnings = undecoded(text)
    for _ in range(2 if is_feed else 1):
        text, blocks = entities.replaced(text, blocks, literal, is_declared)
    return Document(path, "code", file_name(path), text, blocks, warnings=warnings)


def _literal(text: str) -> Iterator[tuple[int, int]]:
    """The parts of an XML file in which nothing stands for another character, as two offsets each.

    These are comments, sections of characters, and the declarations at the beginning. A part that
    never ends reaches to the end of the text.
    """
    position = 0
    while part := _LITERAL.search(text, position):
        closing = _LITERAL_ENDS.get(part[0], "]>")
        end = text.find(closing, part.end())
        position = end + len(closing) if end >= 0 else len(text)
        yield part.start(), position


@dataclass(slots=True)
class _Element:
    """An open element: its names, and whether it holds only elements, as sections do, or words."""

    tag: str
    title: str = ""
    holds_elements: bool = False
    holds_words: bool = False
    words: list[str] = field(default_factory=list)


class _Elements:
    """One pass of the parser over the text.

    An entity ends the pass, so that everything the parser sees is in the file itself.
    """

    def __init__(self, text: str) -> None:
        from xml.parsers.expat import ExpatError, ParserCreate

        self.text = text
        self.outline = Outline()
        self.open: list[_Element] = []
        # Elements that lie deeper than any section are only counted.
        self.depth_below = 0
        self.line, self.line_start = 1, 0
        self.parser = parser = ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.characters
        parser.EntityDeclHandler = self.entity
        try:
            parser.Parse(text.encode("utf-8", "replace"), True)
        except (ExpatError, _Entity):
            # The sections found before the error are kept.
            pass

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if len(self.open) > MAX_LEVELS + 1:
            self.depth_below += 1
            return
        if self.open:
            self.open[-1].holds_elements = True
            start = self.offset()
            after = self.text.find(">", start) + 1
            self.outline.enter(start, after, "")
        title = next((attributes[name] for name in NAMES if name in attributes), "")
        self.open.append(_Element(tag.rpartition(":")[2], title))

    def end(self, tag: str) -> None:
        """An element ends: it is a section where it holds elements and no words of its own."""
        if self.depth_below:
            self.depth_below -= 1
            return
        element = self.open.pop()
        if not self.open:
            return
        parent = self.open[-1]
        if element.tag.lower() in NAMES and not parent.title:
            parent.title = "".join(element.words)
        if element.holds_elements and not element.holds_words:
            self.outline.name(" ".join(f"{element.tag} {element.title}".split())[:MAX_NAME])
        self.outline.leave(self.text.find(">", self.offset()) + 1)

    def characters(self, words: str) -> None:
        if not self.depth_below and words.strip():
            element = self.open[-1]
            element.holds_words = True
            if len(element.words) < MAX_PIECES:
                element.words.append(words)

    def entity(self, *declaration: Any) -> None:
        raise _Entity

    def offset(self) -> int:
        """The offset in the text at which the parser is."""
        for _ in range(self.parser.CurrentLineNumber - self.line):
            self.line_start = self.text.find("\n", self.line_start) + 1
        self.line = self.parser.CurrentLineNumber
        return self.line_start + self.parser.CurrentColumnNumber
