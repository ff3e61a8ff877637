"""`docsearch app`, and how a command runs the app."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from search.errors import DocsearchError, UsageError

from ..asked import joined
from ..exit_codes import ExitCode
from ..settings import Settings, pass_settings

if TYPE_CHECKING:
    from ..app import DocsearchApp


@click.command()
@click.argument("query", nargs=-1, metavar="[QUERY]...")
@pass_settings
def app(settings: Settings, query: tuple[str, ...]) -> int:
    """Open the app, with the hits of QUERY.

    Several words are one query, and filter words such as type:pdf work as in the app's input.
    Without QUERY, it is the app as docsearch alone opens it.

    \b
    Example:  docsearch app
              docsearch app the radiators stay cold type:md
    """
    line = joined(query)
    if not has_terminal():
        raise UsageError(
            "the app needs a terminal, and there is none here",
            "ask on the command line: docsearch query TEXT",
        )
    run_app(settings, line)
    return ExitCode.FOUND


def has_terminal() -> bool:
    """Whether the app can read keys from stdin, and stdout is a terminal too."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()


def run_app(settings: Settings, line: str = "", picks: bool = False) -> DocsearchApp:
    """Run the app until the user leaves it, and return it; `line` is the query that it opens with.

    With `picks`, Enter chooses hits and ends the app.
    """
    from ..app import DocsearchApp
    from ..app.model_errands import ModelErrands

    with settings.open_index() as index:
        opened = DocsearchApp(
            index,
            color=settings.color != "never",
            plain=settings.plain,
            models=ModelErrands(settings.config.backend),
            keys=settings.config.keys,
            line=line,
            picks=picks,
        )
        opened.run()
    if opened.return_code:
        raise DocsearchError("the app was ended by the error above", "please report it")
    return opened
