"""What the stories of a Word file share: its styles and lists, and the parts beside them."""

from __future__ import annotations

from dataclasses import dataclass

from .. import xml_events
from ..archive import Archive
from ..left_out import LeftOut
from ..xml_events import Attributes, Calls, value
from . import ooxml, word_styles
from .embedded import Embedded
from .word_numbering import Numbering
from .word_styles import Style

CHUNK = "aFChunk"
"""The kind of relation to a part in another format that belongs into the text."""

# The name for a part of each type, with which the table of readers finds the reader.
_TYPES = {
    "text/html": "chunk.html",
    "application/xhtml+xml": "chunk.xhtml",
    "message/rfc822": "chunk.mht",
    "multipart/related": "chunk.mht",
    "application/x-mimearchive": "chunk.mht",
    "application/rtf": "chunk.rtf",
    "text/rtf": "chunk.rtf",
    "application/msword": "chunk.doc",
    "text/plain": "chunk.txt",
    "application/xml": "chunk.xml",
    "text/xml": "chunk.xml",
}
_WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml."


@dataclass(frozen=True, slots=True)
class WordParts:
    """The archive of a Word file with what its stories share.

    `types` are the types of parts by their name, or by their suffix.
    """

    archive: Archive
    styles: dict[str, Style]
    numbering: Numbering
    types: dict[str, str]
    left_out: LeftOut
    embedded: Embedded

    def chunk_name(self, part: str) -> str:
        """The name under which a part in another format finds its reader."""
        suffix = part.rpartition(".")[2].lower()
        part_type = self.types.get(part.lower(), self.types.get(suffix, ""))
        if part_type.startswith(_WORD_TYPE):
            return "chunk.docx"
        return _TYPES.get(part_type.partition(";")[0].strip(), part.rpartition("/")[2])


def word_parts(
    archive: Archive, relations: list[ooxml.Relation], left_out: LeftOut, embedded: Embedded
) -> WordParts:
    """Read the parts that the relations of the main part name."""
    by_kind = {relation.kind: relation.part for relation in relations}
    return WordParts(
        archive,
        word_styles.read(archive, by_kind.get("styles", "")),
        Numbering(archive, by_kind.get("numbering", "")),
        _types(archive),
        left_out,
        embedded,
    )


def _types(archive: Archive) -> dict[str, str]:
    """The types of the parts, by the part's name or, where that is not listed, by its suffix."""
    types: dict[str, str] = {}

    def take(attributes: Attributes) -> None:
        name = value(attributes, "PartName").lstrip("/") or value(attributes, "Extension")
        types[name.lower()] = value(attributes, "ContentType").lower()

    part = archive.find("[Content_Types].xml")
    if part is not None:
        calls: Calls = (take, None)
        xml_events.parse(
            archive.chunks(part), {"Override": calls, "Default": calls}, lambda _: None
        )
    return types
