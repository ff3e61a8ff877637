"""Electronic books (EPUB): the chapters in reading order, each read as a web page.

The table of contents gives a title to each chapter that has no heading.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from ...documents import Block, Document, Reason
from ...errors import Unreadable
from .. import xml_events
from ..archive import Archive, part_name
from ..assembly import Assembly
from ..left_out import LeftOut, Part
from ..markup import html
from ..title import stem
from ..xml_events import Attributes, Calls, value

SUFFIXES = (".epub",)

CHAPTERS = (".xhtml", ".html", ".htm", ".xml")

PAGES = ("html", "oeb1-document", "dtbook", "svg+xml")
"""What the media types of a book's pages have in them."""

# Many books that anyone can read have scrambled fonts: these methods do not lock a book.
FONT_SCRAMBLING = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")

_DIGITS = re.compile(r"(\d+)")


def read(data: bytes, path: str) -> Document:
    """The document in a book. Its title names the author too.

    A chapter that is missing or damaged or shows nothing is left out and counted. Raises Unreadable
    where the book is damaged, encrypted, too large or holds no text.
    """
    archive = Archive(data)
    package = _package(archive)
    locked = _locked(archive)
    book = Assembly()
    left_out = LeftOut()
    left_out.add(Part.CHAPTER, package.missing)
    first_damage: Unreadable | None = None
    for part in package.spine:
        if part in locked:
            raise Unreadable(Reason.ENCRYPTED, "the book is encrypted by its seller")
        # A damaged chapter does not stop the others; a locked or too large chapter does.
        try:
            chapter, left_out_here = html.read_page(archive.read(part), part, is_xml=True)
        except Unreadable as error:
            if error.reason in (Reason.ENCRYPTED, Reason.TOO_LARGE):
                raise
            first_damage = first_damage or (error if error.reason.failed else None)
            left_out.add(Part.CHAPTER)
            continue
        left_out.include(left_out_here)
        # The label from the table of contents heads a chapter without a heading of its own.
        label = package.labels.get(part, "")
        if label and not any(block.kind == "heading" for block in chapter.blocks):
            book.include(label, (Block(0, len(label), "heading", 1, label),))
            book.include(chapter.text, chapter.blocks, below=1)
        else:
            book.include(chapter.text, chapter.blocks)
    if not book.blocks:
        if first_damage is not None:
            raise first_damage
        raise Unreadable(Reason.NO_TEXT, "the book holds no text")
    document = book.document(path, "epub", package.name or stem(path))
    left_out.add_undecoded(document.text)
    return replace(document, warnings=left_out.warnings())


@dataclass
class _Package:
    """The description of a book.

    `spine` are the parts of its chapters in reading order, followed by its other pages. `missing`
    counts the chapters that are not in the book, or are no pages. `labels` are the chapters' titles
    in the table of contents by part.
    """

    title: str = ""
    author: str = ""
    spine: list[str] = field(default_factory=list)
    missing: int = 0
    labels: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.title} – {self.author}" if self.title and self.author else self.title


def _package(archive: Archive) -> _Package:
    """The book's own description. Without one, the chapters are all its pages in order of name."""
    # Find the description: where the container names it, else by its suffix.
    container = archive.find("META-INF/container.xml")
    candidates: list[str] = []
    if container is not None:

        def root(attributes: Attributes) -> None:
            candidates.append(part_name("", value(attributes, "full-path")))

        xml_events.parse(archive.chunks(container), {"rootfile": (root, None)}, lambda _: None)
    candidates += [name for name in archive.names if name.lower().endswith(".opf")]
    package_part = next((part for name in candidates if (part := archive.find(name))), None)
    package = _described(archive, package_part) if package_part else _Package()
    if not package.spine:
        # Order the pages by name, with numbers in names compared as numbers.
        pages = [
            name
            for name in archive.names
            if name.lower().endswith(CHAPTERS) and not name.startswith("META-INF/")
        ]
        package.spine = sorted(
            pages, key=lambda name: [piece.zfill(9) for piece in _DIGITS.split(name)]
        )
    return package


