"""OpenDocument files: text documents (ODT), presentations (ODP), drawings (ODG), workbooks (ODS).

The slides of a presentation and the sheets of a workbook are pages. This reader parses the XML
itself, because odfpy builds a tree of Python objects, many times as large as the file.
"""

from __future__ import annotations

from ...documents import Document, Reason
from ...errors import Unreadable
from .. import xml_events
from ..archive import Archive
from ..flow import Flow, Stretch
from ..title import stated, stem
from ..xml_events import Attributes, value
from .embedded import Embedded, Enclosed
from .odf_objects import BODY, Objects
from .odf_story import SKIPPED, Story
from .odf_styles import Styles
from .sheet import Merge, add_sheet, spread
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
LEFT_OUT = ("page-number", "date-time", "footer", "header", "page")
"""Classes of a slide's frames that are no part of its text."""

TITLES = ("title", "center-title")
"""Classes of the frames that hold a slide's title."""

VALUES = ("string-value", "date-value", "time-value", "boolean-value", "value")
"""The attributes that may hold a cell's value."""

MAX_REPEATED = 64
"""The most columns that one repeated cell may fill.

Some cells repeat thousands of times, up to the end of the sheet. A repeated row counts once.
"""


def read(data: bytes, path: str, enclosed: Enclosed | None = None) -> Document:
    """The document in an OpenDocument file. `enclosed` reads the files that lie inside it.

    Raises Unreadable where the file is damaged, encrypted, too large or holds no text.
    """
    # Take the parts out of the ZIP file; a flat file is its own content.
    stated_title = ""
    styles_part = b""
    content = data
    archive: Archive | None = None
    if data.startswith(b"PK"):
        archive = Archive(data)
        manifest = archive.find("META-INF/manifest.xml")
        if manifest is not None and b"encryption-data" in archive.read(manifest):
            raise Unreadable(Reason.ENCRYPTED, "the file needs a password")
        if archive.find("meta.xml") is not None:
            stated_title = stated(xml_events.first_text(archive.chunks("meta.xml"), "title"))
        if archive.find("styles.xml") is not None:
            styles_part = archive.read("styles.xml")
        content = archive.read("content.xml")
    # The element of the body tells the kind of document.
    body = BODY.search(content)
    if body is None or body[1] not in STORIES:
        raise Unreadable(Reason.CORRUPT, "the OpenDocument file has no text, slides or sheets")
    kind, story_type = STORIES[body[1]]
    flow = Flow()
    embedded = Embedded(flow, enclosed)
    inner = Objects(archive, flow.left_out, embedded, None)

    def read_object(content: bytes, element: bytes) -> list[Stretch]:
        story = STORIES.get(element, ("", Story))[1](Styles(), inner)
        _parse(story, content)
        return story.flow.stretches

    objects = Objects(archive, flow.left_out, embedded, read_object)
    # The styles and lists of the whole file come before the text.
    styles = Styles()
    margins = _Margins(styles, objects)
    if styles_part:
        _parse(margins, styles_part)
    story = story_type(styles, objects)
    _parse(story, content)
    # Choose the title before the headers are added in front of the text.
    stretches = story.flow.stretches
    title = (
        next((stretch.text for stretch in stretches if stretch.kind == "title"), "") or stated_title
    )
    headings = (stretch.text for stretch in stretches if stretch.level and kind != "ods")
    heading = next(headings, "")
    flow.stretches, flow.pages = stretches, story.flow.pages
    if kind == "odt":
        flow.stretches[:0] = margins.stretches("header")
        flow.stretches += margins.stretches("footer")
    return flow.document(path, kind, title or heading or stem(path))


def _parse(story: Story, content: bytes) -> None:
    xml_events.parse([content], story.elements, story.text, SKIPPED)
    story.flow.end_paragraph()


class _Margins(Story):
    """The headers and footers in the styles. Each text is kept once."""

    def __init__(self, styles: Styles, objects: Objects) -> None:
        super().__init__(styles, objects)
        self.texts: dict[tuple[str, str], None] = {}
        self.elements |= {name: (self._begin_aside, self._ending(name)) for name in MARGINS}

    def _ending(self, name: str) -> xml_events.End:
        def end() -> None:
            self.texts |= dict.fromkeys(
                (name.partition("-")[0], stretch.text) for stretch in self.flow.end_aside()
            )

        return end

    def stretches(self, margin: str) -> list[Stretch]:
        """The texts of a margin, which is "header" or "footer"."""
        return [Stretch("paragraph", text) for place, text in self.texts if place == margin]


