"""What office files leave out is counted, and what pictures show is read."""

from __future__ import annotations

import pytest

from search.errors import Unreadable

from .office_files import W, blocks, paragraph, read, word, zipped
from .test_readers_docx import cell, row
from .test_readers_odf import odf
from .test_readers_slides_and_sheets import relations, shape


def told(data: bytes, name: str) -> tuple[list[str], tuple[str, ...]]:
    document = read(data, name)
    return [text for _, text in blocks(document)], document.warnings


def test_word_counts_deletions_contents_and_readings():
    styles = f'<w:styles {W}><w:style w:styleId="T1"><w:name w:val="toc 1"/></w:style></w:styles>'
    deletion = "<w:del><w:r><w:delText>old</w:delText></w:r></w:del>"
    removed = row(cell(paragraph("gone")), properties="<w:del w:id='1'/>")
    body = (
        paragraph("Dig 3", '<w:pStyle w:val="T1"/>')
        + paragraph("Fill 4", '<w:pStyle w:val="T1"/>')
        + f"<w:p><w:r><w:t>new</w:t></w:r>{deletion}{deletion}<w:del><w:r/></w:del></w:p>"
        + f"<w:tbl>{row(cell(paragraph('a')), cell(paragraph('b')))}{removed}</w:tbl>"
        + "<w:p><w:r><w:ruby><w:rt><w:r><w:t>かん</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>漢"
        "</w:t></w:r></w:rubyBase></w:ruby></w:r><w:r><w:t>字</w:t></w:r></w:p>"
    )
    assert told(word(body, styles=styles), "a.docx") == (
        ["new", "a\tb", "漢字"],
        ("left out: 3 deleted parts, 1 reading beside characters, 1 table of contents or index",),
    )


def test_word_reads_notes_that_nothing_refers_to_and_counts_those_of_deleted_text():
    notes = "".join(
        f"<w:footnote w:id='{number}'>{paragraph(f'Note {number}.')}</w:footnote>"
        for number in (1, 2, 3)
    )
    body = (
        "<w:p><w:r><w:t>Text</w:t><w:footnoteReference w:id='1'/></w:r>"
        "<w:del><w:r><w:footnoteReference w:id='2'/></w:r></w:del></w:p>"
    )
    data = word(body, footnotes=f"<w:footnotes {W}>{notes}</w:footnotes>")
    assert told(data, "a.docx") == (["Text", "Note 1.", "Note 3."], ("left out: 1 deleted part",))


def test_a_header_has_relations_of_its_own():
    header = f'<w:hdr {W}><w:p><w:r><w:t>Top</w:t><c:chart r:id="r0"/></w:r></w:p></w:hdr>'
    chart = "<c:c><a:p><a:r><a:t>{}</a:t></a:r></a:p></c:c>"
    data = zipped(
        {
            "word/document.xml": (
                f"<w:document {W}><w:body>{paragraph('Text')}</w:body></w:document>"
            ),
            "word/_rels/document.xml.rels": relations(("chart", "c1.xml"), ("header", "h.xml")),
            "word/c1.xml": chart.format("of the body"),
            "word/h.xml": header,
            "word/_rels/h.xml.rels": relations(("chart", "c2.xml"), ("package", "b.docx")),
            "word/c2.xml": chart.format("of the header"),
            "word/b.docx": word(paragraph("inside")),
        }
    )
    shown = ["Top", "of the header", "Text", "Embedded file: b.docx", "inside"]
    assert told(data, "a.docx") == (shown, ())


def test_a_document_of_deleted_text_alone_says_so():
    body = "<w:p><w:del><w:r><w:delText>old</w:delText></w:r></w:del></w:p>"
    with pytest.raises(Unreadable) as caught:
        read(word(body), "a.docx")
    assert caught.value.message == "the document holds no text (left out: 1 deleted part)"


def test_word_reads_what_pictures_show_drawn_letters_and_chosen_entries():
    body = (
        '<w:p><w:r><w:t>See</w:t><w:drawing><wp:docPr descr="Map of the weir"/>'
        '<pic:cNvPr descr="Map of the weir"/></w:drawing></w:r>'
        '<w:r><w:drawing><wp:docPr descr="image 7.png" title="x"/></w:drawing></w:r>'
        '<w:r><w:pict><v:shape alt="The lock"><v:textpath string="DRAFT"/></v:shape></w:pict></w:r>'
        '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:ddList><w:result w:val="1"/>'
        '<w:listEntry w:val="open"/><w:listEntry w:val="shut"/></w:ddList></w:ffData></w:fldChar>'
        "</w:r></w:p>"
    )
    assert told(word(body), "a.docx") == (
        ["Seeshut", "Map of the weir", "The lock", "DRAFT"],
        (),
    )


