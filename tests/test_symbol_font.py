"""Fonts of symbols: the text has the signs that a reader of the document sees."""

from __future__ import annotations

import struct

import pytest

from search.documents import Document
from search.readers.symbol_font import signs

from .office_files import TYPES, W, blocks, epub, ole, read, word, zipped
from .test_readers_odf import odf
from .test_readers_slides_and_sheets import WORKBOOK, relations

CHARACTER = ("left out: 1 character that the file does not name",)


@pytest.mark.parametrize(
    ("font", "words", "shown"),
    [
        ("Symbol", "abgDW", ("αβγΔΩ", 0)),
        ("symbol", "\uf0b3 \uf0a3 \uf0b0", ("≥ ≤ °", 0)),
        ("Symbol", "αΩ", ("αΩ", 0)),
        ("Symbol", "’", ("", 1)),
        ("Wingdings", "\uf0fc\uf0fb\uf0e0", ("✓🗶🡪", 0)),
        ("Wingdings 2", "P", ("🗸", 0)),
        ("Wingdings 3", "p", ("▲", 0)),
        ("Webdings", "a", ("✔", 0)),
        ("ITC Zapf Dingbats", "4", ("✔", 0)),
        ("Arial", "m", ("m", 0)),
        ("", "\uf06d", ("\uf06d", 1)),
    ],
)
def test_a_font_shows_signs_for_letters(font, words, shown):
    assert signs(font, words) == shown


def the_text(document: Document) -> tuple[list[str], tuple[str, ...]]:
    return [text for _, text in blocks(document)], document.warnings


@pytest.mark.parametrize(
    ("run", "text"),
    [
        ('<w:r><w:sym w:font="Symbol" w:char="F06D"/></w:r>', "μ"),
        ('<w:r><w:sym w:font="Arial" w:char="2713"/></w:r>', "✓"),
        (
            '<w:r><w:rPr><w:rFonts w:ascii="Symbol" w:hAnsi="Symbol"/></w:rPr><w:t>m</w:t></w:r>',
            "μ",
        ),
        ('<w:r><w:rPr><w:rStyle w:val="Greek"/></w:rPr><w:t>m</w:t></w:r>', "μ"),
        (
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> SYMBOL 109 '
            '\\f "Symbol" </w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>',
            "μ",
        ),
        (
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> SYMBOL 109 '
            '</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:rPr>'
            '<w:rFonts w:hAnsi="Symbol"/></w:rPr><w:t>m</w:t></w:r>'
            '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
            "μ",
        ),
    ],
)
def test_word_shows_signs(run, text):
    styles = (
        f'<w:styles {W}><w:style w:styleId="Greek"><w:name w:val="Greek"/><w:rPr>'
        '<w:rFonts w:ascii="Symbol" w:hAnsi="Symbol"/></w:rPr></w:style></w:styles>'
    )
    body = (
        f'<w:p><w:pPr><w:rPr><w:rFonts w:ascii="Wingdings"/></w:rPr></w:pPr>'
        f"<w:r><w:t>20 </w:t></w:r>{run}<w:r><w:t>m thick</w:t></w:r></w:p>"
    )
    assert the_text(read(word(body, styles=styles), "a.docx")) == ([f"20 {text}m thick"], ())


def test_a_sign_that_nothing_names_is_counted():
    body = '<w:p><w:r><w:t>x</w:t><w:sym w:font="Runes" w:char="F041"/></w:r></w:p>'
    assert the_text(read(word(body), "a.docx")) == (["x\uf041"], CHARACTER)
    body = '<w:p><w:r><w:t>x</w:t><w:sym w:font="Symbol" w:char="F0F0"/></w:r></w:p>'
    assert the_text(read(word(body), "a.docx")) == (["x"], CHARACTER)


def test_slides_show_signs():
    runs = (
        "<a:r><a:t>20 </a:t></a:r>"
        "<a:r><a:rPr><a:latin typeface='Symbol'/></a:rPr><a:t>m</a:t></a:r>"
        "<a:r><a:rPr><a:latin typeface='Arial'/><a:sym typeface='Symbol'/></a:rPr>"
        "<a:t>m \uf0ae</a:t></a:r><a:endParaRPr><a:latin typeface='Symbol'/></a:endParaRPr>"
    )
    relations = (
        '<Relationships xmlns="x"><Relationship Id="r0" Type="{}" Target="{}"/></Relationships>'
    )
    data = zipped(
        {
            "ppt/presentation.xml": '<p:p><p:sldId r:id="r0"/></p:p>',
            "ppt/_rels/presentation.xml.rels": relations.format(f"{TYPES}/slide", "s.xml"),
            "ppt/s.xml": (
                f"<p:sld><p:sp><a:p>{runs}</a:p><a:p><a:r><a:t>mm</a:t></a:r></a:p></p:sp></p:sld>"
            ),
        }
    )
    assert the_text(read(data, "a.pptx")) == (["20 μm →", "mm"], ())


