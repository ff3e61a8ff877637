"""The readers of Word and PowerPoint files of 1997 to 2003, and of other OLE containers."""

from __future__ import annotations

import struct

import pytest

from search.documents import Block, Document, Reason
from search.errors import Unreadable

from .office_files import blocks, ole, read


def doc(*texts: str, **settings: int) -> bytes:
    """A Word file of these texts."""
    return ole(doc_streams(*texts, **settings))


def doc_streams(
    main: str, notes: str = "", margins: str = "", flags: int = 0x0200, version: int = 0xC1
) -> dict[str, bytes]:
    """The streams of a Word file whose text lies in two pieces.

    The second piece has one byte a character.
    """
    text = main + notes + margins
    half = len(text) // 2
    wide, narrow = text[:half].encode("utf-16-le"), text[half:].encode("cp1252")
    head = bytearray(0x400)
    struct.pack_into("<HH", head, 0, 0xA5EC, version)
    struct.pack_into("<H", head, 0x0A, flags)
    struct.pack_into("<8i", head, 0x4C, len(main), len(notes), len(margins), 0, 0, 0, 0, 0)
    places = (0x400, 0x40000000 | 2 * (0x400 + len(wide)))
    pieces = struct.pack("<3I", 0, half, len(text)) + b"".join(
        struct.pack("<HIH", 0, place, 0) for place in places
    )
    table = b"\x01\x03\x00abc" + b"\x02" + struct.pack("<I", len(pieces)) + pieces
    struct.pack_into("<II", head, 0x01A2, 0, len(table))
    return {"WordDocument": bytes(head) + wide + narrow, "1Table": table}


def refusal(data: bytes, name: str) -> tuple[Reason, str]:
    with pytest.raises(Unreadable) as caught:
        read(data, name)
    return caught.value.reason, caught.value.message


def test_a_word_document_is_read_whole():
    main = (
        "Für Ida\rLine\x0bbreak and \x13 HYPERLINK \x14a link\x15.\r"
        "Key\x07Room\x07\x07A\x07\x07\x07Then €.\r"
    )
    document = read(doc(main, "\x02 A note.\r", "Letterhead\rLetterhead\r"), "a.doc")
    assert (document.kind, document.title, blocks(document)) == (
        "doc",
        "a",
        [
            ("paragraph", "Letterhead"),
            ("paragraph", "Für Ida"),
            ("paragraph", "Line\nbreak and a link."),
            ("table", "Key\tRoom\nA"),
            ("paragraph", "Then €."),
            ("paragraph", "A note."),
        ],
    )


@pytest.mark.parametrize(
    ("data", "refused"),
    [
        (doc("x", flags=0x0100), (Reason.ENCRYPTED, "the file needs a password")),
        (
            doc("x", version=0x65),
            (Reason.BINARY, "Word documents from before 1997 are not read; save it as .docx"),
        ),
        (doc("\r"), (Reason.NO_TEXT, "the document holds no text")),
    ],
)
def test_a_word_document_that_cannot_be_read_is_told(data, refused):
    assert refusal(data, "a.doc") == refused


def record(kind: int, contents: bytes, instance: int = 0, holds: bool = False) -> bytes:
    return struct.pack("<HHI", instance << 4 | (15 if holds else 0), kind, len(contents)) + contents


def text(role: int, words: str) -> bytes:
    stored = (
        record(0x0FA8, words.encode("latin-1"))
        if words.isascii()
        else record(0x0FA0, words.encode("utf-16-le"))
    )
    return record(0x0F9F, role.to_bytes(4, "little")) + stored


def test_a_presentation_is_read_with_slides_as_pages():
    def listed(place: int, number: int) -> bytes:
        return record(0x03F3, struct.pack("<IIIII", place, 0, 0, number, 0))

    def drawn(*texts: bytes) -> bytes:
        return record(
            0x03EE,
            record(0x0F00, record(0xF00D, b"".join(texts), holds=True), holds=True),
            holds=True,
        )

    def notes(number: int, words: str) -> bytes:
        return record(
            0x03F0,
            record(0x03F1, struct.pack("<II", number, 0)) + text(2, words) + text(4, "*"),
            holds=True,
        )

    masters = record(0x0FF0, listed(9, 9) + text(0, "Click to edit"), instance=1, holds=True)
    inside = (
        listed(2, 256)
        + text(6, "Harbour\x0bplan")
        + text(1, "Für den Rat\rBitte")
        + listed(3, 257)
        + listed(7, 258)
    )
    stale = record(
        0x03E8, record(0x0FF0, listed(2, 256) + text(0, "Old title"), holds=True), holds=True
    )
    stream = stale + record(0x03E8, masters + record(0x0FF0, inside, holds=True), holds=True)
    places = []
    for container in (
        drawn(text(4, "In a box"), text(6, "Harbour\x0bplan")),
        drawn(text(4, "Now."), text(0, "Costs")),
    ):
        places.append(len(stream))
        stream += container
    stream += notes(256, "Say it.") + notes(0, "Click to edit notes")
    stream += record(0x1772, struct.pack("<III", 2 << 20 | 2, *places)) + b"torn"
    shown = "Harbour plan\n\nFür den Rat\nBitte\n\nIn a box\n\nSay it.\n\nCosts\n\nNow."
    assert read(ole({"PowerPoint Document": stream}), "a.ppt") == Document(
        "/docs/a.ppt",
        "ppt",
        "Harbour plan",
        shown,
        (
            Block(0, 12, "heading", 1, "Harbour plan"),
            Block(14, 31, "paragraph"),
            Block(33, 41, "paragraph"),
            Block(43, 50, "paragraph"),
            Block(52, 57, "heading", 1, "Costs"),
            Block(59, 63, "paragraph"),
        ),
        (0, 52, 63),
    )


def test_other_ole_containers_are_told():
    locked = (Reason.ENCRYPTED, "the file needs a password")
    assert refusal(ole({"EncryptedPackage": b"x", "EncryptionInfo": b"x"}), "a.docx") == locked
    assert refusal(ole({"EncryptedSummary": b"x", "PowerPoint Document": b"x"}), "a.ppt") == locked
    unknown = (Reason.BINARY, "the file is an OLE container of an unknown kind, which is not read")
    assert refusal(ole({"Other": b"x"}), "a.doc") == unknown
    tableless = ole({"WordDocument": struct.pack("<HHHHH", 0xA5EC, 0xC1, 0, 0, 0)})
    assert refusal(tableless, "a.doc") == (Reason.CORRUPT, "the file is damaged: '0Table'")
    assert refusal(ole({"Workbook": b"x"}), "a.xls")[0] == Reason.CORRUPT
