"""The readers of PowerPoint and Excel files, old and new: slides and sheets are pages."""

from __future__ import annotations

import datetime
import io
from pathlib import Path

import openpyxl
import pptx
import pytest
from openpyxl.comments import Comment
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from search.documents import Block, Document, Reason
from search.errors import Unreadable
from search.readers.office.cell_values import Format, format_of, number_text

from .office_files import TYPES, blocks, read, zipped

FIXTURES = Path(__file__).parent / "fixtures"
WORKBOOK = '<workbook><sheets><sheet name="One" sheetId="1" r:id="r0"/></sheets></workbook>'


def saved(made) -> bytes:
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def test_slides_are_pages_with_their_titles_as_headings():
    made = pptx.Presentation()
    slide = made.slides.add_slide(made.slide_layouts[0])
    slide.shapes.title.text = "Harbour plan"
    slide.placeholders[1].text = "for the council"
    slide = made.slides.add_slide(made.slide_layouts[1])
    slide.placeholders[1].text_frame.text = "Dredging"
    slide.placeholders[1].text_frame.add_paragraph().text = "Quay"
    slide.shapes.title.text = "Costs\nand gains"
    table = slide.shapes.add_table(2, 2, 0, 0, Inches(3), Inches(1)).table
    for cell, words in zip(table.iter_cells(), ("Item", "Euro", "Piles", "1200"), strict=True):
        cell.text = words
    slide.notes_slide.notes_text_frame.text = "Mention the storm."
    made.slides.add_slide(made.slide_layouts[6])
    text = (
        "Harbour plan\n\nfor the council\n\nCosts and gains\n\nDredging\nQuay\n\n"
        "Item\tEuro\nPiles\t1200\n\nMention the storm."
    )
    assert read(saved(made), "plan.pptx") == Document(
        "/docs/plan.pptx",
        "pptx",
        "Harbour plan",
        text,
        (
            Block(0, 12, "heading", 1, "Harbour plan"),
            Block(14, 29, "paragraph"),
            Block(31, 46, "heading", 1, "Costs and gains"),
            Block(48, 56, "list"),
            Block(57, 61, "list"),
            Block(63, 83, "table"),
            Block(85, 103, "paragraph"),
        ),
        (0, 31, 103),
    )


def test_a_slide_without_a_title_begins_with_its_first_line_and_charts_are_read():
    made = pptx.Presentation()
    slide = made.slides.add_slide(made.slide_layouts[6])
    box = slide.shapes.add_textbox(0, 0, Inches(3), Inches(1)).text_frame
    box.text = "Ships a day"
    box.add_paragraph().text = "Counted in May."
    chart = CategoryChartData()
    chart.categories = ["North pier", "South pier"]
    chart.add_series("Ferries", (1, 2))
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, Inches(3), Inches(3), chart)
    assert blocks(read(saved(made), "a.pptx")) == [
        ("h1", "Ships a day"),
        ("paragraph", "Counted in May."),
        ("paragraph", "Ferries"),
        ("paragraph", "North pier\nSouth pier"),
    ]


def relations(*targets: tuple[str, str]) -> str:
    related = "".join(
        f'<Relationship Id="r{number}" Type="{TYPES}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets)
    )
    return f'<Relationships xmlns="x">{related}</Relationships>'


def shape(role: str, words: str) -> str:
    placeholder = f'<p:nvPr><p:ph type="{role}"/></p:nvPr>' if role else ""
    return (
        f"<p:sp>{placeholder}<p:txBody><a:p><a:r><a:t>{words}</a:t></a:r></a:p></p:txBody></p:sp>"
    )


