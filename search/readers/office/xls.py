"""Excel workbooks of 1997 to 2003 (XLS), opened by xlrd.

Each sheet is a page with its name as heading and its rows as tables.
"""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

from ...documents import Document, Reason
from ...errors import Unreadable
from ..flow import Flow, Stretch
from ..title import stem
from .cell_values import DAYS_TO_1904, Format, format_of, number_text
from .sheet import add_sheet

if TYPE_CHECKING:
    from xlrd.book import Book
    from xlrd.sheet import Cell


def read(data: bytes, path: str) -> Document:
    """The document in a workbook; its `pages` are the sheets.

    Raises Unreadable where the workbook is damaged, encrypted or holds no text.
    """
    import xlrd
    from xlrd.biffh import XLRDError

    try:
        # xlrd prints what it finds odd in a file; the StringIO takes these messages.
        book = xlrd.open_workbook(
            file_contents=data, logfile=StringIO(), formatting_info=True, ragged_rows=True
        )
    except XLRDError as error:
        if "encrypted" in str(error).lower():
            raise Unreadable(Reason.ENCRYPTED, "the workbook needs a password") from error
        raise Unreadable(Reason.CORRUPT, f"the workbook is damaged: {error}") from error
    flow = Flow()
    for index in range(book.nsheets):
        sheet = book.sheet_by_index(index)
        notes = [
            Stretch("paragraph", note.text.strip())
            for _, note in sorted(sheet.cell_note_map.items())
        ]
        rows = (
            [_cell_text(cell, book) for cell in sheet.row(number)] for number in range(sheet.nrows)
        )
        add_sheet(flow, sheet.name, rows, notes)
    return flow.document(path, "xls", stem(path))


def _cell_text(cell: Cell, book: Book) -> str:
    """A cell's value as text, in the format of the cell."""
    import xlrd

    if cell.ctype == xlrd.XL_CELL_TEXT:
        return str(cell.value)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return "TRUE" if cell.value else "FALSE"
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(cell.value, ""))
    if cell.ctype not in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
        return ""
    number_format = format_of(book.format_map[book.xf_list[cell.xf_index].format_key].format_str)
    is_date = number_format in (Format.DATE, Format.DATE_TIME)
    days = DAYS_TO_1904 if book.datemode and is_date else 0
    return number_text(cell.value + days, number_format)
