"""Excel workbooks of 1997 to 2003 (XLS), by xlrd: each sheet a page with its name as heading, its rows as tables."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

from ...documents import Document, Reason
from ...errors import Unreadable
from ..flow import Flow, Stretch
from ..title import stem
from .cell_values import DAYS_TO_1904, Format, format_of, shown
from .sheet import add_sheet

if TYPE_CHECKING:
    from xlrd.book import Book
    from xlrd.sheet import Cell


def read(data: bytes, path: str) -> Document:
    """The document in a workbook; `pages` are its sheets. Raises Unreadable where it is damaged, encrypted or holds no text."""
    import xlrd
    from xlrd.biffh import XLRDError

    try:
        # What xlrd finds odd in a file it would print.
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
        rows = ([_shown(cell, book) for cell in sheet.row(number)] for number in range(sheet.nrows))
        add_sheet(flow, sheet.name, rows, notes)
    return flow.document(path, "xls", stem(path))


def _shown(cell: Cell, book: Book) -> str:
    """A cell in words."""
    import xlrd

    if cell.ctype == xlrd.XL_CELL_TEXT:
        return str(cell.value)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return "TRUE" if cell.value else "FALSE"
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(cell.value, ""))
    if cell.ctype not in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
        return ""
    form = format_of(book.format_map[book.xf_list[cell.xf_index].format_key].format_str)
    days = DAYS_TO_1904 if book.datemode and form in (Format.DATE, Format.DATE_TIME) else 0
    return shown(cell.value + days, form)
