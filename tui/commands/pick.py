"""`docsearch pick`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from ..asked import joined
from ..exit_codes import ExitCode
from ..settings import Settings, json_flag, pass_settings
from .app import run_app

if TYPE_CHECKING:
    from search.results import Hit

HINT = "print paths without the app: docsearch query -l TEXT"


@click.command()
@click.argument("query", nargs=-1, metavar="[QUERY]...")
@click.option("--line", "with_line", is_flag=True, help="Print path:line of each hit.")
@click.option("-0", "--null", "null", is_flag=True, help="End each by a NUL byte, for xargs -0.")
@json_flag("--json", "as_json", "The chosen hits as one JSON object.")
@pass_settings
def pick(
    settings: Settings, query: tuple[str, ...], with_line: bool, null: bool, as_json: bool
) -> int:
    """Choose files in the app, and print their paths.

    The app opens on the terminal, with QUERY in its input. Tab marks hits, and Enter prints the
    paths of the marked ones, or else of the selected one, each once, one a line. Escape in an empty
    input and Ctrl+Q choose nothing.

    Exit code 0: something was chosen; 1: nothing was; 2: an error, as where there is no terminal;
    130: Ctrl+C.

    \b
    Example:  vim "$(docsearch pick boiler)"
              docsearch pick -0 | xargs -0 -o vim
              code --goto "$(docsearch pick --line rent increase type:md)"
    """
    from ..on_terminal import on_terminal

    if as_json and (null or with_line):
        raise click.UsageError("--json excludes --line and --null", click.get_current_context())
    with on_terminal(HINT):
        app = run_app(settings, joined(query), picks=True)
    if app.interrupted:
        raise KeyboardInterrupt
    if as_json:
        from ..jsont import chosen_json

        click.echo(chosen_json(app.chosen))
    else:
        _write(app.chosen, with_line, null)
    return ExitCode.FOUND if app.chosen else ExitCode.NOTHING


def _write(hits: Sequence[Hit], with_line: bool, null: bool) -> None:
    from ..output import path_list

    names = (f"{hit.path}:{hit.line}" if with_line else hit.path for hit in hits)
    sys.stdout.flush()
    sys.stdout.buffer.write(path_list(names, null, sys.stdout.isatty() and not null))
    sys.stdout.buffer.flush()
