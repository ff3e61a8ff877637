"""From an error of click to the project's own, with a guess at what was meant."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import click

from search.errors import UsageError
from search.wording import closest, did_you_mean

from .command_line import command_named

OTHER_NAMES: Mapping[str, str] = {
    "search": "query",
    "find": "query",
    "ask": "query",
    "grep": "query",
    "add": "ingest",
    "index": "ingest",
    "update": "ingest",
    "refresh": "ingest",
    "remove": "forget",
    "delete": "forget",
    "rm": "forget",
    "mv": "move",
    "cat": "show",
    "info": "status",
    "why": "check",
    "download": "pull",
}
"""What people call a command elsewhere, and its name here."""

REFUSED_VALUE = re.compile(r"'([^']*)' is not one of ")
REFUSED_COMMAND = re.compile(r"No such command '([^']*)'")


def usage_error(error: click.ClickException, root: click.Group, words: Sequence[str]) -> UsageError:
    """The error that tells the user of a wrong command line; `words` is that line.

    Its hint has the guess, and the help to look at.
    """
    context = error.ctx if isinstance(error, click.UsageError) else None
    # Only the first sentence is taken: click adds guesses of its own, in words of its own.
    message = error.format_message().rstrip(".")
    # Some errors of click's parser come without a context.
    path = context.command_path if context else command_named(root, words)[1]
    help_line = f"see: {path} --help"
    guess = ""
    if isinstance(error, click.NoSuchOption):
        message = f"No such option {error.option_name!r}"
        guess = closest(error.option_name, _options(context))
        if not guess and context is not None and _takes_a_query(context.command):
            line = " ".join(_without_command(words, context.info_name or ""))
            help_line += f"; words behind -- are no options: {path} -- {line}"
    elif context is not None and (match := REFUSED_COMMAND.match(message)):
        message = match[0]
        group = context.command
        names = list(group.commands) if isinstance(group, click.Group) else []
        others = [other for other, name in OTHER_NAMES.items() if name in names]
        likeliest = closest(match[1], [*names, *others])
        if likeliest:
            guess = f"{context.command_path} {OTHER_NAMES.get(likeliest, likeliest)}"
    elif isinstance(error, click.BadParameter) and isinstance(error.param, click.Parameter):
        match = REFUSED_VALUE.search(message)
        if match and isinstance(error.param.type, click.Choice):
            guess = closest(match[1], map(str, error.param.type.choices))
    return UsageError(message, did_you_mean(guess, help_line))


def _options(context: click.Context | None) -> list[str]:
    """The long options that the command of the context understands, with the global ones."""
    if context is None:
        return []
    parameters = [*context.command.get_params(context), *context.find_root().command.params]
    return [
        name
        for parameter in parameters
        if isinstance(parameter, click.Option)
        for name in (*parameter.opts, *parameter.secondary_opts)
        if name.startswith("--")
    ]


def _takes_a_query(command: click.Command) -> bool:
    """Whether the command's argument is a text in any number of words."""
    return any(
        isinstance(parameter, click.Argument) and parameter.name in ("text", "query")
        for parameter in command.params
    )


def _without_command(words: Sequence[str], name: str) -> Sequence[str]:
    """The words behind the command's name."""
    return words[words.index(name) + 1 :] if name in words else words
