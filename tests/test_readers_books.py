"""Electronic books: EPUB and FictionBook."""

from __future__ import annotations

import pytest

from search.documents import Block, Document, Reason
from search.errors import Unreadable

from .office_files import blocks, read, zipped

CONTAINER = '<container><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
XHTML = 'media-type="application/xhtml+xml"'
PACKAGE = f"""<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">
<metadata><dc:title>The Pier</dc:title>\
<dc:creator>Ada Quill</dc:creator><dc:creator>Bo</dc:creator></metadata>
<manifest><item id="n" href="nav.xhtml" {XHTML} properties="nav"/>
<item id="x" href="toc.ncx" media-type="application/x-dtbncx+xml"/>
<item id="b" href="text/b%20two.xhtml" {XHTML}/><item id="a" href="text/a.xhtml" {XHTML}/>
<item id="gone" href="gone.xhtml" {XHTML}/>\
<item id="i" href="i.svg" media-type="image/svg+xml"/>
<item id="c" href="TEXT/cover.xhtml" {XHTML}/></manifest>
<spine toc="x"><itemref idref="c"/><itemref idref="n"/><itemref idref="a"/>\
<itemref idref="gone"/><itemref idref="i"/>
<itemref idref="b"/><itemref idref="a"/><itemref idref="nosuch"/></spine></package>"""
NCX = (
    "<!DOCTYPE ncx PUBLIC '-//NISO//DTD ncx 2005-1//EN' "
    "'http://www.daisy.org/z3986/2005/ncx-2005-1.dtd'><ncx><navMap>"
    "<navPoint><navLabel><text>One</text></navLabel><content src='text/a.xhtml#start'/>"
    "<navPoint><navLabel><text>Deeper</text></navLabel><content src='text/a.xhtml#x'/></navPoint>"
    "</navPoint>"
    "<navPoint><navLabel><text>Two</text></navLabel><content src='text/b%20two.xhtml'/></navPoint>"
    "</navMap></ncx>"
)
PARTS = {
    "mimetype": "application/epub+zip",
    "META-INF/container.xml": CONTAINER,
    "OEBPS/book.opf": PACKAGE,
    "OEBPS/toc.ncx": NCX,
    "OEBPS/text/a.xhtml": "<html><body><h1>Chapter A</h1><p>first</p></body></html>",
    "OEBPS/text/b two.xhtml": "<html><body><p>second<p>not well-formed</body>",
    "OEBPS/text/cover.xhtml": "<html><body><img src='cover.jpg'/></body></html>",
    "OEBPS/nav.xhtml": (
        "<html><body><nav><a href='text/b%20two.xhtml'>Two, <i>really</i></a></nav></body></html>"
    ),
}


def test_chapters_come_in_reading_order_with_the_titles_of_the_contents():
    text = "Chapter A\n\nfirst\n\nTwo, really\n\nsecond\n\nnot well-formed"
    assert read(zipped(PARTS), "a.epub") == Document(
        "/docs/a.epub",
        "epub",
        "The Pier – Ada Quill",
        text,
        (
            Block(0, 9, "heading", 1, "Chapter A"),
            Block(11, 16, "paragraph"),
            Block(18, 29, "heading", 1, "Two, really"),
            Block(31, 37, "paragraph"),
            Block(39, 54, "paragraph"),
        ),
        warnings=("left out: 4 chapters without text",),
    )


def chapters(*bodies, head="<title/>"):
    """A book with one chapter for each body."""
    names = [f"c{number}.xhtml" for number in range(len(bodies))]
    package = (
        "<package><manifest>"
        + "".join(f'<item id="{name}" href="{name}" {XHTML}/>' for name in names)
        + "</manifest><spine>"
        + "".join(f'<itemref idref="{name}"/>' for name in names)
        + "</spine></package>"
    )
    pages = {
        f"OEBPS/{name}": f"<html><head>{head}</head><body>{body}</body></html>"
        for name, body in zip(names, bodies, strict=True)
    }
    return {"META-INF/container.xml": CONTAINER, "OEBPS/book.opf": package} | pages


@pytest.mark.parametrize(
    "head", ["<title/>", "<script src='a.js'/>", "<style />", "<title>T</title><script\n/>"]
)
def test_empty_elements_of_a_chapter_swallow_nothing(head):
    book = read(
        zipped(chapters("<h1>A</h1><p>tides</p>", "<p>in<noscript/> spring</p>", head=head)),
        "a.epub",
    )
    assert blocks(book) == [("h1", "A"), ("paragraph", "tides"), ("paragraph", "in spring")]
    assert book.warnings == ()


def test_what_a_book_leaves_out_is_told():
    book = read(
        zipped(
            chapters("<p>seen<!-- a remark --></p>", "<p><img src='a'/></p>", "<p hidden=''>b</p>c")
        ),
        "a.epub",
    )
    assert book.text == "seen\n\nc"
    assert book.warnings == ("left out: 1 hidden part, 1 comment, 1 chapter without text",)


def test_pages_outside_the_reading_order_come_at_the_end():
    parts = chapters("<p>a</p>", "<p>notes</p>", "<p>b</p>")
    parts["OEBPS/book.opf"] = parts["OEBPS/book.opf"].replace('<itemref idref="c1.xhtml"/>', "")
    assert read(zipped(parts), "a.epub").text == "a\n\nb\n\nnotes"


