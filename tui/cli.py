"""The command `docsearch`: global options, the commands, and how every ending becomes one line and an exit code."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Sequence
from typing import NoReturn

import click

from search import __version__
from search.config import load_config
from search.errors import DocsearchError, StorageFull, UsageError

from .commands import COMMANDS
from .exit_codes import ExitCode
from .settings import Settings


@click.group(
    commands={command.name or "": command for command in COMMANDS},
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option("--index", metavar="DIR", help="The index's folder (also DOCSEARCH_INDEX).")
@click.option("--config", metavar="FILE", help="A configuration file instead of the user's own.")
@click.option(
    "--backend", type=click.Choice(["auto", "mlx", "cpu"]), help="What computes: MLX (Metal, CUDA) or the CPU."
)
@click.option("-v", "--verbose", is_flag=True, help="Show tracebacks and details.")
@click.option("--quiet", is_flag=True, help="No progress and no notes on stderr.")
@click.option(
    "--color", type=click.Choice(["auto", "always", "never"]), help="Colours and links (default: on a terminal)."
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
    context.obj = Settings(settings, verbose, quiet, color or settings.color)
    if context.invoked_subcommand is None:
        _open_app(context)


def _open_app(context: click.Context) -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        click.echo(context.get_help(), err=True)
        context.exit(ExitCode.ERROR)
    from .app import DocsearchApp

    with context.obj.open_index() as index:
        DocsearchApp(index).run()


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave the process with its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    # Names that are no UTF-8 come as surrogate escapes and go out as the same bytes.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="surrogateescape")
    code = _run(words)
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _abandon_stdout()
    sys.exit(code)


def _run(words: list[str]) -> int:
    try:
        code = cli.main(args=words, prog_name="docsearch", standalone_mode=False)
        return int(code) if isinstance(code, int) else ExitCode.FOUND
    except BrokenPipeError:
        _abandon_stdout()
        return ExitCode.FOUND
    except (KeyboardInterrupt, click.Abort):
        click.echo("docsearch: interrupted; what was stored is kept, run the command again to go on", err=True)
        return ExitCode.INTERRUPTED
    except click.ClickException as error:
        hint = "see: docsearch --help"
        if isinstance(error, click.UsageError) and error.ctx is not None:
            hint = f"see: {error.ctx.command_path} --help"
        return _fail(UsageError(error.format_message().rstrip("."), hint), words)
    except DocsearchError as error:
        return _fail(error, words)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return _fail(StorageFull("the disk is full", "make room, then run the command again"), words)
        named = f"{error.filename}: " if error.filename else ""
        return _fail(DocsearchError(f"{named}{os.strerror(error.errno or 0)}"), words)
    except MemoryError:
        return _fail(DocsearchError("the memory is exhausted", "close other programs, or lower --max-file-size"), words)
    except Exception as error:
        what = f"unexpected {type(error).__name__}: {error}"
        return _fail(DocsearchError(what, "please report it with the output of the same command with -v"), words)


def _fail(error: DocsearchError, words: list[str]) -> int:
    """Say what happened in one line on stderr, and on stdout too where a script asked for JSON."""
    from .jsont import error_json
    from .terminal import printable

    if "-v" in words or "--verbose" in words:
        traceback.print_exc()
    click.echo(f"docsearch: {printable(str(error), one_line=True)}", err=True)
    if "--json" in words or "--jsonl" in words:
        click.echo(error_json(error))
    return ExitCode.ERROR


def _abandon_stdout() -> None:
    """Point stdout at nothing, so that the interpreter's last flush does not complain of a closed pipe."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
