"""The reader of Word files: what it keeps, in which order, and what it leaves out."""

from __future__ import annotations

import io

import docx
import pytest

from search.documents import Block, Document

from .office_files import W, blocks, paragraph, read, word


def test_a_file_as_word_writes_it_is_read_whole():
    made = docx.Document()
    made.core_properties.title = "Lease"
    made.add_heading("1. The flat", 1)
    made.add_paragraph("Two rooms and a kitchen.")
    made.add_paragraph("a cat", style="List Bullet")
    made.add_paragraph("a dog", style="List Number")
    made.add_heading("1.1 The cellar", 2)
    table = made.add_table(2, 2)
    for cell, words in zip(table._cells, ("Key", "Rooms", "A7", "cellar\nbicycles"), strict=True):
        cell.text = words
    made.sections[0].header.paragraphs[0].text = "Quince Street 14"
    made.sections[0].footer.paragraphs[0].text = "Bank: 12-34"
    file = io.BytesIO()
    made.save(file)
    text = (
        "Quince Street 14\n\n1. The flat\n\nTwo rooms and a kitchen.\n\na cat\n1. a dog\n\n"
        "1.1 The cellar\n\nKey\tRooms\nA7\tcellar bicycles\n\nBank: 12-34"
    )
    assert read(file.getvalue(), "lease.docx") == Document(
        "/docs/lease.docx",
        "docx",
        "Lease",
        text,
        (
            Block(0, 16, "paragraph"),
            Block(18, 29, "heading", 1, "1. The flat"),
            Block(31, 55, "paragraph"),
            Block(57, 62, "list"),
            Block(63, 71, "list"),
            Block(73, 87, "heading", 2, "1.1 The cellar"),
            Block(89, 117, "table"),
            Block(119, 130, "paragraph"),
        ),
    )


STYLES = f"""<w:styles {W}>
  <w:style w:type="paragraph" w:styleId="berschrift2"><w:name w:val="heading 2"/></w:style>
  <w:style w:type="paragraph" w:styleId="Kapitel">\
<w:name w:val="Kapitel"/><w:basedOn w:val="berschrift2"/></w:style>
  <w:style w:type="paragraph" w:styleId="Titel"><w:name w:val="Title"/></w:style>
  <w:style w:type="paragraph" w:styleId="Anhang">\
<w:name w:val="Anhang"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style>
  <w:style w:type="paragraph" w:styleId="Liste">\
<w:name w:val="Liste"/><w:pPr><w:numPr><w:numId w:val="3"/></w:numPr></w:pPr></w:style>
  <w:style w:type="paragraph" w:styleId="Verz1"><w:name w:val="toc 1"/></w:style>
  <w:style w:type="paragraph" w:styleId="A"><w:name w:val="A"/><w:basedOn w:val="B"/></w:style>
  <w:style w:type="paragraph" w:styleId="B"><w:name w:val="B"/><w:basedOn w:val="A"/></w:style>
</w:styles>"""


def test_headings_are_known_in_every_language_by_style_and_by_outline_level():
    body = (
        paragraph("Mietvertrag", '<w:pStyle w:val="Titel"/>')
        + paragraph("Zwei ... 7", '<w:pStyle w:val="Verz1"/>')
        + paragraph("Zwei", '<w:pStyle w:val="berschrift2"/>')
        + paragraph("Drei", '<w:pStyle w:val="Kapitel"/>')
        + paragraph("Vier", '<w:pStyle w:val="Anhang"/>')
        + paragraph("Direkt", '<w:outlineLvl w:val="7"/>')
        + paragraph("Doch nicht", '<w:pStyle w:val="Anhang"/><w:outlineLvl w:val="9"/>')
        + paragraph("eins", '<w:pStyle w:val="Liste"/>')
        + paragraph("zwei", '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>')
        + paragraph("frei", '<w:pStyle w:val="Liste"/><w:numPr><w:numId w:val="0"/></w:numPr>')
        + paragraph("Kreis", '<w:pStyle w:val="A"/>')
        + paragraph("Einst", '<w:pPrChange><w:pPr><w:pStyle w:val="Titel"/></w:pPr></w:pPrChange>')
    )
    document = read(word(body, styles=STYLES), "a.docx")
    assert blocks(document) == [
        ("h1", "Mietvertrag"),
        ("h2", "Zwei"),
        ("h2", "Drei"),
        ("h1", "Vier"),
        ("h6", "Direkt"),
        ("paragraph", "Doch nicht"),
        ("list", "eins"),
        ("list", "zwei"),
        ("paragraph", "frei"),
        ("paragraph", "Kreis"),
        ("paragraph", "Einst"),
    ]
    assert document.title == "Mietvertrag"


