"""A group of commands that reads its command line as people write it.

Global options stand before or behind the command, and the list of commands is never cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import click


class CommandGroup(click.Group):
    """A group whose list of commands has whole sentences, wrapped to the terminal's width."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write a line for each command; click itself cuts it at the terminal's edge."""
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [
            (name, command.get_short_help_str(limit=1000))
            for name, command in commands
            if command is not None and not command.hidden
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


EPILOG = "The global options work here too: see docsearch --help."


class RootGroup(CommandGroup):
    """The outermost group. Its own options are understood behind its commands too."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        _end_helps(self)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments, with the global options that stand behind a command put first."""
        try:
            words = reordered(self, args)
        except click.BadOptionUsage as error:
            # A shell that asks for completions has a line that is not finished yet.
            if not ctx.resilient_parsing:
                error.ctx = ctx
                raise
            words = args
        return super().parse_args(ctx, words)


def _end_helps(group: click.Group) -> None:
    """End the help of each command by EPILOG."""
    for command in group.commands.values():
        command.epilog = command.epilog or EPILOG
        if isinstance(command, click.Group):
            _end_helps(command)


def reordered(root: click.Group, words: Sequence[str]) -> list[str]:
    """The words with the options of `root` that stand behind its commands put before them.

    A command's own option of the same name wins, and words behind `--` are no options. An option
    that is unknown stays where it is, so that the error about it names its command. Raises
    BadOptionUsage for an option of `root` that lacks its value.
    """
    own = [option for option in root.params if isinstance(option, click.Option)]
    behind: list[str] = []
    rest = list(words)
    before = _skip_options(rest, own)
    kept: list[str] = []
    command: click.Command = root
    while rest and rest[0] != "--":
        word = rest.pop(0)
        if isinstance(command, click.Group) and not word.startswith("-"):
            found = command.commands.get(word)
            kept.append(word)
            if found is None:
                break
            command = found
        elif word.startswith("-") and len(word) > 1:
            of_command, of_root = _split(word, rest, command.params, own)
            kept += of_command
            behind += of_root
        else:
            kept.append(word)
    return [*before, *behind, *kept, *rest]


def command_named(root: click.Group, words: Sequence[str]) -> tuple[click.Command, str]:
    """The command that the words name, and its path, such as `docsearch models pull`."""
    rest = list(words)
    command: click.Command = root
    path = "docsearch"
    while isinstance(command, click.Group):
        _skip_options(
            rest, [option for option in command.params if isinstance(option, click.Option)]
        )
        found = command.commands.get(rest.pop(0)) if rest else None
        if found is None:
            break
        command = found
        path += f" {found.name}"
    return command, path


def _skip_options(rest: list[str], options: Sequence[click.Option]) -> list[str]:
    """Take the options at the beginning of `rest` off it."""
    taken: list[str] = []
    while rest and rest[0].startswith("-") and rest[0] not in ("-", "--"):
        word = rest.pop(0)
        taken.append(word)
        if _wants_next(word, options, rest) and rest:
            taken.append(rest.pop(0))
    return taken


def _split(
    word: str,
    rest: list[str],
    parameters: Iterable[click.Parameter],
    own: Sequence[click.Option],
) -> tuple[list[str], list[str]]:
    """The part of an option's word that the command keeps, and the part for the root.

    An option's value is taken off `rest`.
    """
    options = [parameter for parameter in parameters if isinstance(parameter, click.Option)]
    if word.startswith("--"):
        name = word.partition("=")[0]
        is_roots = option_named(name, options) is None and option_named(name, own) is not None
        found = [word]
        if _wants_next(word, own if is_roots else options, rest):
            if rest:
                found.append(rest.pop(0))
            elif is_roots:
                raise click.BadOptionUsage(name, f"Option {name!r} requires an argument.")
        return ([], found) if is_roots else (found, [])
    # Short options may stand together in one word, such as -lv. The root's have no values.
    kept, moved = "-", "-"
    for position, letter in enumerate(word[1:], 1):
        option = option_named(f"-{letter}", options)
        if option is not None and not option.is_flag:
            kept += word[position:]
            break
        if option is None and option_named(f"-{letter}", own) is None:
            return [word], []
        if option is None:
            moved += letter
        else:
            kept += letter
    values = [rest.pop(0)] if rest and _wants_next(kept, options, rest) else []
    return [kept, *values] if kept != "-" else [], [moved] if moved != "-" else []


def option_named(name: str, options: Iterable[click.Option]) -> click.Option | None:
    """The option of that name, such as `-n` or `--limit`."""
    return next(
        (option for option in options if name in (*option.opts, *option.secondary_opts)), None
    )


def _wants_next(word: str, options: Sequence[click.Option], rest: Sequence[str]) -> bool:
    """Whether the word, which begins with a hyphen, has its value in the next one, `rest[0]`."""
    if word.startswith("--"):
        option = option_named(word, options)
        if option is None or option.is_flag:
            return False
        # A value that may be missing is no option.
        return not (isinstance(option.flag_value, str) and rest and rest[0].startswith("-"))
    for position, letter in enumerate(word[1:], 1):
        option = option_named(f"-{letter}", options)
        if option is not None and not option.is_flag:
            return position == len(word) - 1
    return False