class _Slides(Story):
    """The slides of a presentation or the pages of a drawing."""

    def __init__(self, styles: Styles, objects: Objects) -> None:
        super().__init__(styles, objects)
        self.title = ""
        self.frame_classes: list[str] = []
        self.notes: list[Stretch] = []
        self.elements |= {
            "page": (self._begin_slide, self._end_slide),
            "frame": (self._begin_frame, self._end_frame),
            "notes": (self._begin_aside, self._end_notes),
        }

    def _begin_slide(self, attributes: Attributes) -> None:
        self.title, self.notes = "", []
        self.flow.begin_aside()

    def _end_slide(self) -> None:
        add_slide(self.flow, self.title, self.flow.end_aside(), self.notes)

    def _begin_frame(self, attributes: Attributes) -> None:
        self.frame_classes.append(value(attributes, "class"))
        self.flow.begin_aside()

    def _end_frame(self) -> None:
        stretches, frame_class = self.flow.end_aside(), self.frame_classes.pop()
        if frame_class in TITLES and not self.title:
            self.title = " ".join(stretch.text for stretch in stretches)
        elif frame_class not in LEFT_OUT:
            self.flow.hang(stretches)

    def _end_notes(self) -> None:
        self.notes = self.flow.end_aside()


class _Sheets(Story):
    """The sheets of a workbook. Text outside the cells comes behind the rows of its sheet."""

    def __init__(self, styles: Styles, objects: Objects) -> None:
        super().__init__(styles, objects)
        self.name = ""
        self.rows: list[tuple[int, list[str]]] = []
        self.row: list[str] = []
        self.number = 0
        self.row_count = self.repeated = 1
        self.attributes: Attributes = {}
        self.merges: list[Merge] = []
        self.asides: list[Stretch] = []

    def _begin_table(self, attributes: Attributes) -> None:
        self.name = value(attributes, "name")
        self.rows, self.merges, self.asides = [], [], []
        self.number = 0

    def _end_table(self) -> None:
        spread(self.rows, self.merges)
        add_sheet(self.flow, self.name, [row for _, row in self.rows], self.asides)

    def _begin_row(self, attributes: Attributes) -> None:
        self.row = []
        self.row_count = _count(value(attributes, "number-rows-repeated"))

    def _end_row(self) -> None:
        self.rows.append((self.number, self.row))
        self.number += self.row_count

    def _begin_cell(self, attributes: Attributes) -> None:
        self.repeated, rows = 1, 1
        for name, digits in attributes.items():
            if name.endswith("number-columns-repeated"):
                self.repeated = min(_count(digits), MAX_REPEATED)
            elif name.endswith("number-rows-spanned"):
                rows = _count(digits)
        if rows > 1:
            self.merges.append(Merge(self.number, self.number + rows - 1, len(self.row)))
        self.attributes = attributes
        self.flow.begin_aside()

    def _end_cell(self) -> None:
        words = " ".join(stretch.text for stretch in self.flow.end_aside())
        if not words and self.attributes:
            # Some programs store the value of a cell without the words that show it.
            values = (value(self.attributes, name) for name in VALUES)
            words = next((stored for stored in values if stored), "")
        # A repeated cell gives its words once; empty cells keep the later columns in their places.
        self.row += [words, *[""] * (self.repeated - 1)]

    def _end_aside(self) -> None:
        self.asides += self.flow.end_aside()

    def _end_annotation(self) -> None:
        self.asides += self._end_comment()

    def _place(self, aside: list[Stretch]) -> None:
        self.asides += aside


def _count(digits: str) -> int:
    """How many rows or columns an attribute states, 1 where it states none."""
    return int(digits) if digits.isdecimal() and len(digits) < 10 else 1


STORIES: dict[bytes, tuple[str, type[Story]]] = {
    b"text": ("odt", Story),
    b"presentation": ("odp", _Slides),
    b"drawing": ("odg", _Slides),
    b"spreadsheet": ("ods", _Sheets),
}
