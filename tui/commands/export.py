"""`docsearch export`."""

from __future__ import annotations

import click

from search.wording import counted

from ..exit_codes import ExitCode
from ..parameters import PATH
from ..settings import Settings, pass_settings


@click.command()
@click.argument("folder", type=PATH)
@pass_settings
def export(settings: Settings, folder: str) -> int:
    """Write documents, passages and vectors as Parquet files into a new FOLDER.

    `docsearch import` makes an index of them, without embedding anything.

    \b
    Example:  docsearch export ~/backup/notes-index
    """
    with settings.open_index() as index:
        done = index.export(folder)
    settings.note(
        f"{counted(done.documents, 'document')} with {counted(done.passages, 'passage')} "
        f"are in {folder}"
    )
    return ExitCode.FOUND
