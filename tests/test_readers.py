"""The choice of a reader, the files that none reads, plain text, and encodings."""

from __future__ import annotations

import gzip
import random

import pytest

from search import readers
from search.documents import Block, Document, Reason, Skip
from search.errors import Unreadable


def text_of(data, name="note.txt"):
    return readers.read(data, f"/docs/{name}").text


def refusal(data, name="note.txt"):
    with pytest.raises(Unreadable) as caught:
        readers.read(data, f"/docs/{name}")
    return caught.value.reason, caught.value.message


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.txt", "text"),
        ("a.LOG", "text"),
        ("README", "text"),
        ("a.unknown", "text"),
        ("notes.md~", "text"),
        (".plan", "text"),
        ("a.md", "markdown"),
        ("A.MD", "markdown"),
        ("a.rst", "rst"),
        ("a.py", "code"),
        ("Makefile", "code"),
        ("a.htm", "html"),
        ("archive.tar.gz.txt", "text"),
        ("report.pdf", "text"),
    ],
)
def test_the_suffix_chooses_the_reader(name, kind):
    assert readers.read(b"some words", f"/docs.md/{name}").kind == kind


@pytest.mark.parametrize("name", ["page", "page.pdf", "page.unknown"])
def test_a_page_is_known_by_its_beginning_where_the_name_does_not_say(name):
    assert readers.read(b"\n<!DOCTYPE html><p>hello</p>", f"/docs/{name}").kind == "html"


def test_known_formats_that_are_not_read_are_told_by_name():
    message = ".mp4 files are videos, which are not read"
    assert readers.readable("/docs/film.MP4") == Skip("/docs/film.MP4", Reason.BINARY, message)
    assert refusal(b"words", "film.mp4") == (Reason.BINARY, message)
    assert [
        readers.readable(f"/docs/{name}") for name in ("a.md", "a", ".mp4", "a.mp4/b", "a.new")
    ] == [None] * 5


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\x89PNG\r\n\x1a\nwords", "the file is an image, which is not read"),
        (gzip.compress(b"words", mtime=0), "the file is compressed data, which is not read"),
        (b"\0" * 1_000, "the file is binary, not text"),
        (random.Random(1).randbytes(5_000), "the file is binary, not text"),
        (b"\x01\x02words\x03", "the file is binary, not text"),
    ],
)
def test_binary_contents_are_refused_under_any_name(data, message):
    for name in ("a.txt", "a.md", "a.rst", "a.py", "a.html", "a"):
        assert refusal(data, name) == (Reason.BINARY, message)


def test_a_file_without_visible_text_is_empty():
    for name in ("a.txt", "a.md", "a.rst", "a.py", "a.html", "a.pdf"):
        assert refusal(b"", name) == (Reason.EMPTY, "the file is empty")
    for data in (b"\xef\xbb\xbf", b" \t\r\n", " \n\u00a0\u3000\u200b\ufeff".encode()):
        assert refusal(data) == (Reason.EMPTY, "the file has no text in it")


PARAGRAPH = "Prüfung: naïve café, 東京 и Москва. "


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_is_known_by_its_mark(codec):
    assert text_of((PARAGRAPH + "end").encode(codec)) == PARAGRAPH + "end"


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_western_utf_16_needs_no_mark(codec):
    assert (
        text_of(("Notes on canoes – plain. " * 3).encode(codec)) == "Notes on canoes – plain. " * 3
    )


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("cp1252", "Les élèves ont mangé à la crèche près du château. “Quotes” – and € 5."),
        ("latin-1", "Die Prüfung der Heizung erfolgt jährlich im Frühjahr."),
        ("cp1250", "Zażółć gęślą jaźń. Umowa najmu mieszkania została podpisana w środę."),
        ("cp1251", "Договор аренды квартиры и коммунальные платежи. " * 3),
        ("koi8-r", "Рецепт борща со сметаной и чесноком для большой семьи. " * 3),
        ("cp1253", "Το συμβόλαιο ενοικίασης υπογράφηκε την Παρασκευή."),
        ("shift_jis", "京都の紅葉を見に行く旅行計画。新幹線の切符を予約する。" * 3),
        ("euc_jp", "味噌汁の作り方と豆腐の切り方。" * 4),
        ("gb18030", "会议纪要：讨论了明年的预算和招聘计划。" * 3),
        ("big5", "租賃契約與押金返還的相關規定。" * 4),
        ("euc_kr", "김치찌개 끓이는 방법과 재료 목록. " * 4),
    ],
)
def test_older_encodings_are_detected(codec, text):
    assert text_of(text.encode(codec)) == text


def test_a_few_bad_bytes_do_not_spoil_utf_8():
    assert (
        text_of("café one \0 ".encode() + b"\xff\xfe\x80 two")
        == "café one   \ufffd\ufffd\ufffd two"
    )


def test_line_ends_are_made_equal_and_other_separators_kept():
    data = "a\r\nb\rc\nd\u2028e\u0085f\x0bg\x0c\n".encode()
    assert text_of(data) == "a\nb c\nd\u2028e\u0085f\x0bg\x0c\n"
    assert text_of(b"a\rb\r") == "a\nb\n"


def test_terminal_colours_are_taken_out():
    assert text_of(b"\x1b[31mERROR\x1b[0m disk full\x1b[K\r\n") == "ERROR disk full\n"
    assert text_of(b"guava \x1b]0;title\x07") == "guava "


def test_plain_text_is_parted_at_blank_lines():
    document = readers.read(b"\nShopping\n\nmilk\neggs\n \t\nbread", "/docs/list.txt")
    assert document == Document(
        "/docs/list.txt",
        "text",
        "Shopping",
        "\nShopping\n\nmilk\neggs\n \t\nbread",
        (Block(1, 9, "paragraph"), Block(11, 20, "paragraph"), Block(24, 29, "paragraph")),
    )


def test_the_title_is_the_first_line_where_it_is_short_and_has_words():
    assert readers.read(b"-----\nwords", "/docs/my.notes.txt").title == "my.notes"
    assert readers.read(b"x" * 121, "/docs/caf\udce9.txt").title == "caf\ufffd"
    assert readers.read(b"x" * 120, "/docs/a.txt").title == "x" * 120


def test_an_error_in_a_reader_makes_the_file_unreadable():
    reason, message = refusal("text where bytes belong", "a.md")
    assert (reason, message.partition(": ")[0]) == (Reason.CORRUPT, "the file cannot be read")
