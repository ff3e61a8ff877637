"""Cells of workbooks: numbers in their formats, escapes, and cells that fill several rows."""

from __future__ import annotations

from collections.abc import Iterator

import openpyxl
import pytest

from search.readers.office.number_format import cell_format
from search.readers.office.sheet import Merge, spread
from search.text.passages import PassageRules, split

from .office_files import blocks, read, zipped
from .test_readers_odf import cell, odf
from .test_readers_slides_and_sheets import WORKBOOK, relations, saved


@pytest.mark.parametrize(
    ("number", "code", "words"),
    [
        (73, "00000", "00073"),
        (0, "000", "000"),
        (-7, "0000", "-0007"),
        (73, '"PO-"0000', "PO-0073"),
        (73, "\\P\\O\\-0000", "PO-0073"),
        (98765432, "000-00-0000", "098-76-5432"),
        (5551234567, "[<=9999999]###-####;(###) ###-####", "(555) 123-4567"),
        (5551234, "[<=9999999]###-####;(###) ###-####", "555-1234"),
        (123456789, "00000-0000", "12345-6789"),
        (5.5, "00.00", "05.50"),
        (1234.5, "#,##0.00", "1234.5"),
        (1200, "#,##0.00 [$€-407]", "1200 €"),
        (1200, "[$£-809]#,##0", "£1200"),
        (20, '0 "µm"', "20 µm"),
        (37.5, '0.0"°C"', "37.5°C"),
        (3, '0 "days"', "3 days"),
        (3, "0\\d", "3d"),
        (12, 'General" pcs"', "12 pcs"),
        (0.175, '"share "0.0%', "share 17.5%"),
        (1234567, '0.0,,"M"', "1.2M"),
        (-5, "#,##0;(#,##0)", "-5"),
        (-5, "#,##0;[Red]#,##0", "-5"),
        (-5, '0;"short by "0', "short by 5"),
        (0, '0;-0;"none"', "none"),
        (1, '[=1]"yes";[=0]"no";0', "yes"),
        (0, '[=1]"yes";[=0]"no";0', "no"),
        (7, '[=1]"yes";[=0]"no";0', "7"),
        (5, ";;;", "5"),
        (2.5, "# ?/?", "2.5"),
        (0.0015, "0.00E+00", "0.0015"),
        (-5.5, '_-* #,##0.00\\ "€"_-;\\-* #,##0.00\\ "€"_-;_-* "-"??\\ "€"_-;_-@_-', "-5.5 €"),
        (45658, '"due "dd/mm/yyyy', "2025-01-01"),
    ],
)
def test_a_number_is_shown_with_what_its_format_adds(number, code, words):
    assert cell_format(code).text(number) == words


def test_a_format_may_put_text_around_words():
    codes = ('@" kg"', 'General;General;General;"Mr. "@', "0", "@")
    assert [cell_format(code).words("x") for code in codes] == ["x kg", "Mr. x", "x", "x"]


def test_the_formats_of_a_workbook_are_used():
    made = openpyxl.Workbook()
    made.active.append([73, 88, "Ida", 7])
    for place, code in {"A1": "00000", "B1": '"PO-"0000', "C1": '"Dr. "@', "D1": "0 km"}.items():
        made.active[place].number_format = code
    assert blocks(read(saved(made), "a.xlsx")) == [
        ("h1", "Sheet"),
        ("table", "00073\tPO-0088\tDr. Ida\t7 km"),
    ]


