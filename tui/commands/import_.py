"""`docsearch import`."""

from __future__ import annotations

import click

from search.wording import counted

from ..endings import raise_at_endings
from ..exit_codes import ExitCode
from ..parameters import PATH
from ..settings import Settings, pass_settings


@click.command("import")
@click.argument("folder", type=PATH)
@pass_settings
def import_(settings: Settings, folder: str) -> int:
    """Make a new index of an export in FOLDER; nothing is read or embedded anew.

    Documents keep their paths. Where their files lie elsewhere now, `docsearch move` takes them
    along.

    \b
    Example:  docsearch import ~/backup/notes-index --index ~/restored
    """
    raise_at_endings()
    with settings.open_index() as index:
        done = index.import_(folder)
    settings.note(
        f"{counted(done.documents, 'document')} with {counted(done.passages, 'passage')} "
        "are in the index now"
    )
    return ExitCode.FOUND
