"""`docsearch move`."""

from __future__ import annotations

import sys

import click

from search.wording import counted

from .. import completions
from ..endings import raise_at_endings
from ..exit_codes import ExitCode
from ..parameters import PATH
from ..settings import Settings, pass_settings


@click.command()
@click.argument("old", type=PATH, shell_complete=completions.roots)
@click.argument("new", type=PATH)
@pass_settings
def move(settings: Settings, old: str, new: str) -> int:
    """Take a folder along that was moved from OLD to NEW.

    Its documents keep their vectors, and its rules stay. The files themselves are not touched: move
    them first.

    \b
    Example:  mv ~/notes ~/archive/notes
              docsearch move ~/notes ~/archive/notes
    """
    from search.models.engines import device_for

    from ..progress import ProgressLine

    backend = settings.config.backend
    line = ProgressLine(
        sys.stderr, sys.stderr.isatty(), settings.quiet, lambda: device_for(backend)
    )
    raise_at_endings()
    with settings.open_index() as index:
        try:
            report = index.move(old, new, on_progress=line.show)
        finally:
            line.close()
    moved = report.copied + report.unchanged + report.added + report.changed
    settings.note(f"{counted(moved, 'document is', 'documents are')} in {new} now")
    return ExitCode.NOTHING if report.failed else ExitCode.FOUND
