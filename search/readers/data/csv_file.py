"""CSV and TSV: tables in plain text become a block for each row, under the column names."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from ...documents import Block, Document
from ..decoding import decode
from ..left_out import undecoded
from ..title import stem

SUFFIXES = (".csv", ".tsv", ".tab")

DELIMITERS = ",;\t|"
SAMPLE = 64
"""Rows that are looked at to find the delimiter."""

MAX_CELL = 1 << 30


def read(data: bytes, path: str) -> Document:
    """The document in a table, whose text is the file's own.

    The first row is the heading above all others, where it looks like column names. Raises
    Unreadable where the file is binary or empty.
    """
    text = decode(data)
    delimiter = _delimiter(text)
    rows = _rows(text, delimiter)
    blocks = []
    for number, (start, end, cells) in enumerate(rows):
        if number == 0 and _names_columns(cells):
            names = ", ".join(cell.strip() for cell in cells if cell.strip())
            blocks.append(Block(start, end, "heading", 1, " ".join(names.split())))
        else:
            blocks.append(Block(start, end, "table"))
    return Document(path, "table", stem(path), text, tuple(blocks), warnings=undecoded(text))


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, int, list[str]]]:
    """The rows that are not empty: where each starts and ends in the text, and its cells."""
    # A quoted cell may be long. The module's own limit is for files that do not fit into memory.
    csv.field_size_limit(MAX_CELL)
    start = 0
    end = 0

    def lines() -> Iterator[str]:
        nonlocal end
        while end < len(text):
            begin, end = end, text.find("\n", end) + 1 or len(text)
            yield text[begin:end]

    for cells in csv.reader(lines(), delimiter=delimiter):
        if any(map(str.strip, cells)):
            yield start, end - (text[end - 1] == "\n"), cells
        start = end


def _delimiter(text: str) -> str:
    """The delimiter that splits most of the first rows into the same number of cells.

    Of equally good delimiters, the one with the most cells is taken.
    """
    sample = [line for line in text[:65_536].split("\n") if line.strip()][:SAMPLE]

    def agreement(delimiter: str) -> tuple[int, int]:
        counts = [len(cells) for cells in csv.reader(sample, delimiter=delimiter) if len(cells) > 1]
        common = max(set(counts), key=counts.count, default=0)
        return counts.count(common), common

    return max(DELIMITERS, key=agreement)


def _names_columns(cells: list[str]) -> bool:
    """True where a row looks like column names: no cell is a number, and no two are equal."""
    names = [cell.strip() for cell in cells if cell.strip()]
    return len(set(names)) == len(names) and not any(_is_number(cell) for cell in names)


def _is_number(cell: str) -> bool:
    """True where at least half of a cell's characters are digits."""
    digits = sum(map(str.isdigit, cell))
    return digits > 0 and 2 * digits >= len(cell)
