"""Hostile mail, data and text: reading takes time in proportion to the file, whatever is in it."""

from __future__ import annotations

import time

import pytest

from search import readers
from search.errors import Unreadable

SIZE = 100_000
SECONDS = 5.0
"""Processor seconds for SIZE bytes. A reader whose work grows with the square takes minutes."""

HEAD = "Subject: x\n\n"
FORMS = (
    "Subject: x\nContent-Type: multipart/alternative; boundary=q\n\n"
    "--q\nContent-Type: text/plain\n\na\n--q\nContent-Type: text/html\n\n"
)
MARK = "From a Mon Nov  2 10:00:00 2026\nSubject: x\n\n"

PARTS = {
    ("a.json", ""): (
        '"\\',
        "/*",
        "//",
        "\\u12",
        "'",
        '"a\\n"',
        "\\",
        '"\\\\',
        "[1,/",
        '{"a":"\\n",',
    ),
    ("a.yaml", ""): ('"', 'k: "\n', "[", "- '''''x\n", 'a: |\n  "x\n', '"\\\n', '"a": ', '{"'),
    ("a.properties", ""): ("\\\n", "a\\", "a = \\u00e4\\\n"),
    ("a.strings", ""): ("/*", '"\\', "//"),
    ("a.toml", ""): ('"""', "'''", '"\\', '"""\\"', "'"),
    ("a.ics", ""): (
        *("BEGIN:VEVENT\n", "BEGIN:VEVENT\nEND:X\n", 'A;B="', "N:\\", "\n ", ";QUOTED-PRINTABLE"),
        *("BEGIN:VTIMEZONE\nA:b\n", "A;ENCODING=QUOTED-PRINTABLE:x=\n"),
    ),
    ("a.ldif", ""): ("a:: AAAA\n", "dn: cn=\\,", "a;b"),
    ("a.po", ""): ('"\\', 'msgid "a"\n', '"\\n"\n'),
    ("a.eml", FORMS): ("<style>", "<!--", "<style></style", 'alt="', "<", "http://", "a "),
    ("a.eml", HEAD): ("Content-Type: multipart/alternative; boundary=b\n\n--b\n\n",),
    ("a.mbox", MARK): ("\n\nFrom Mon 00:00:00", "\n\nFrom a Mon 1 00:00\n"),
    ("a.txt", ""): ("~{AB", "~{", "\x1b$B", "\x1b$)C\x0e", "~{AB~}\n"),
}


@pytest.mark.parametrize(
    ("name", "head", "part"),
    [(name, head, part) for (name, head), parts in PARTS.items() for part in parts],
    ids=lambda value: repr(value)[:24],
)
def test_hostile_files_take_time_in_proportion(name: str, head: str, part: str) -> None:
    data = (head + part * (SIZE // len(part))).encode()
    start = time.process_time()
    try:
        readers.read(data, f"/d/{name}")
    except Unreadable as error:
        assert error.message
    assert time.process_time() - start < SECONDS
