"""`docsearch app`, and how a command runs the app."""

from __future__ import annotations

import os
import sys
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

import click

from search.errors import DocsearchError, UsageError

from ..asked import joined
from ..exit_codes import ExitCode
from ..settings import Settings, pass_settings

if TYPE_CHECKING:
    from search.protocols import ModelSource

    from ..app import DocsearchApp
    from ..background import Background


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
    color = settings.color != "never"
    with _asked_terminal(settings, color) as background:
        from ..app import DocsearchApp
        from ..app.model_errands import ModelErrands
        from ..app.own import own_of
        from ..graphics import NO_GRAPHICS

        own = own_of(settings.config, background.is_light() if background is not None else None)
        graphics = background.graphics() if background is not None else NO_GRAPHICS
        with settings.open_index(loaded=_models(settings)) as index:
            opened = DocsearchApp(
                index,
                color=color,
                plain=settings.plain,
                models=ModelErrands(settings.config.backend),
                keys=settings.config.keys,
                line=line,
                picks=picks,
                own=own,
                graphics=graphics,
            )
            if background is not None and background.asked:
                from ..app.asking_driver import driver_after

                opened.driver_class = driver_after(background)
            opened.run()
    if opened.return_code:
        raise DocsearchError("the app was ended by the error above", "please report it")
    return opened


def _models(settings: Settings) -> ModelSource | None:
    """The models of the resident process, where it may be asked for them."""
    if settings.config.daemon == "never":
        return None
    from ..client.address import Address
    from ..client.asked_models import AskedModels

    return AskedModels(Address.of(settings.around.environment), _own_models)


def _own_models() -> ModelSource:
    from search.models.loaded import LoadedModels

    return LoadedModels()


def _asked_terminal(settings: Settings, color: bool) -> AbstractContextManager[Background | None]:
    """The terminal, asked what it can show; None without colours.

    It is asked for its background too, unless the user has chosen a theme.
    """
    from search.config import state_folder

    from ..background import Background
    from ..preferences import has_chosen_theme

    if not color or settings.plain:
        return nullcontext()
    chosen = settings.config.theme or has_chosen_theme(state_folder() / "preferences.json")
    return Background(sys.stdin.fileno(), sys.stdout.fileno(), os.environ, wanted=not chosen)
