"""The command `docsearch` itself: the global options, and the table of commands."""

from __future__ import annotations

import os
import shlex
import sys
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

import click

from search import __version__
from search.config import CHOICES, load_config
from search.errors import DocsearchError

from .command_line import RootGroup
from .commands import COMMANDS
from .exit_codes import ExitCode
from .parameters import PATH
from .settings import Settings

if TYPE_CHECKING:
    from .background import Background


@click.group(
    cls=RootGroup,
    commands={command.name or "": command for command in COMMANDS},
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--index", type=PATH, metavar="DIR", help="The index's folder (also DOCSEARCH_INDEX)."
)
@click.option(
    "--config", type=PATH, metavar="FILE", help="A configuration file instead of the user's own."
)
@click.option(
    "--backend",
    type=click.Choice(CHOICES["backend"]),
    help="The engine that computes: MLX (Metal, CUDA) or the CPU.",
)
@click.option("-v", "--verbose", is_flag=True, help="Show tracebacks and details.")
@click.option("--quiet", is_flag=True, help="Write no progress and no notes to stderr.")
@click.option(
    "--color",
    type=click.Choice(CHOICES["color"]),
    help="Colours and links (default: on a terminal).",
)
@click.option(
    "--plain", is_flag=True, help="The app without boxes, icons and animation, for screen readers."
)
@click.version_option(__version__, prog_name="docsearch", message="%(prog)s %(version)s")
@click.pass_context
def cli(
    context: click.Context,
    index: str | None,
    config: str | None,
    backend: str | None,
    verbose: bool,
    quiet: bool,
    color: str | None,
    plain: bool,
) -> None:
    """Search your own documents by meaning, offline.

    \b
    docsearch ingest ~/notes                 read a folder into the index
    docsearch query "how do I descale it"    see the passages that answer
    docsearch                                the interactive app
    """
    environment = dict(os.environ)
    flags = {"DOCSEARCH_INDEX": index, "DOCSEARCH_BACKEND": backend}
    environment.update({variable: value for variable, value in flags.items() if value})
    settings = load_config(config, environment, os.getcwd())
    if color is None:
        # NO_COLOR concerns this run, so it counts more than the configuration file.
        color = "never" if environment.get("NO_COLOR") else settings.color
    context.obj = Settings(settings, verbose, quiet, color, _index_options(index, config))
    if context.invoked_subcommand is None:
        _open_app(context, plain or settings.plain)


def _index_options(index: str | None, config: str | None) -> str:
    """The options that name the index in use, as words of a command line."""
    options = (("--index", index), ("--config", config))
    return "".join(f"{flag} {shlex.quote(value)} " for flag, value in options if value)


def _open_app(context: click.Context, plain: bool) -> None:
    """Run the app, or print the help if stdin or stdout is no terminal."""
    if sys.stdin is None or not (sys.stdin.isatty() and sys.stdout.isatty()):
        click.echo(context.get_help(), err=True)
        context.exit(ExitCode.ERROR)
    config, color = context.obj.config, context.obj.color != "never"
    with _asked_background(config.theme, color) as background:
        from .app import DocsearchApp
        from .app.model_errands import ModelErrands
        from .app.own import own_of

        own = own_of(config, background.is_light() if background is not None else None)
        with context.obj.open_index() as index:
            models = ModelErrands(config.backend)
            app = DocsearchApp(
                index, color=color, plain=plain, models=models, keys=config.keys, own=own
            )
            if background is not None and background.asked:
                from .app.asking_driver import driver_after

                app.driver_class = driver_after(background)
            app.run()
    if app.return_code:
        raise DocsearchError("the app was ended by the error above", "please report it")


def _asked_background(theme: str, color: bool) -> AbstractContextManager[Background | None]:
    """The terminal, asked for its background; None if the user has chosen a theme."""
    from search.config import state_folder

    from .background import Background, has_chosen_theme

    if theme or not color or has_chosen_theme(state_folder() / "preferences.json"):
        return nullcontext()
    return Background(sys.stdin.fileno(), sys.stdout.fileno(), os.environ)
