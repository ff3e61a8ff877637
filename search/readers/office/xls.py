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
from .cell_values import DAYS_TO_1904, unescaped
from .doc import FilesInside, no_files
from .number_format import cell_format
from .sheet import Merge, add_sheet, spread

if TYPE_CHECKING:
    from xlrd.book import Book
    from xlrd.sheet import Cell


def read(data: bytes, path: str, files: FilesInside = no_files) -> Document:
    """The document in a workbook; its `pages` are the sheets.

    `files` gives the text of the files that lie in the container.

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
        rows = [
            (number, [_cell_text(cell, book) for cell in sheet.row(number)])
            for number in range(sheet.nrows)
        ]
        merges = (
            Merge(first_row, end_row - 1, first_column)
            for first_row, end_row, first_column, _ in sheet.merged_cells
        )
        spread(rows, merges)
        add_sheet(flow, sheet.name, [row for _, row in rows], notes)
    flow.hang(files(flow))
    return flow.document(path, "xls", stem(path))


def _cell_text(cell: Cell, book: Book) -> str:
    """A cell's value as text, in the format of the cell."""
    import xlrd

    shown = cell_format(book.format_map[book.xf_list[cell.xf_index].format_key].format_str)
    if cell.ctype == xlrd.XL_CELL_TEXT:
        words = str(cell.value)
        return shown.words(unescaped(words) if "_x" in words else words)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return "TRUE" if cell.value else "FALSE"
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(cell.value, ""))
    if cell.ctype not in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
        return ""
    return shown.text(cell.value + (DAYS_TO_1904 if book.datemode and shown.is_date else 0))
