"""Office files made by hand: parts of XML in a ZIP file, for what the libraries that write such files cannot make."""

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
    """A Word file: the body's contents, and those of the parts beside it, such as footnotes, each with its root element."""
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
    """Each block as what it is, with a heading's level, and its text."""
    return [
        (f"h{block.level}" if block.level else block.kind, document.text[block.start : block.end])
        for block in document.blocks
    ]


def read(data: bytes, name: str) -> Document:
    """The document, as the table of readers gives it."""
    return readers.read(data, f"/docs/{name}")


def ole(streams: dict[str, bytes]) -> bytes:
    """An OLE container of these streams ([MS-CFB]): 512-byte sectors, each stream long enough to need no small ones."""
    sector, end, fat_mark = 512, 0xFFFFFFFE, 0xFFFFFFFD
    bodies = [contents.ljust(4096, b"\0") for contents in streams.values()]
    lengths = [-(-len(body) // sector) for body in bodies]
    directory = -(-(len(streams) + 1) // 4)
    fat_sectors = -(-(sum(lengths) + directory + 1) // 127)
    fat: list[int] = [fat_mark] * fat_sectors
    starts = []
    for length in (directory, *lengths):
        starts.append(len(fat))
        fat += [*range(len(fat) + 1, len(fat) + length), end]
    fat += [0xFFFFFFFF] * (fat_sectors * 128 - len(fat))
    entries = b""
    names = ["Root Entry", *streams]
    for number, name in enumerate(names):
        raw = name.encode("utf-16-le") + b"\0\0"
        following = number + 1 if 0 < number < len(streams) else 0xFFFFFFFF
        child = 1 if number == 0 and streams else 0xFFFFFFFF
        start, size = (starts[number], len(bodies[number - 1])) if number else (end, 0)
        entries += raw.ljust(64, b"\0") + struct.pack(
            "<HBBIII16sIQQIQ",
            len(raw),
            2 if number else 5,
            1,
            0xFFFFFFFF,
            following,
            child,
            b"",
            0,
            0,
            0,
            start,
            size,
        )
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(16)
        + struct.pack(
            "<HHHHH6xIIIIIIIII",
            62,
            3,
            0xFFFE,
            9,
            6,
            0,
            fat_sectors,
            starts[0],
            0,
            4096,
            end,
            0,
            end,
            0,
        )
    )
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