def test_opendocument_shows_signs():
    styles = (
        '<style:font-face style:name="F" svg:font-family="Symbol"/>'
        '<style:style style:name="T1" style:family="text">'
        '<style:text-properties style:font-name="F"/></style:style>'
    )
    body = '<text:p>20 <text:span text:style-name="T1">m</text:span>m</text:p>'
    assert the_text(read(odf("text", body, styles), "a.odt")) == (["20 μm"], ())


@pytest.mark.parametrize(
    ("body", "text", "warnings"),
    [
        (r"20 {\f3 m}m", "20 μm", ()),
        (r"20 {\f3\'6d}m", "20 μm", ()),
        (r"20 {\f3\u-3987\'6d}m", "20 μm", ()),
        (r"20 {\f3\u-3987 ?}m", "20 μm", ()),
        (r"{\f4\'fe} done", "🗹 done", ()),
        (r"20 {\field{\*\fldinst SYMBOL 109 \\f Symbol}{\fldrslt\f3 m}}m", "20 μm", ()),
        (r"20 {\field{\*\fldinst SYMBOL 109 \\f Symbol}}m", "20 μm", ()),
        (r"x{\f5 z}", "x", CHARACTER),
    ],
)
def test_rtf_shows_signs(body, text, warnings):
    head = (
        r"{\rtf1{\fonttbl{\f0 Arial;}{\f3\froman\fcharset2{\*\panose 05}Symbol;}"
        r"{\f4\fcharset2 Wingdings;}{\f5\fcharset2 MT Extra;}}"
    )
    assert the_text(read(f"{head}{body}\\par}}".encode(), "a.rtf")) == ([text], warnings)


@pytest.mark.parametrize(
    "body",
    [
        r"{\field{\*\fldinst EQ \\\\o\\\\ad(\\\\s\\\\up 9(to),\\u26481 ?)}}\\u20140 ?",
        r"{\field{\*\fldinst EQ \\\\o(\\\\s\\\\up 9(to),\\u26481 ?)}{\fldrslt }}\\u20140 ?",
    ],
)
def test_an_equation_field_shows_the_characters_below_a_reading(body):
    body = body.replace("\\\\", "\\")
    assert the_text(read(f"{{\\rtf1 {body}\\par}}".encode(), "a.rtf")) == (["東京"], ())


def test_sheets_show_signs():
    cells = '<c s="0" t="s"><v>0</v></c><c s="1" t="s"><v>1</v></c>'
    data = zipped(
        {
            "xl/workbook.xml": WORKBOOK,
            "xl/_rels/workbook.xml.rels": relations(
                ("worksheet", "s.xml"), ("sharedStrings", "t.xml"), ("styles", "f.xml")
            ),
            "xl/t.xml": (
                '<sst><si><r><t>20 </t></r><r><rPr><rFont val="Symbol"/></rPr><t>m</t></r>'
                "<r><t>m</t></r></si><si><t>D</t></si></sst>"
            ),
            "xl/f.xml": (
                '<s><fonts><font><name val="Arial"/></font><font><name val="Symbol"/></font>'
                '</fonts><cellXfs><xf fontId="0"/><xf fontId="1"/></cellXfs></s>'
            ),
            "xl/s.xml": f"<worksheet><sheetData><row>{cells}</row></sheetData></worksheet>",
        }
    )
    assert the_text(read(data, "a.xlsx")) == (["One", "20 μm\tΔ"], ())


