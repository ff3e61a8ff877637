"""The entry point `docsearch`: every ending of a command becomes one line and an exit code.

The commands are imported inside `main`, which catches interrupts: Ctrl-C is quiet from the start.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Sequence

# As `typing` has it, whose import is a tenth of the time that a query needs here.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import NoReturn

    import click

    from search.errors import DocsearchError

    from .surroundings import Surroundings


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave the process with its exit code."""
    try:
        from .streams import prepare_streams

        prepare_streams()
        words = list(sys.argv[1:] if arguments is None else arguments)
        code = _resident(words)
        if code is None:
            code = run(words)
    except KeyboardInterrupt:
        code = _interrupted("interrupted")
    sys.exit(code)


def _resident(words: list[str]) -> int | None:
    """The exit code where the resident process has run the command, else None."""
    from .client.asking import run_resident
    from .streams import OutputClosed

    try:
        return run_resident(words)
    except OutputClosed:
        return 0
    except Exception as error:
        # Only now: the tree of errors takes as long to import as all else that a query needs here.
        from search.errors import DocsearchError

        if not isinstance(error, DocsearchError):
            raise
        return _fail(error, words, None)


def run(words: list[str], around: Surroundings | None = None) -> int:
    """Run the command line; returns its exit code. Without `around` it is this process's own."""
    import click

    from search.errors import DocsearchError, StorageFull

    from .exit_codes import ExitCode
    from .group import cli
    from .streams import OutputClosed
    from .surroundings import NotResident

    if instruction := os.environ.get("_DOCSEARCH_COMPLETE"):
        from .shells import answer

        return answer(cli, instruction)
    context: click.Context | None = None
    try:
        # cli.main is not called: it treats a closed pipe as a failure, and it prints a line of its
        # own when it is interrupted.
        context = cli.make_context("docsearch", list(words), obj=around)
        with context:
            code = cli.invoke(context)
        return code if isinstance(code, int) else ExitCode.FOUND
    except click.exceptions.Exit as ending:
        return ending.exit_code
    except OutputClosed:
        return ExitCode.FOUND
    except (KeyboardInterrupt, click.Abort) as ending:
        was_ingest = context is not None and context.invoked_subcommand == "ingest"
        advice = "; what was stored is kept, run the command again to go on" if was_ingest else ""
        return _interrupted("interrupted" + advice, getattr(ending, "number", signal.SIGINT))
    except click.ClickException as error:
        from .wrong_usage import usage_error

        return _fail(usage_error(error, cli, words), words, context)
    except DocsearchError as error:
        return _fail(error, words, context)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return _fail(
                StorageFull("the disk is full", "make room, then run the command again"),
                words,
                context,
            )
        prefix = f"{error.filename}: " if error.filename else ""
        return _fail(DocsearchError(f"{prefix}{os.strerror(error.errno or 0)}"), words, context)
    except MemoryError:
        hint = "close other programs, or lower --max-file-size"
        return _fail(DocsearchError("the memory is exhausted", hint), words, context)
    except NotResident:
        raise
    except Exception as error:
        message = f"unexpected {type(error).__name__}: {error}"
        hint = "please report it with the output of the same command with -v"
        return _fail(DocsearchError(message, hint), words, context)


def _interrupted(message: str, number: int = signal.SIGINT) -> int:
    # From here on, Ctrl-C ends the process at once: an exception would break into its ending.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    print(f"docsearch: {message}", file=sys.stderr)
    return 128 + number


def _fail(error: DocsearchError, words: list[str], context: click.Context | None) -> int:
    """Report the error in one line on stderr, and on stdout too if a script asked for JSON."""
    import contextlib

    import click

    from search.errors import DocsearchError

    from .exit_codes import ExitCode
    from .settings import JSON_WANTED, Settings
    from .streams import OutputClosed
    from .terminal import printable

    if context is not None and context.params.get("verbose"):
        import traceback

        traceback.print_exc()
    if context is not None and isinstance(context.obj, Settings):
        error.hint = context.obj.with_index_options(error.hint)
    click.echo(f"docsearch: {printable(str(error), one_line=True)}", err=True)
    # If click could not parse the options, the words before "--" tell whether JSON is wanted.
    options = words[: words.index("--")] if "--" in words else words
    guess = "--json" in options or "--jsonl" in options
    if guess if context is None else context.meta.get(JSON_WANTED, guess):
        from .jsont import error_json

        # If stdout cannot be written, the line on stderr has reported the error already.
        with contextlib.suppress(OutputClosed, DocsearchError):
            click.echo(error_json(error))
    return ExitCode.ERROR