def test_slides_and_sheets_count_charts_and_read_what_pictures_show():
    chart = (
        "<c:c><c:ser><c:strCache><c:v>Boats</c:v></c:strCache>"
        "<c:numCache><c:v>7</c:v></c:numCache></c:ser><c:ser/></c:c>"
    )
    picture = '<p:pic><p:cNvPr descr="A barge in the lock"/></p:pic>'
    parts = {"c.xml": chart, "s.xml": f"<p:sld>{shape('title', 'Boats')}{picture}</p:sld>"}
    slides = zipped(
        {
            "ppt/presentation.xml": '<p:p><p:sldId r:id="r0"/></p:p>',
            "ppt/_rels/presentation.xml.rels": relations(("slide", "s.xml")),
            "ppt/_rels/s.xml.rels": relations(("chart", "c.xml")),
            **{f"ppt/{name}": contents for name, contents in parts.items()},
        }
    )
    warnings = ("left out: 1 chart without its numbers",)
    assert told(slides, "a.pptx") == (["Boats", "A barge in the lock", "Boats"], warnings)
    book = zipped(
        {
            "xl/workbook.xml": '<w><sheets><sheet name="One" r:id="r0"/></sheets></w>',
            "xl/_rels/workbook.xml.rels": relations(("worksheet", "w.xml")),
            "xl/w.xml": "<worksheet/>",
            "xl/_rels/w.xml.rels": relations(("drawing", "d.xml")),
            "xl/d.xml": f"<xdr:wsDr>{picture}</xdr:wsDr>",
            "xl/_rels/d.xml.rels": relations(("chart", "c.xml")),
            "xl/c.xml": chart,
        }
    )
    assert told(book, "a.xlsx") == (["One", "A barge in the lock", "Boats"], warnings)


def test_opendocument_counts_what_it_leaves_out_and_reads_a_bibliography():
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion><office:change-info>"
        "<dc:creator>Ida</dc:creator></office:change-info><text:p>old</text:p></text:deletion>"
        "</text:changed-region></text:tracked-changes>"
        '<office:forms><form:form xmlns:form="f"><form:text form:value="x"/></form:form>'
        "</office:forms><text:table-of-content><text:p>Dig 3</text:p></text:table-of-content>"
        "<text:p><text:ruby><text:ruby-base>漢</text:ruby-base><text:ruby-text>かん</text:ruby-text>"
        "</text:ruby>字</text:p><text:bibliography><text:bibliography-source><text:p>no</text:p>"
        "</text:bibliography-source><text:index-body><text:p>Weir 1999</text:p></text:index-body>"
        "</text:bibliography>"
    )
    assert told(odf("text", body), "a.odt") == (
        ["漢字", "Weir 1999"],
        (
            "left out: 1 deleted part, 1 reading beside characters, "
            "1 table of contents or index, 1 form",
        ),
    )


def test_the_properties_of_a_flat_file_are_no_text():
    data = (
        '<office:document xmlns:office="o" xmlns:text="t" xmlns:dc="c" xmlns:draw="d" '
        'xmlns:svg="v"><office:meta><dc:title>Stale</dc:title></office:meta><office:body>'
        "<office:text><text:p>Text<draw:frame><svg:desc>A map</svg:desc></draw:frame></text:p>"
        "</office:text></office:body></office:document>"
    )
    assert told(data.encode(), "a.fodt") == (["Text", "A map"], ())


def test_rtf_counts_deletions_and_contents():
    body = (
        r"{\rtf1{\stylesheet{\s1 toc 1;}}\pard\s1 Dig 3\par Fill 4\par\pard Text"
        r"{\deleted old {\b and} older}{\revised new}{\deleted x}\par}"
    )
    assert told(body.encode(), "a.rtf") == (
        ["Textnew"],
        ("left out: 2 deleted parts, 1 table of contents or index",),
    )
