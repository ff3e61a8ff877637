"""The command `docsearch` itself: the global options, and the table of commands."""

from __future__ import annotations

import os
import shlex

import click

from search import __version__
from search.config import CHOICES, load_config
from search.urls import is_url

from .client.address import STORES
from .command_line import RootGroup
from .commands import COMMANDS
from .commands.app import has_terminal, run_app
from .exit_codes import ExitCode
from .parameters import PATH
from .settings import Settings
from .surroundings import NotResident, Surroundings


@click.group(
    cls=RootGroup,
    commands={command.name or "": command for command in COMMANDS},
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--index",
    type=PATH,
    metavar="DIR|URL",
    help="The index's folder, or its URL in a store (also DOCSEARCH_INDEX).",
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
    around = context.obj or Surroundings.of_process()
    environment = dict(around.environment)
    flags = {"DOCSEARCH_INDEX": index, "DOCSEARCH_BACKEND": backend}
    environment.update({variable: value for variable, value in flags.items() if value})
    settings = load_config(config, environment, around.folder)
    if around.is_resident and (
        settings.daemon == "never" or (is_url(settings.index) and not _reaches_stores_as(around))
    ):
        raise NotResident
    if color is None:
        # NO_COLOR concerns this run, so it counts more than the configuration file.
        color = "never" if environment.get("NO_COLOR") else settings.color
    options = _index_options(index, config)
    context.obj = Settings(
        settings, verbose, quiet, color, options, plain or settings.plain, around
    )
    if context.invoked_subcommand is None:
        _open_app(context)


def _reaches_stores_as(around: Surroundings) -> bool:
    """Whether this process has the endpoints and the credentials of a command's environment.

    The libraries that reach object stores read them from the process.
    """
    here, there = (
        {name: value for name, value in environment.items() if name.startswith(STORES)}
        for environment in (os.environ, around.environment)
    )
    return here == there


def _index_options(index: str | None, config: str | None) -> str:
    """The options that name the index in use, as words of a command line."""
    options = (("--index", index), ("--config", config))
    return "".join(f"{flag} {shlex.quote(value)} " for flag, value in options if value)


def _open_app(context: click.Context) -> None:
    """Run the app, or print the help if stdin or stdout is no terminal."""
    if not has_terminal():
        click.echo(context.get_help(), err=True)
        context.exit(ExitCode.ERROR)
    run_app(context.obj)
