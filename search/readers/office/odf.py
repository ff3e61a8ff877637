"""OpenDocument files (ODT, ODP, ODS): text documents, presentations with slides as pages, workbooks with sheets as pages.

Reads the XML itself: odfpy builds a tree of Python objects, many times as large as the file.
"""

from __future__ import annotations

import re

from ...documents import Document, Reason
from ...errors import Unreadable
from .. import xml_events
from ..archive import Archive
from ..flow import Stretch
from ..title import stated, stem
from ..xml_events import Attributes, value
from .odf_story import SKIPPED, Story
from .sheet import add_sheet
from .slide import add_slide

SUFFIXES = (
    ".odt",
    ".ott",
    ".odp",
    ".otp",
    ".ods",
    ".ots",
    ".odg",
    ".fodt",
    ".fodp",
    ".fods",
    ".fodg",
)

MARGINS = ("header", "header-left", "header-first", "footer", "footer-left", "footer-first")
FIELDS_OF_SLIDES = ("page-number", "date-time", "footer", "header", "page")
TITLES = ("title", "center-title")

MAX_REPEATED = 64
"""How often a cell or empty row counts that is said to repeat: up to the end of a sheet, some do so thousands of times."""

_BODY = re.compile(rb"<office:(text|presentation|spreadsheet|drawing)[\s/>]")


def read(data: bytes, path: str) -> Document:
    """The document in an OpenDocument file. Raises Unreadable where it is damaged, encrypted, too large or holds no text."""
    title = ""
    styles = b""
    content = data
    if data.startswith(b"PK"):
        archive = Archive(data)
        manifest = archive.find("META-INF/manifest.xml")
        if manifest is not None and b"encryption-data" in archive.read(manifest):
            raise Unreadable(Reason.ENCRYPTED, "the file needs a password")
        if archive.find("meta.xml") is not None:
            title = stated(xml_events.first_text(archive.chunks("meta.xml"), "title"))
        if archive.find("styles.xml") is not None:
            styles = archive.read("styles.xml")
        content = archive.read("content.xml")
    body = _BODY.search(content)
    if body is None:
        raise Unreadable(Reason.CORRUPT, "the OpenDocument file has no text, slides or sheets")
    kind, story = STORIES[body[1]]
    told = story()
    _take(told, content)
    found = told.flow.stretches
    named = next((part.text for part in found if part.kind == "title"), "") or title
    headed = next((part.text for part in found if part.level), "") if kind != "ods" else ""
    if kind == "odt" and styles:
        margins = _Margins()
        _take(margins, styles)
        found[:0] = margins.held("header")
        found += margins.held("footer")
    return told.flow.document(path, kind, named or headed or stem(path))


def _take(story: Story, content: bytes) -> None:
    xml_events.parse([content], story.elements, story.text, SKIPPED)


class _Margins(Story):
    """The headers and footers among the styles, each text once."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[tuple[str, str], None] = {}
        self.elements |= {name: (self._begin_aside, self._ending(name)) for name in MARGINS}

    def _ending(self, name: str) -> xml_events.End:
        def end() -> None:
            self.found |= dict.fromkeys(
                (name.partition("-")[0], part.text) for part in self.flow.end_aside()
            )

        return end

    def held(self, where: str) -> list[Stretch]:
        return [Stretch("paragraph", text) for place, text in self.found if place == where]


class _Slides(Story):
    """The slides of a presentation or the pages of a drawing."""

    def __init__(self) -> None:
        super().__init__()
        self.title = ""
        self.frames: list[str] = []
        self.told: list[Stretch] = []
        self.elements |= {
            "page": (self._begin_slide, self._end_slide),
            "frame": (self._begin_frame, self._end_frame),
            "notes": (self._begin_aside, self._end_notes),
        }

    def _begin_slide(self, attributes: Attributes) -> None:
        self.title, self.told = "", []
        self.flow.begin_aside()

    def _end_slide(self) -> None:
        add_slide(self.flow, self.title, self.flow.end_aside(), self.told)

    def _begin_frame(self, attributes: Attributes) -> None:
        self.frames.append(value(attributes, "class"))
        self.flow.begin_aside()

    def _end_frame(self) -> None:
        held, role = self.flow.end_aside(), self.frames.pop()
        if role in TITLES and not self.title:
            self.title = " ".join(part.text for part in held)
        elif role not in FIELDS_OF_SLIDES:
            self.flow.hang(held)

    def _end_notes(self) -> None:
        self.told = self.flow.end_aside()


class _Sheets(Story):
    """The sheets of a workbook."""

    def __init__(self) -> None:
        super().__init__()
        self.name = ""
        self.rows: list[list[str]] = []
        self.row: list[str] = []
        self.repeated = 1
        self.behind: list[Stretch] = []

    def _begin_table(self, attributes: Attributes) -> None:
        self.name = value(attributes, "name")
        self.rows, self.behind = [], []

    def _end_table(self) -> None:
        add_sheet(self.flow, self.name, self.rows, self.behind)

    def _begin_row(self, _: Attributes) -> None:
        self.row = []

    def _end_row(self) -> None:
        self.rows.append(self.row)

    def _begin_cell(self, attributes: Attributes) -> None:
        repeated = value(attributes, "number-columns-repeated")
        self.repeated = min(int(repeated), MAX_REPEATED) if repeated.isdecimal() else 1
        self.flow.begin_aside()

    def _end_cell(self) -> None:
        words = " ".join(part.text for part in self.flow.end_aside())
        # Of equal cells side by side the words count once; the others keep the columns in their places.
        self.row += [words, *[""] * (self.repeated - 1)]

    def _end_aside(self) -> None:
        self.behind += self.flow.end_aside()

    def _end_annotation(self) -> None:
        self.behind += self._end_comment()


STORIES: dict[bytes, tuple[str, type[Story]]] = {
    b"text": ("odt", Story),
    b"presentation": ("odp", _Slides),
    b"drawing": ("odg", _Slides),
    b"spreadsheet": ("ods", _Sheets),
}
