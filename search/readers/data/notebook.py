"""Jupyter notebooks: Markdown cells, code cells, and the beginning of what the cells gave out.

Outputs that are no text, such as pictures, are left out and counted.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ...documents import Document, Reason
from ...errors import Unreadable
from ..assembly import Assembly
from ..decoding import decode
from ..left_out import LeftOut, Part
from ..markup import html, markdown
from ..title import stem
from .cell_output import shown_output, text_of

SUFFIXES = (".ipynb",)

MAX_OUTPUT = 2_000
"""Characters of a cell's output that are kept: the beginning says what the output is about."""


def read(data: bytes, path: str) -> Document:
    """The document in a notebook of format 3 or 4.

    Raises Unreadable where the file is no notebook or has no text.
    """
    try:
        notebook = json.loads(decode(data))
    except (ValueError, RecursionError) as error:
        raise Unreadable(Reason.CORRUPT, f"the notebook is not valid JSON: {error}") from error
    # Add each cell's source, and then its outputs.
    page = Assembly()
    left_out = LeftOut()
    for cell in _cells(notebook):
        kind = cell.get("cell_type")
        source = text_of(cell.get("source", cell.get("input")))
        if kind == "heading" and source:
            # Format 3 has heading cells.
            level = cell.get("level")
            page.heading(source, level if isinstance(level, int) and 1 <= level <= 6 else 1)
        elif kind == "markdown" and source:
            _include(page, *markdown.read_page(source.encode("utf-8", "replace"), ""), left_out)
        elif source:
            page.add(source, "code" if kind == "code" else "paragraph")
        for output in _list(cell.get("outputs")):
            if isinstance(output, dict):
                _add(page, output, left_out)
    if not page.blocks:
        raise Unreadable(Reason.NO_TEXT, "the notebook has no cells with text")
    # The first heading of level 1 is the title.
    title = next((block.heading for block in page.blocks if block.level == 1 and block.heading), "")
    document = page.document(path, "notebook", title or stem(path))
    left_out.add_undecoded(document.text)
    return replace(document, warnings=left_out.warnings())


def _include(page: Assembly, part: Document, left_out_there: LeftOut, left_out: LeftOut) -> None:
    """Add the document in a cell or an output."""
    page.include(part.text.rstrip(), part.blocks)
    left_out.include(left_out_there)


def _add(page: Assembly, output: dict[str, Any], left_out: LeftOut) -> None:
    """Add one output of a cell, in the form that says most."""
    shown = shown_output(output)
    left_out.add(Part.OUTPUT, shown.other)
    part: tuple[Document, LeftOut] | None = None
    source = shown.text.encode("utf-8", "replace")
    try:
        if shown.form == "text/markdown":
            part = markdown.read_page(source, "")
        elif shown.form == "text/html":
            part = html.read_page(b"\xef\xbb\xbf" + source, "")
    except Unreadable:
        # The output shows no text.
        left_out.add(Part.OUTPUT)
        return
    if part and len(part[0].text) <= MAX_OUTPUT:
        _include(page, *part, left_out)
        return
    text = part[0].text if part else shown.text
    if text:
        page.add(text[:MAX_OUTPUT].rstrip(), "code")
        left_out.add(Part.REST, len(text) > MAX_OUTPUT or shown.has_more)


def _cells(notebook: Any) -> Iterator[dict[str, Any]]:
    """The cells in order. The cells of format 3 lie in worksheets."""
    if isinstance(notebook, dict):
        for sheet in (notebook, *_list(notebook.get("worksheets"))):
            if isinstance(sheet, dict):
                yield from (cell for cell in _list(sheet.get("cells")) if isinstance(cell, dict))


def _list(value: Any) -> list[Any]:
    """The value where it is a list, else an empty list."""
    return value if isinstance(value, list) else []