def _described(archive: Archive, part: str) -> _Package:
    """The package that a part describes. Raises Unreadable where the part's XML is damaged."""
    package = _Package()
    items: dict[str, Attributes] = {}
    order: list[str] = []
    ncx_ids: list[str] = []
    words: list[str] = []

    # Collect the title, the author, the items by id, and the ids of the chapters in order.
    def begin_words(_: Attributes) -> None:
        words.clear()

    def end_title() -> None:
        package.title = package.title or " ".join("".join(words).split())

    def end_author() -> None:
        package.author = package.author or " ".join("".join(words).split())

    def item(attributes: Attributes) -> None:
        items[value(attributes, "id")] = attributes

    def spine(attributes: Attributes) -> None:
        ncx_ids.append(value(attributes, "toc"))

    def chapter(attributes: Attributes) -> None:
        order.append(value(attributes, "idref"))

    elements: dict[str, Calls] = {
        "title": (begin_words, end_title),
        "creator": (begin_words, end_author),
        "item": (item, None),
        "spine": (spine, None),
        "itemref": (chapter, None),
    }
    xml_events.parse(archive.chunks(part), elements, words.append)
    # The chapters are the pages in this order that exist, without the table of contents itself.
    parts = {
        name: archive.find(part_name(part, value(item, "href"))) for name, item in items.items()
    }
    navigation = next(
        (name for name, item in items.items() if "nav" in value(item, "properties").split()), ""
    )
    chapters = [name for name in dict.fromkeys(order) if name != navigation]
    package.spine = [
        chapter_part
        for name in chapters
        if (chapter_part := parts.get(name)) and _is_page(items[name])
    ]
    package.missing = len(chapters) - len(package.spine)
    # Pages that are in no order, such as those of notes, come at the end.
    if package.spine:
        others = (
            parts[name]
            for name, item in items.items()
            if name != navigation and "html" in value(item, "media-type")
        )
        package.spine = list(dict.fromkeys([*package.spine, *filter(None, others)]))
    # Take the labels from both forms of the table of contents; the newer form comes last and wins.
    for name, labels in ((ncx_ids[0] if ncx_ids else "", _from_ncx), (navigation, _from_page)):
        if table := parts.get(name):
            package.labels |= labels(archive, table)
    return package


def _is_page(item: Attributes) -> bool:
    """True for a part of the book that holds text: a web page, or a page of an older form."""
    return any(form in value(item, "media-type") for form in PAGES)


def _from_ncx(archive: Archive, part: str) -> dict[str, str]:
    """The titles of chapters by part, from a table of contents of EPUB 2 (NCX)."""
    labels: dict[str, str] = {}
    words: list[str] = []

    def label(_: Attributes) -> None:
        words.clear()

    def content(attributes: Attributes) -> None:
        labels.setdefault(
            part_name(part, value(attributes, "src")), " ".join("".join(words).split())
        )

    try:
        xml_events.parse(
            archive.chunks(part),
            {"navLabel": (label, None), "content": (content, None)},
            words.append,
        )
    except Unreadable as error:
        # The chapters of a book can be read without its table of contents.
        if error.reason is not Reason.CORRUPT:
            raise
    return labels


def _from_page(archive: Archive, part: str) -> dict[str, str]:
    """The titles of chapters by part, from a table of contents of EPUB 3, which is a web page."""
    labels: dict[str, str] = {}
    try:
        tree, _ = html.parsed(archive.read(part), part, is_xml=True)
    except Unreadable as error:
        # The chapters of a book can be read without its table of contents.
        if error.reason in (Reason.ENCRYPTED, Reason.TOO_LARGE):
            raise
        return labels
    for link in tree.css("nav a[href]"):
        labels.setdefault(
            part_name(part, link.attributes.get("href") or ""), " ".join(link.text().split())
        )
    return labels


def _locked(archive: Archive) -> set[str]:
    """The parts that are encrypted, without fonts that are only scrambled."""
    part = archive.find("META-INF/encryption.xml")
    locked: set[str] = set()
    method = ""

    def algorithm(attributes: Attributes) -> None:
        nonlocal method
        method = value(attributes, "Algorithm")

    def reference(attributes: Attributes) -> None:
        if method not in FONT_SCRAMBLING:
            locked.add(part_name("", value(attributes, "URI")))

    if part is not None:
        elements: dict[str, Calls] = {
            "EncryptionMethod": (algorithm, None),
            "CipherReference": (reference, None),
        }
        xml_events.parse(archive.chunks(part), elements, lambda _: None)
    return locked