def test_a_book_has_pictures_words_and_notes_apart():
    book = read(
        zipped(
            chapters(
                "<p><img alt='T' src='t.png'/>he tide<a epub:type='noteref' href='#n'>3</a> rose"
                " 2 m<sup>2</sup>.</p>"
            )
        ),
        "a.epub",
    )
    assert book.text == "The tide 3 rose 2 m2."


def test_a_chapter_of_sections_without_headings_begins_with_its_title():
    changed = {
        "OEBPS/text/b two.xhtml": (
            "<html><body><section>one</section><section>two</section></body></html>"
        )
    }
    document = read(zipped(PARTS | changed), "a.epub")
    assert [
        (document.text[block.start : block.end], block.level) for block in document.blocks[2:]
    ] == [
        ("Two, really", 1),
        ("one", 0),
        ("two", 2),
    ]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (
            {"META-INF/container.xml": None},
            "h1 Chapter A|first|h1 Two, really|second|not well-formed",
        ),
        (
            {"META-INF/container.xml": None, "OEBPS/book.opf": None},
            "Two, really|h1 Chapter A|first|second|not well-formed",
        ),
        ({"OEBPS/nav.xhtml": None}, "h1 Chapter A|first|h1 Two|second|not well-formed"),
        (
            {"OEBPS/nav.xhtml": None, "OEBPS/toc.ncx": "<ncx><navMap>"},
            "h1 Chapter A|first|second|not well-formed",
        ),
        ({"OEBPS/text/a.xhtml": b"\x00\x01\x02" * 99}, "h1 Two, really|second|not well-formed"),
        (
            {
                "META-INF/encryption.xml": "<e><EncryptedData><EncryptionMethod "
                'Algorithm="http://www.idpf.org/2008/embedding"/>'
                '<CipherReference URI="OEBPS/text/a.xhtml"/></EncryptedData></e>'
            },
            "h1 Chapter A|first|h1 Two, really|second|not well-formed",
        ),
    ],
)
def test_a_book_in_disorder_is_read_all_the_same(changed, expected):
    parts = {name: words for name, words in (PARTS | changed).items() if words is not None}
    found = blocks(read(zipped(parts), "a.epub"))
    assert (
        "|".join(words if kind == "paragraph" else f"{kind} {words}" for kind, words in found)
        == expected
    )


def test_a_book_encrypted_by_its_seller_is_told():
    rights = '<e><EncryptionMethod Algorithm="aes"/><CipherReference URI="OEBPS/text/a.xhtml"/></e>'
    with pytest.raises(Unreadable) as caught:
        read(zipped(PARTS | {"META-INF/encryption.xml": rights}), "a.epub")
    assert (caught.value.reason, caught.value.message) == (
        Reason.ENCRYPTED,
        "the book is encrypted by its seller",
    )


FB2 = """<?xml version="1.0" encoding="windows-1251"?>
<FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0" \
xmlns:l="http://www.w3.org/1999/xlink"><description>
<title-info><genre>sf</genre>\
<author><first-name>Ада</first-name><last-name>Quill</last-name><id>77</id></author>
<author><last-name>Bo</last-name></author><book-title>The
 Pier</book-title><annotation><p>A story.</p></annotation><date>1999</date></title-info>
<document-info><author><nickname>scanner</nickname></author></document-info></description>
<body><title><p>The Pier</p><p>A novel</p></title><section><title><p>One</p></title>
<p>It was <emphasis>da</emphasis>rk.
 Very.</p><poem><stanza><v>Line a</v><v>Line b</v></stanza></poem>\
<section><title><p>Deeper</p></title>
<table><tr><td>a</td><th>b</th></tr></table><p>End <a l:href="#n1">[1]</a></p></section></section>\
</body>
<body name="notes"><title><p>Notes</p></title>\
<section id="n1"><title><p>1</p></title><p>A note.</p></section></body>
<binary id="c">AAAA</binary></FictionBook>""".encode("cp1251")
BOOK = [
    ("paragraph", "A story."),
    ("h1", "The Pier A novel"),
    ("h2", "One"),
    ("paragraph", "It was dark. Very."),
    ("paragraph", "Line a\nLine b"),
    ("h3", "Deeper"),
    ("table", "a\tb"),
    ("paragraph", "End [1]"),
    ("h1", "Notes"),
    ("paragraph", "1"),
    ("paragraph", "A note."),
]


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.fb2", FB2), ("a.fb2.zip", zipped({"a.fb2": FB2})), ("a.fbz", zipped({"a.fb2": FB2}))],
)
def test_a_fiction_book_is_read_with_titles_poems_and_notes(name, data):
    document = read(data, name)
    assert (document.kind, document.title, blocks(document)) == (
        "fb2",
        "The Pier – Ада Quill",
        BOOK,
    )


def test_what_pictures_of_a_fictionbook_show_is_read():
    body = (
        '<section><image alt="Map of the weir"/>'
        '<p><image alt="T"/>he <image alt="old lock"/>weir.</p>'
        '<image href="#a" alt="a.png"/></section>'
    )
    book = read(f"<FictionBook><body>{body}</body></FictionBook>".encode(), "a.fb2")
    assert [text for _, text in blocks(book)] == ["Map of the weir", "The old lock weir."]
