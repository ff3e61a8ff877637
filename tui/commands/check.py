"""`docsearch check`."""

from __future__ import annotations

import click

from search.config import MAX_FILE_SIZE

from ..exit_codes import ExitCode
from ..parameters import PATH
from ..settings import Settings, json_flag, pass_settings


@click.command()
@click.argument("path", type=PATH)
@json_flag("--json", "as_json", "Print JSON, for scripts.")
@pass_settings
def check(settings: Settings, path: str, as_json: bool) -> int:
    """Tell why a file is or is not in the index, and what an ingest would do with it.

    Exit code 0: it is in the index; 1: it is not.

    \b
    Example:  docsearch check ~/notes/scan.pdf
    """
    from ..terminal import printable

    with settings.open_index() as index:
        verdict = index.check(path, settings.config.max_file_size or MAX_FILE_SIZE)
    if as_json:
        from ..jsont import verdict_json

        click.echo(verdict_json(verdict))
    else:
        message = printable(settings.with_index_options(verdict.message), one_line=True)
        click.echo(f"{printable(verdict.path, one_line=True)}: {message} [{verdict.code}]")
    return ExitCode.FOUND if verdict.indexed else ExitCode.NOTHING