def test_slides_come_in_the_order_of_the_show_and_footers_once():
    def slide(*shapes: str) -> str:
        return f"<p:sld>{''.join(shapes)}</p:sld>"

    data = zipped(
        {
            "ppt/presentation.xml": (
                '<p:p><p:sldId id="256" r:id="r1"/><p:sldId id="257" r:id="r0"/>'
                '<p:sldId id="9" r:id="r9"/></p:p>'
            ),
            "ppt/_rels/presentation.xml.rels": relations(
                ("slide", "slides/a.xml"), ("slide", "/ppt/slides/b.xml")
            ),
            "ppt/slides/a.xml": slide(
                shape("title", "Second"), shape("ftr", "ACME"), shape("sldNum", "2")
            ),
            "ppt/slides/b.xml": slide(
                shape("", "Words"),
                shape("ctrTitle", "First"),
                shape("ftr", "ACME"),
                shape("dt", "today"),
            ),
            "ppt/slides/_rels/a.xml.rels": relations(("comments", "../c.xml")),
            "ppt/c.xml": "<p:cmLst><p:cm><p:pos x='1'/><p:text>Too long?</p:text></p:cm></p:cmLst>",
        }
    )
    assert blocks(read(data, "a.pptx")) == [
        ("h1", "First"),
        ("paragraph", "Words"),
        ("paragraph", "ACME"),
        ("h1", "Second"),
        ("paragraph", "Too long?"),
    ]


def test_sheets_are_pages_and_the_names_of_columns_head_their_rows():
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = "Expenses"
    sheet.append(["Household 2025"])
    sheet.append([])
    sheet.append(["Date", "Payee", "Share", "Paid"])
    sheet.append([datetime.date(2025, 1, 3), "Maurits", 0.25, True])
    sheet.append([datetime.datetime(2025, 1, 3, 10, 30), "Calla", 0.1 + 0.2, False])
    sheet["C4"].number_format = "0%"
    sheet["B5"].comment = Comment("ask her again", "Ida")
    made.create_sheet("Empty")
    made.create_sheet("Far")["XFD1048576"] = "last cell"
    text = (
        "Expenses\n\nHousehold 2025\n\nDate | Payee | Share | Paid\n\n"
        "2025-01-03\tMaurits\t25%\tTRUE\n2025-01-03 10:30\tCalla\t0.3\tFALSE\n\n"
        "ask her again\n\nFar\n\nlast cell"
    )
    assert read(saved(made), "my money.xlsx") == Document(
        "/docs/my money.xlsx",
        "xlsx",
        "my money",
        text,
        (
            Block(0, 8, "heading", 1, "Expenses"),
            Block(10, 24, "paragraph"),
            Block(26, 53, "heading", 2, "Date | Payee | Share | Paid"),
            Block(55, 115, "table"),
            Block(117, 130, "paragraph"),
            Block(132, 135, "heading", 1, "Far"),
            Block(137, 146, "paragraph"),
        ),
        (0, 132, 132),
    )


def test_dates_of_old_macs_count_from_1904():
    made = openpyxl.Workbook()
    made.epoch = CALENDAR_MAC_1904
    made.active.append([datetime.date(2025, 1, 3), datetime.time(9, 5)])
    assert blocks(read(saved(made), "a.xlsx")) == [("h1", "Sheet"), ("table", "2025-01-03\t9:05")]


def test_cells_are_read_in_every_form_that_programs_write():
    rows = (
        '<row r="2"><c r="B2" t="inlineStr"><is><r><t>in</t></r><r><t>line</t></r></is></c>'
        '<c t="str"><f>A1</f><v>text</v></c></row>'
        '<row r="5"><c r="A5" t="s"><v>0</v></c><c r="D5" t="e"><v>#DIV/0!</v></c>'
        '<c r="E5"><f>1+1</f><v>2</v></c><c t="s"><v>77</v></c></row>'
        "<row><c><v>1.5E-3</v></c><c><v>odd</v></c></row>"
    )
    data = zipped(
        {
            "xl/workbook.xml": WORKBOOK,
            "xl/_rels/workbook.xml.rels": relations(
                ("worksheet", "s.xml"), ("sharedStrings", "strings.xml")
            ),
            "xl/strings.xml": (
                "<sst><si><r><t>sha</t></r><r><t>red</t></r><rPh><t>phonetic</t></rPh></si></sst>"
            ),
            "xl/s.xml": f"<worksheet><sheetData>{rows}</sheetData></worksheet>",
            "xl/_rels/s.xml.rels": relations(
                ("comments", "c.xml"), ("threadedComment", "t.xml"), ("drawing", "d.xml")
            ),
            "xl/c.xml": "<comments><text><t>[Threaded comment] a notice</t></text></comments>",
            "xl/t.xml": (
                "<ThreadedComments>"
                "<threadedComment><text>Why?</text></threadedComment></ThreadedComments>"
            ),
            "xl/d.xml": f"<xdr:wsDr>{shape('', 'In a box')}</xdr:wsDr>",
        }
    )
    assert sorted(blocks(read(data, "a.xlsx"))) == sorted(
        [
            ("h1", "One"),
            ("table", "\tinline\ttext"),
            ("table", "shared\t\t\t#DIV/0!\t2\n0.0015\todd"),
            ("paragraph", "Why?"),
            ("paragraph", "In a box"),
        ]
    )