def old_word(text: str, runs: list[tuple[int, bytes]]) -> bytes:
    """A Word file of 1997 in one piece.

    Each run ends before a character of the text and has these properties. Font 1 is Symbol.
    """
    head = bytearray(0x400)
    struct.pack_into("<HH", head, 0, 0xA5EC, 0xC1)
    struct.pack_into("<H", head, 0x0A, 0x0200)
    struct.pack_into("<8i", head, 0x4C, len(text), 0, 0, 0, 0, 0, 0, 0)
    # The runs lie on one page: their borders, the place of each run's properties, and these.
    page = bytearray(512)
    page[511] = len(runs)
    borders = [0x400, *(0x400 + end for end, _ in runs)]
    struct.pack_into(f"<{len(borders)}I", page, 0, *borders)
    place = 510
    for index, (_, properties) in enumerate(runs):
        if properties:
            place -= len(properties) + 1 + (len(properties) + 1) % 2
            page[place : place + len(properties) + 1] = bytes([len(properties)]) + properties
            page[4 * len(borders) + index] = place // 2
    body = text.encode("cp1252").ljust(0x400, b"\0")
    pages = struct.pack("<3I", borders[0], borders[-1], (0x400 + len(body)) // 512)
    names = [name.encode("utf-16-le") + b"\0\0" for name in ("Arial", "Symbol")]
    fonts = struct.pack("<HH", 2, 0) + b"".join(
        bytes([39 + len(name)]) + bytes(39) + name for name in names
    )
    pieces = struct.pack("<2I", 0, len(text)) + struct.pack("<HIH", 0, 0x40000000 | 0x800, 0)
    table = b"\x02" + struct.pack("<I", len(pieces)) + pieces
    struct.pack_into("<II", head, 0x01A2, 0, len(table))
    struct.pack_into("<II", head, 0xFA, len(table), len(pages))
    struct.pack_into("<II", head, 0x112, len(table) + len(pages), len(fonts))
    return ole({"WordDocument": bytes(head) + body + bytes(page), "1Table": table + pages + fonts})


def test_older_word_shows_signs_and_leaves_deleted_text_out():
    symbol, greek = struct.pack("<HHH", 0x6A09, 1, 0xF057), struct.pack("<HH", 0x4A4F, 1)
    raised, deleted = struct.pack("<HB", 0x2A48, 1), struct.pack("<HB", 0x0800, 1)
    text = "47 ( and 20 mm of slate3 not now.\r"
    runs = [
        (3, b""),
        (4, symbol),
        (12, b""),
        (13, greek),
        (23, b""),
        (24, raised),
        (25, b""),
        (29, deleted),
        (len(text), b""),
    ]
    assert the_text(read(old_word(text, runs), "a.doc")) == (
        ["47 Ω and 20 μm of slate 3 now."],
        ("left out: 1 deleted part",),
    )


def test_a_field_of_older_word_names_a_sign():
    text = 'a \x13 SYMBOL 98 \\f "Symbol" \x14\x15 b \x13 SYMBOL 98 \x15.\r'
    assert the_text(read(old_word(text, []), "a.doc")) == (["a β b β."], ())


@pytest.mark.parametrize(
    ("body", "text", "warnings"),
    [
        ("<p>20 <font face=symbol>m</font>m", "20 μm", ()),
        ('<p>20 <FONT FACE="Symbol, serif" size=2><i>m</i></FONT>m', "20 μm", ()),
        ('<p>20 <span style="color: red; font-family: Symbol">m</span>m', "20 μm", ()),
        ("""<p>20 <span style='FONT-FAMILY:"Symbol" !important'>m</span>m""", "20 μm", ()),
        ('<p>20 <span style="font: bold 9pt/1.2 Symbol, serif">m</span>m', "20 μm", ()),
        ("<style>.g { font-family: Symbol }</style><p>20 <span class=g>m</span>m", "20 μm", ()),
        ("<p>20 <font face=Symbol>&#xf06d;</font>m", "20 μm", ()),
        ("<p>20 <font face=Symbol>m<font face=Arial>m</font>a</font>b", "20 μmαb", ()),
        (
            "<p><span style='font-family:Symbol'>·<span style='font:7.0pt \"Times New Roman\"'>"
            "&nbsp;a&nbsp;</span></span>Dig",
            "•\u00a0a\u00a0Dig",
            (),
        ),
        (
            '<p>20 <font face=Symbol>m<span style="font-family: inherit">m</span></font>',
            "20 μμ",
            (),
        ),
        ("<p><font face='Wingdings 2'>P</font> done", "🗸 done", ()),
        ("<table><tr><td><font face=Symbol>D</font>x<td>2</table>", "Δx\t2", ()),
        ("<p>20 <font face='Segoe UI Symbol'>m</font>m", "20 mm", ()),
        ("<p>20 <font face='Symbol'></font>mm", "20 mm", ()),
        ("<p>20<font face=Symbol>&#xf0f0;</font> mm", "20 mm", CHARACTER),
        ("<p>20 &#xf06d;m", "20 \uf06dm", CHARACTER),
    ],
)
@pytest.mark.parametrize("wrapped", [None, "mail", "book"])
def test_pages_show_signs(body, text, warnings, wrapped):
    if wrapped is None:
        assert the_text(read(body.encode(), "a.html")) == ([text], warnings)
    elif wrapped == "mail":
        data = f"Subject: s\nContent-Type: text/html; charset=utf-8\n\n{body}\n"
        told = tuple(f"the HTML text: {warning}" for warning in warnings)
        assert the_text(read(data.encode(), "a.eml")) == (["s", text], told)
    else:
        page = f"<html><body>{body}</body></html>"
        assert the_text(read(epub(page), "a.epub")) == ([text], warnings)
