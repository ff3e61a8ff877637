"""`docsearch show`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from search.errors import UsageError
from search.wording import counted

from ..exit_codes import ExitCode
from ..parameters import PASSAGE_ID, PATH, WITH_LINE
from ..settings import Settings, pass_settings

if TYPE_CHECKING:
    from search import Index, StoredText

AROUND = 10
"""Lines that are shown before and after the line that was asked for."""


@click.command()
@click.argument("target", type=PATH, metavar="PATH[:LINE]|ID")
@click.option("--page", type=click.IntRange(1), metavar="N", help="Only this page.")
@pass_settings
def show(settings: Settings, target: str, page: int | None) -> int:
    """Print a document's text as the index has it.

    With a line, the lines around it are printed; with the id of a hit, its passage alone.

    \b
    Example:  docsearch show ~/notes/boiler.md:14
              docsearch show manual.pdf --page 12
    """
    from ..terminal import printable

    with settings.open_index() as index:
        whole = settings.around.path(target)
        if PASSAGE_ID.fullmatch(target) and not os.path.lexists(whole):
            text = index.passage(target).text
        else:
            path, line = _split(whole)
            if line is not None and page is None:
                text = _around(index, path, line)
            else:
                document = index.document(path)
                text = document.text if page is None else _page(document, page)
    # A colour code in a document is part of its text, so click must not strip it.
    click.echo(printable(text) if settings.around.is_terminal else text, color=True)
    return ExitCode.FOUND


def _split(target: str) -> tuple[str, int | None]:
    """The path and the line that `target` names. A file whose own name ends in :NUMBER has none."""
    match = WITH_LINE.fullmatch(target)
    if match and not os.path.lexists(target):
        return match[1], int(match[2])
    return target, None


def _around(index: Index, path: str, line: int) -> str:
    first, last = max(line - AROUND, 1), line + AROUND
    part = index.part(path, lines=(first, last))
    if not 1 <= line <= part.lines:
        raise UsageError(
            f"there is no line {line}", f"the document has {counted(part.lines, 'line')}"
        )
    last = min(last, part.lines)
    texts = dict(enumerate(part.text.split("\n"), part.line_start))
    width = len(str(last))
    return "\n".join(
        f"{'>' if number == line else ' '} {number:{width}}  {texts.get(number, '')}".rstrip()
        for number in range(first, last + 1)
    )


def _page(document: StoredText, page: int) -> str:
    pages = len(document.pages)
    if page > pages:
        raise UsageError(
            f"there is no page {page}",
            f"the document has {counted(pages, 'page')}" if pages else "the document has no pages",
        )
    return document.text[slice(*document.page_range(page))].strip("\n")