@pytest.mark.parametrize(
    ("number", "code", "words"),
    [
        (45658, "[$-407]d. mmmm yyyy;@", "2025-01-01"),
        (45658, "mmmm", "2025-01-01"),
        (0.5, "h:mm AM/PM", "12:00"),
        (0.50001, "hh:mm:ss", "12:00:01"),
        (45658.75, "yyyy-mm-dd hh:mm", "2025-01-01 18:00"),
        (-3, "dd.mm.yy", "-3"),
        (1e300, "dd.mm.yy", "1e+300"),
        (12345678901234567890.0, "0", "1.23456789012346e+19"),
    ],
)
def test_a_number_is_shown_by_its_format(number, code, words):
    assert number_text(number, format_of(code)) == words


def test_columns_are_named_by_words_alone():
    made = openpyxl.Workbook()
    for row in (
        ["Ada", 1],
        ["Calla", 2],
        [],
        ["Name", "City"],
        ["Ida", "Rome"],
        [],
        ["A", "A", "B"],
        ["x", "y", "z"],
    ):
        made.active.append(row)
    assert blocks(read(saved(made), "a.xlsx"))[1:] == [
        ("table", "Ada\t1\nCalla\t2"),
        ("table", "Name\tCity\nIda\tRome"),
        ("table", "A\tA\tB\nx\ty\tz"),
    ]


def test_a_workbook_without_words_holds_no_text():
    with pytest.raises(Unreadable) as caught:
        read(saved(openpyxl.Workbook()), "a.xlsx")
    assert (caught.value.reason, caught.value.message) == (
        Reason.NO_TEXT,
        "the document holds no text",
    )


def test_many_cells_of_one_long_text_are_refused():
    cells = '<row><c t="s"><v>0</v></c><c t="s"><v>0</v></c></row>' * 4_000
    data = zipped(
        {
            "xl/workbook.xml": WORKBOOK,
            "xl/_rels/workbook.xml.rels": relations(
                ("worksheet", "s.xml"), ("sharedStrings", "strings.xml")
            ),
            "xl/strings.xml": f"<sst><si><t>{'long ' * 6_000}</t></si></sst>",
            "xl/s.xml": f"<worksheet><sheetData>{cells}</sheetData></worksheet>",
        }
    )
    with pytest.raises(Unreadable) as caught:
        read(data, "a.xlsx")
    assert (caught.value.reason, caught.value.message) == (
        Reason.TOO_LARGE,
        "the document holds more than 200 million characters",
    )


def test_a_workbook_of_1997_is_read():
    """The fixture is a file that xlwt wrote.

    It has dates and shares with formats, an empty sheet, and a cell far from the corner.
    """
    assert blocks(read((FIXTURES / "ledger.xls").read_bytes(), "ledger.xls")) == [
        ("h1", "Ledger"),
        ("h2", "Date | Payee | Sum | Share"),
        ("table", "2025-01-03\tMaurits\t12.5\t25%\n2025-02-04\tÇalla\t1000000\t50%"),
        ("h1", "Notes"),
        ("paragraph", "ask again"),
    ]


def test_the_general_formats_are_numbers():
    assert [format_of(code) for code in ("", "@", "General")] == [Format.NUMBER] * 3