@pytest.mark.parametrize(
    ("run", "text"),
    [
        (
            "<w:r><w:t>un</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>breakable</w:t></w:r>",
            "unbreakable",
        ),
        (
            "<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/>"
            "<w:t>c</w:t><w:noBreakHyphen/><w:t>d</w:t></w:r>",
            "a\tb\nc-d",
        ),
        (
            "<w:ins><w:r><w:t>new</w:t></w:r></w:ins>"
            "<w:del><w:r><w:delText>old</w:delText><w:tab/></w:r></w:del>",
            "new",
        ),
        (
            "<w:moveFrom><w:r><w:t>there</w:t></w:r></w:moveFrom>"
            "<w:moveTo><w:r><w:t>here</w:t></w:r></w:moveTo>",
            "here",
        ),
        ("<w:hyperlink><w:r><w:t>a link</w:t></w:r></w:hyperlink>", "a link"),
        ("<w:fldSimple w:instr='DATE'><w:r><w:t>3 May</w:t></w:r></w:fldSimple>", "3 May"),
        ("<w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:t>12</w:t></w:r>", "12"),
        ("<w:sdt><w:sdtContent><w:r><w:t>chosen</w:t></w:r></w:sdtContent></w:sdt>", "chosen"),
        (
            "<w:r><w:t>x</w:t></w:r><w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr>"
            "<w:sdtContent><w:r><w:t>Choose</w:t></w:r></w:sdtContent></w:sdt>",
            "x",
        ),
        ("<m:oMath><m:r><m:t>e=mc²</m:t></m:r></m:oMath>", "e=mc²"),
    ],
)
def test_a_paragraph_has_its_visible_words(run, text):
    document = read(
        word(f"<w:p><w:pPr><w:tabs><w:tab w:val='left'/></w:tabs></w:pPr>{run}</w:p>"), "a.docx"
    )
    assert blocks(document) == [("paragraph", text)]


def test_notes_comments_and_text_boxes_stand_behind_their_paragraph():
    box = "<w:txbxContent><w:p><w:r><w:t>In a box.</w:t></w:r></w:p></w:txbxContent>"
    body = (
        "<w:p><w:r><w:t>Before</w:t><w:footnoteReference w:id='2'/></w:r>"
        f"<w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice>"
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>"
        "<w:r><w:endnoteReference w:id='2'/><w:t> and after</w:t>"
        "<w:commentReference w:id='0'/></w:r></w:p>" + paragraph("Next.")
    )
    document = read(
        word(
            body,
            footnotes=(
                f"<w:footnotes {W}><w:footnote w:type='separator' w:id='0'>"
                "<w:p><w:r><w:separator/></w:r></w:p></w:footnote><w:footnote w:id='2'>"
                "<w:p><w:r><w:footnoteRef/><w:t> A footnote.</w:t></w:r></w:p>"
                "</w:footnote></w:footnotes>"
            ),
            endnotes=(
                f"<w:endnotes {W}>"
                f"<w:endnote w:id='2'>{paragraph('An endnote.')}</w:endnote></w:endnotes>"
            ),
            comments=(
                f"<w:comments {W}><w:comment w:id='0' w:author='Ida'>"
                f"{paragraph('Is this so?')}</w:comment></w:comments>"
            ),
        ),
        "a.docx",
    )
    assert blocks(document) == [
        *(
            ("paragraph", text)
            for text in (
                "Before and after",
                "A footnote.",
                "In a box.",
                "An endnote.",
                "Ida: Is this so?",
            )
        ),
        ("paragraph", "Next."),
    ]


def cell(*contents: str) -> str:
    return f"<w:tc>{''.join(contents)}</w:tc>"


def row(*cells: str, properties: str = "") -> str:
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def test_a_table_of_data_is_rows_and_a_table_for_layout_is_not():
    nested = f"<w:tbl>{row(cell(paragraph('one')), cell(paragraph('two')))}</w:tbl>"
    removed = row(cell(paragraph("gone")), properties="<w:del w:id='1'/>")
    rows = row(cell(paragraph("")), cell(paragraph("Jan"))) + row(
        cell(paragraph("a"), paragraph("b")), cell(paragraph("3"))
    )
    data = f"<w:tbl>{rows}{removed}</w:tbl>"
    layout = f"<w:tbl>{row(cell(paragraph('left')), cell(paragraph('right'), nested))}</w:tbl>"
    assert blocks(read(word(data + layout), "a.docx")) == [
        ("table", "\tJan\na b\t3"),
        ("paragraph", "left"),
        ("paragraph", "right"),
        ("table", "one\ttwo"),
    ]


def test_equal_headers_are_kept_once():
    headed = paragraph("Letterhead", '<w:outlineLvl w:val="0"/>')
    header = f"<w:hdr {W}>{headed}</w:hdr>"
    footer = f"<w:ftr {W}>{paragraph('Bank')}</w:ftr>"
    document = read(
        word(paragraph("Text."), header1=header, header2=header, footer1=footer), "my letter.docx"
    )
    assert blocks(document) == [
        ("paragraph", "Letterhead"),
        ("paragraph", "Text."),
        ("paragraph", "Bank"),
    ]
    assert document.title == "my letter"


def test_the_words_of_charts_and_diagrams_are_read():
    body = (
        '<w:p><w:r><w:t>Look:</w:t><w:drawing><c:chart r:id="r0"/></w:drawing>'
        '<w:drawing><dgm:relIds r:dm="r1"/></w:drawing></w:r></w:p>'
    )
    chart = (
        "<c:c><a:p><a:r><a:t>Rain by month</a:t></a:r></a:p>"
        "<c:strCache><c:pt><c:v>May</c:v></c:pt><c:pt><c:v>June</c:v></c:pt></c:strCache>"
        "<c:numCache><c:v>7</c:v></c:numCache></c:c>"
    )
    diagram = "<d:d><d:pt><d:t><a:p><a:r><a:t>Plan, then dig</a:t></a:r></a:p></d:t></d:pt></d:d>"
    assert blocks(read(word(body, chart=chart, diagramData=diagram), "a.docx")) == [
        ("paragraph", "Look:"),
        ("paragraph", "Rain by month"),
        ("paragraph", "May\nJune"),
        ("paragraph", "Plan, then dig"),
    ]