def test_escapes_stand_for_characters_and_readings_are_counted():
    rows = (
        '<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c>'
        '<c t="inlineStr"><is><t>c_x0009_d</t></is></c><c t="str"><v>e_x005F_x0041_</v></c></row>'
    )
    data = zipped(
        {
            "xl/workbook.xml": WORKBOOK,
            "xl/_rels/workbook.xml.rels": relations(
                ("worksheet", "s.xml"), ("sharedStrings", "strings.xml")
            ),
            "xl/strings.xml": (
                "<sst><si><t>moss_x000D_\nin_x000d_the gutter</t></si><si><r><t>東京</t></r>"
                '<rPh sb="0" eb="2"><t>トウキョウ</t></rPh></si></sst>'
            ),
            "xl/s.xml": f"<worksheet><sheetData>{rows}</sheetData></worksheet>",
        }
    )
    document = read(data, "a.xlsx")
    assert (blocks(document), document.warnings) == (
        [("h1", "One"), ("table", "moss in the gutter\t東京\tc d\te_x0041_")],
        ("left out: 1 reading beside characters",),
    )


class WordTokenizer:
    """Each word is a token."""

    def spans(self, texts: list[str]) -> list[list[tuple[int, int]]]:
        return [list(self.words(text)) for text in texts]

    def words(self, text: str) -> Iterator[tuple[int, int]]:
        start = 0
        for word in text.split():
            start = text.index(word, start)
            yield start, start + len(word)
            start += len(word)


def test_the_words_of_a_merged_cell_are_in_each_passage_of_its_rows():
    made = openpyxl.Workbook()
    made.active.append(["Parish", "Farm", "Acres"])
    for number in range(200):
        made.active.append(["North side" if number == 0 else None, f"Farm {number}", number])
    made.active.append(["South side", "Farm 200", 200])
    made.active.merge_cells("A2:A201")
    document = read(saved(made), "a.xlsx")
    passages = list(split(document, WordTokenizer(), PassageRules()))
    assert len(passages) > 3
    assert all("North side\tFarm" in passage.text for passage in passages)
    assert document.text.endswith("North side\tFarm 199\t199\nSouth side\tFarm 200\t200")


def test_merged_cells_of_opendocument_are_repeated():
    rows = (
        f"<table:table-row>{cell('Parish')}{cell('Farm')}{cell('Acres')}</table:table-row>"
        f"<table:table-row>{cell('North', number_rows_spanned=3)}{cell('a')}{cell('1')}"
        "</table:table-row><table:table-row><table:covered-table-cell/>"
        f"{cell('b')}{cell('2')}</table:table-row><table:table-row><table:covered-table-cell/>"
        f"{cell('c')}{cell('3')}</table:table-row><table:table-row><table:table-cell/>"
        f"{cell('d')}{cell('4')}</table:table-row>"
    )
    document = read(
        odf("spreadsheet", f'<table:table table:name="S">{rows}</table:table>'), "a.ods"
    )
    assert blocks(document)[2] == ("table", "North\ta\t1\nNorth\tb\t2\nNorth\tc\t3\n\td\t4")


def test_a_value_that_opendocument_stores_without_words_is_read():
    row = (
        '<table:table-row><table:table-cell office:value="7"/>'
        '<table:table-cell office:string-value="seven"/>'
        '<table:table-cell office:value="8"><text:p>8 mm</text:p></table:table-cell>'
        "</table:table-row>"
    )
    data = odf("spreadsheet", f'<table:table table:name="S">{row}</table:table>')
    assert blocks(read(data, "a.ods")) == [("h1", "S"), ("table", "7\tseven\t8 mm")]


def test_a_merged_label_is_repeated_in_rows_with_words_alone():
    long_label = "ward " * 30
    rows = [
        (1, ["North", "a"]),
        (2, []),
        (3, ["", "b"]),
        (4, ["own", "c"]),
        (6, [""]),
        (7, [long_label, "", "x"]),
        (8, ["", "d", "y"]),
        (9, []),
    ]
    spread(
        rows,
        [Merge(1, 6, 0), Merge(2, 5, 0), Merge(7, 9, 0), Merge(20, 30, 1), Merge(7, 8, 5)],
    )
    assert [row for _, row in rows] == [
        ["North", "a"],
        [],
        ["North", "b"],
        ["own", "c"],
        [""],
        [long_label, "", "x"],
        [("ward " * 20).strip(), "d", "y"],
        [],
    ]
