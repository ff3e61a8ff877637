"""Jupyter notebooks: Markdown cells, code cells, and the beginning of what the cells printed.

Pictures are left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ...documents import Document, Reason
from ...errors import Unreadable
from ..assembly import Assembly
from ..decoding import decode, tidy
from ..markup import markdown
from ..title import stem

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
    for cell in _cells(notebook):
        kind = cell.get("cell_type")
        source = _text(cell.get("source", cell.get("input")))
        if kind == "heading" and source:
            # Format 3 has heading cells.
            level = cell.get("level")
            page.heading(source, level if isinstance(level, int) and 1 <= level <= 6 else 1)
        elif kind == "markdown" and source:
            cell_document = markdown.read(source.encode("utf-8", "replace"), "")
            page.include(cell_document.text.rstrip(), cell_document.blocks)
        elif source:
            page.add(source, "code" if kind == "code" else "paragraph")
        for output in _outputs(cell):
            page.add(output, "code")
    if not page.blocks:
        raise Unreadable(Reason.NO_TEXT, "the notebook has no cells with text")
    # The first heading of level 1 is the title.
    title = next((block.heading for block in page.blocks if block.level == 1 and block.heading), "")
    return page.document(path, "notebook", title or stem(path))


def _cells(notebook: Any) -> Iterator[dict[str, Any]]:
    """The cells in order. The cells of format 3 lie in worksheets."""
    if isinstance(notebook, dict):
        for sheet in (notebook, *_list(notebook.get("worksheets"))):
            if isinstance(sheet, dict):
                yield from (cell for cell in _list(sheet.get("cells")) if isinstance(cell, dict))


def _outputs(cell: dict[str, Any]) -> Iterator[str]:
    """A cell's outputs as text, and the messages of its errors."""
    for output in _list(cell.get("outputs")):
        if not isinstance(output, dict):
            continue
        shown = output.get("data", output)
        text = _text(
            output.get("text", shown.get("text/plain") if isinstance(shown, dict) else None)
        )
        if output.get("ename"):
            text = f"{output['ename']}: {output.get('evalue', '')}"
        if text:
            yield text[:MAX_OUTPUT].rstrip()


def _text(lines: Any) -> str:
    """A text stored as a string or as a list of lines.

    The result is empty where the value is neither, or holds nothing visible.
    """
    joined = (
        "".join(line for line in lines if isinstance(line, str))
        if isinstance(lines, list)
        else lines
    )
    try:
        return tidy(joined).strip("\n").rstrip() if isinstance(joined, str) else ""
    except Unreadable:
        return ""


def _list(value: Any) -> list[Any]:
    """The value where it is a list, else an empty list."""
    return value if isinstance(value, list) else []
