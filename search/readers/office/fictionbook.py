"""FictionBook files (FB2), plain or zipped: parts and chapters, verse, tables and notes.

Parts and chapters have headings. Of a picture, the words that stand for it are read.
"""

from __future__ import annotations

import re

from ...documents import Document, Reason
from ...errors import Unreadable
from .. import xml_events
from ..archive import Archive
from ..flow import Flow
from ..title import stem
from ..xml_events import Attributes, Calls, value
from .drawing import description

SUFFIXES = (".fb2", ".fb2.zip", ".fbz")

SKIPPED = ("binary", "stylesheet", "publish-info", "document-info", "src-title-info", "custom-info")

_SPACE = re.compile(r"[ \t\r\n]+")


def read(data: bytes, path: str) -> Document:
    """The document in a FictionBook file. Its title names the author too.

    Raises Unreadable where the file is damaged or holds no text.
    """
    if data.startswith(b"PK"):
        archive = Archive(data)
        part = next((name for name in archive.names if name.lower().endswith(".fb2")), None)
        if part is None:
            raise Unreadable(Reason.CORRUPT, "the archive holds no FictionBook file")
        data = archive.read(part)
    book = _Book()
    xml_events.parse([data], book.elements, book.text, SKIPPED)
    author = " ".join(book.author)
    name = f"{book.title} – {author}" if book.title and author else book.title
    return book.flow.document(path, "fb2", name or stem(path).removesuffix(".fb2"))


class _Book:
    """Takes the elements of a book and puts their text into `flow`.

    `depth` counts the open sections. The lines of a title or a stanza are `joined` into one block.
    `description` holds the words of an open element of the book's description, else it is None.
    """

    def __init__(self) -> None:
        self.flow = flow = Flow()
        self.title = ""
        self.author: list[str] = []
        self.author_count = 0
        self.depth = 0
        self.joined = False
        self.in_notes = False
        self.description: list[str] | None = None
        paragraph = (self.begin_line, self.end_line)
        self.elements: dict[str, Calls] = {
            "author": (self.begin_author, None),
            "book-title": (self.begin_description, self.end_title),
            **dict.fromkeys(
                ("first-name", "middle-name", "last-name"), (self.begin_description, self.end_name)
            ),
            **dict.fromkeys(
                ("genre", "keywords", "date", "lang", "id"),
                (self.begin_description, self.end_description),
            ),
            "body": (self.begin_body, None),
            "section": (self.begin_section, self.end_section),
            "title": (self.begin_title, self.end_joined),
            "stanza": (self.begin_stanza, self.end_joined),
            **dict.fromkeys(("p", "v", "subtitle", "text-author"), paragraph),
            "image": (self.begin_image, None),
            "table": (lambda _: flow.begin_table(), flow.end_table),
            "tr": (lambda _: flow.begin_row(), None),
            **dict.fromkeys(("td", "th"), (self.begin_cell, flow.end_cell)),
        }

    def text(self, words: str) -> None:
        if self.description is not None:
            self.description.append(words)
        else:
            self.flow.words(_SPACE.sub(" ", words))

    def begin_author(self, _: Attributes) -> None:
        self.author_count += 1

    def begin_description(self, _: Attributes) -> None:
        self.description = []

    def end_description(self) -> None:
        self.description = None

    def end_title(self) -> None:
        self.title = self.title or " ".join("".join(self.description or ()).split())
        self.description = None

    def end_name(self) -> None:
        """Keep the name of the first author only."""
        if self.author_count == 1:
            self.author += "".join(self.description or ()).split()
        self.description = None

    def begin_body(self, attributes: Attributes) -> None:
        self.in_notes = value(attributes, "name") in ("notes", "comments")

    def begin_section(self, _: Attributes) -> None:
        self.depth += 1

    def end_section(self) -> None:
        self.depth -= 1

    def begin_title(self, _: Attributes) -> None:
        # The title of a note is only its number, so it is no heading.
        is_note = self.in_notes and self.depth
        self.flow.begin_paragraph("paragraph", 0 if is_note else min(self.depth + 1, 6))
        self.joined = True

    def begin_stanza(self, _: Attributes) -> None:
        self.flow.begin_paragraph()
        self.joined = True

    def end_joined(self) -> None:
        self.flow.end_paragraph()
        self.joined = False

    def begin_line(self, _: Attributes) -> None:
        if not self.joined:
            self.flow.begin_paragraph()

    def end_line(self) -> None:
        if self.joined:
            self.flow.words("\n")
        else:
            self.flow.end_paragraph()

    def begin_image(self, attributes: Attributes) -> None:
        """Add what a picture is said to show, within its paragraph or as one."""
        words = description(
            {"descr": value(attributes, "alt"), "title": value(attributes, "title")}
        )
        if words and self.description is None:
            self.flow.put(words)

    def begin_cell(self, _: Attributes) -> None:
        self.flow.begin_cell()
        self.flow.begin_paragraph()
