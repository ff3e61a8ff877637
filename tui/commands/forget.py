"""`docsearch forget`."""

from __future__ import annotations

import click

from search.wording import counted

from .. import completions
from ..endings import raise_at_endings
from ..exit_codes import ExitCode
from ..parameters import PATH
from ..settings import Settings, pass_settings


@click.command()
@click.argument("path", type=PATH, shell_complete=completions.roots)
@pass_settings
def forget(settings: Settings, path: str) -> int:
    """Take a folder or file out of the index; the files themselves are not touched.

    A part of an ingested folder stays out until you name it to `ingest` again.

    \b
    Example:  docsearch forget ~/notes/private
    """
    raise_at_endings()
    with settings.open_index() as index:
        count = index.forget(path)
    settings.note(f"{counted(count, 'document is', 'documents are')} no longer in the index")
    return ExitCode.FOUND
