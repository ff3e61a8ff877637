"""Files that lie inside an office file: each is read by the reader of its own format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

from ...documents import MAX_LEVEL, Document, Reason
from ...errors import Unreadable
from ..archive import Archive
from ..flow import Flow, Stretch
from ..left_out import Part

Enclosed = Callable[[bytes, str], Document]
"""Reads a file that lies inside another one, by its name."""

MAX_EMBEDDED = 200
"""Embedded files of one document that are read; further ones are counted only."""

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How an OLE container begins."""

RELATIONS = ("package", "oleObject")
"""Kinds of relation to a part that is a file of its own."""

_OLD_FORMATS = {
    "WordDocument": ".doc",
    "Workbook": ".xls",
    "Book": ".xls",
    "PowerPoint Document": ".ppt",
}


class Embedded:
    """Reads the embedded files of one document.

    `enclosed` reads a file; where it is None, and where it refuses a file, the file is counted in
    the document's `left_out`. What the reader of a file says of missing parts becomes one of the
    warnings of the document.
    """

    def __init__(self, flow: Flow, enclosed: Enclosed | None) -> None:
        self.left_out = flow.left_out
        self.warnings = flow.warnings
        self.enclosed = enclosed
        self.count = 0

    def part(self, archive: Archive, part: str, chunk_name: str = "") -> list[Stretch]:
        """The stretches of a part that is a file; `chunk_name` is for one without a heading."""
        try:
            data = archive.read(part)
        except Unreadable:
            self.left_out.add(Part.FILE)
            return []
        if chunk_name:
            return self.stretches(data, chunk_name)
        return self.headed(data, part.rpartition("/")[2], 1)

    def headed(self, data: bytes, name: str, level: int) -> list[Stretch]:
        """The stretches of a file under a heading of that level; none where it is not read."""
        try:
            data, name = _unwrapped(data, name)
        except Unreadable:
            self.left_out.add(Part.FILE)
            return []
        return self.below(name, self.stretches(data, name), level)

    def below(self, name: str, stretches: list[Stretch], level: int) -> list[Stretch]:
        """The stretches of a file under a heading of that level, which names the file."""
        below = [
            replace(stretch, level=min(stretch.level + level, MAX_LEVEL))
            if stretch.level
            else stretch
            for stretch in stretches
        ]
        return [Stretch("paragraph", f"Embedded file: {name}", level), *below] if below else []

    def stretches(self, data: bytes, name: str) -> list[Stretch]:
        """The blocks of a file; none where it is not read."""
        enclosed = self.enclosed
        return self.read(name, None if enclosed is None else lambda: enclosed(data, name))

    def read(self, name: str, reader: Callable[[], Document] | None) -> list[Stretch]:
        """The blocks of the document that `reader` gives; none where there is no reader."""
        self.count += 1
        if reader is None or self.count > MAX_EMBEDDED:
            self.left_out.add(Part.FILE)
            return []
        try:
            document = reader()
        except Unreadable:
            self.left_out.add(Part.FILE)
            return []
        self.warnings += [f"{name}: {warning}" for warning in document.warnings]
        return [
            Stretch(
                "paragraph" if block.kind == "heading" else block.kind,
                document.text[block.start : block.end],
                block.level,
            )
            for block in document.blocks
        ]


def _unwrapped(data: bytes, name: str) -> tuple[bytes, str]:
    """The file in an OLE container with its name; other data stays as it is."""
    if not data.startswith(OLE):
        return data, name
    from olefile import OleFileIO

    base = name.rpartition(".")[0] or name
    try:
        with OleFileIO(BytesIO(data)) as container:
            for stream, suffix in _OLD_FORMATS.items():
                if container.exists(stream):
                    return data, base + suffix
            if container.exists("\x01Ole10Native"):
                return packaged(container.openstream("\x01Ole10Native").read(), name)
            for stream in ("Package", "CONTENTS", "Contents"):
                if container.exists(stream):
                    contents = container.openstream(stream).read()
                    return contents, base + (".docx" if contents.startswith(b"PK") else ".pdf")
    except Exception as error:
        # olefile raises several types of exception for malformed files.
        raise Unreadable(Reason.CORRUPT, f"the embedded file is damaged: {error}") from error
    return data, name


def packaged(native: bytes, name: str) -> tuple[bytes, str]:
    """The file that Windows' packager put into a stream, with the file's own name.

    The stream holds its size, two bytes, then the name and the path, each up to a zero byte, four
    bytes, the path of a copy behind its size, and the file behind its size.
    """
    end = native.index(b"\0", 6)
    label = native[6:end].decode("cp1252", "replace").replace("\\", "/").rpartition("/")[2]
    start = native.index(b"\0", end + 1) + 1 + 4
    start += 4 + int.from_bytes(native[start : start + 4], "little")
    size = int.from_bytes(native[start : start + 4], "little")
    return native[start + 4 : start + 4 + size], label or name
