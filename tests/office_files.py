"""Office files made by hand, from parts of XML in a ZIP file.

They hold what the libraries that write such files cannot make.
"""

from __future__ import annotations

import io
import struct
import zipfile

from search import readers
from search.documents import Document

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def zipped(parts: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP file of these parts, in their order."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, contents in parts.items():
            archive.writestr(name, contents)
    return file.getvalue()


def word(body: str, **beside: str) -> bytes:
    """A Word file with the contents of its body.

    `beside` are the parts beside it, such as footnotes, each with its root element.
    """
    related = "".join(
        (
            f'<Relationship Id="r{number}" Type="{TYPES}/{kind.rstrip("0123456789")}" '
            f'Target="{kind}.xml"/>'
        )
        for number, kind in enumerate(beside)
    )
    return zipped(
        {
            "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
            "word/_rels/document.xml.rels": f'<Relationships xmlns="x">{related}</Relationships>',
            **{f"word/{kind}.xml": contents for kind, contents in beside.items()},
        }
    )


def paragraph(words: str, properties: str = "") -> str:
    """A paragraph of a Word file in one run."""
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{words}</w:t></w:r></w:p>"


def blocks(document: Document) -> list[tuple[str, str]]:
    """Each block as its kind, or "h" and its level for a heading, and its text."""
    return [
        (f"h{block.level}" if block.level else block.kind, document.text[block.start : block.end])
        for block in document.blocks
    ]


def read(data: bytes, name: str) -> Document:
    """The document that the reader for this name gives."""
    return readers.read(data, f"/docs/{name}")


def ole(streams: dict[str, bytes]) -> bytes:
    """An OLE container of these streams ([MS-CFB]) in sectors of 512 bytes.

    Each stream is padded to 4096 bytes, from which on a stream needs no small sectors. A slash in
    the name of a stream stands behind the storage that it lies in.
    """
    # Count the sectors: each stream's, the directory's and the allocation table's.
    sector, end, fat_mark = 512, 0xFFFFFFFE, 0xFFFFFFFD
    bodies = [contents.ljust(4096, b"\0") for contents in streams.values()]
    lengths = [-(-len(body) // sector) for body in bodies]
    storage_count = len(
        {name.rsplit("/", depth)[0] for name in streams for depth in range(1, name.count("/") + 1)}
    )
    directory = -(-(len(streams) + storage_count + 1) // 4)
    fat_sectors = -(-(sum(lengths) + directory + 1) // 127)
    # Write the allocation table: each sector names the next one of its chain.
    fat: list[int] = [fat_mark] * fat_sectors
    starts = []
    for length in (directory, *lengths):
        starts.append(len(fat))
        fat += [*range(len(fat) + 1, len(fat) + length), end]
    fat += [0xFFFFFFFF] * (fat_sectors * 128 - len(fat))
    # Write the directory: an entry's child is the first in its storage, and each entry names the
    # next one in the same storage.
    entries, none = b"", 0xFFFFFFFF
    storages = list(
        dict.fromkeys(
            name.rsplit("/", depth)[0]
            for name in streams
            for depth in range(name.count("/"), 0, -1)
        )
    )
    names = ["Root Entry", *streams, *storages]
    parents = ["", *(name.rpartition("/")[0] or "Root Entry" for name in names[1:])]
    for number, name in enumerate(names):
        raw = name.rpartition("/")[2].encode("utf-16-le") + b"\0\0"
        kind = 5 if not number else 2 if number <= len(streams) else 1
        children = [index for index, parent in enumerate(parents) if parent == name]
        siblings = [index for index, parent in enumerate(parents) if parent == parents[number]]
        following = next((index for index in siblings if index > number), none) if number else none
        child = children[0] if children else none
        start, size = (starts[number], len(bodies[number - 1])) if kind == 2 else (end, 0)
        entries += raw.ljust(64, b"\0") + struct.pack(
            "<HBBIII16sIQQIQ", len(raw), kind, 1, none, following, child, b"", 0, 0, 0, start, size
        )
    # Put the header before all: it says where the directory and the allocation table lie.
    sizes = struct.pack(
        "<HHHHH6xIIIIIIIII", 62, 3, 0xFFFE, 9, 6, 0, fat_sectors, starts[0], 0, 4096, end, 0, end, 0
    )
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + sizes
    table = [*range(fat_sectors), *[0xFFFFFFFF] * (109 - fat_sectors)]
    return (
        header
        + struct.pack("<109I", *table)
        + struct.pack(f"<{len(fat)}I", *fat)
        + entries.ljust(directory * sector, b"\0")
        + b"".join(
            body.ljust(length * sector, b"\0") for body, length in zip(bodies, lengths, strict=True)
        )
    )


def epub(chapter: str) -> bytes:
    """An electronic book with one chapter."""
    package = (
        '<package><manifest><item id="a" href="a.xhtml" media-type="application/xhtml+xml"/>'
        '</manifest><spine><itemref idref="a"/></spine></package>'
    )
    container = '<container><rootfiles><rootfile full-path="b.opf"/></rootfiles></container>'
    return zipped(
        {"META-INF/container.xml": container, "b.opf": package, "a.xhtml": chapter},
    )
