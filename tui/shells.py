"""Completion in shells: click's own scripts, which ask this program for suggestions.

click completes what a command has by itself. The classes here add the global options, which stand
behind commands too.
"""

from __future__ import annotations

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
)

from .command_line import command_named, option_named

VARIABLE = "_DOCSEARCH_COMPLETE"
"""The variable by which a shell asks for completions."""


class WithGlobalOptions(ShellComplete):
    """Adds the options of the outermost group to the suggestions for a command."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem]:
        """The suggestions for the word `incomplete` behind the words `args`."""
        root = self.cli
        assert isinstance(root, click.Group)
        if "--" in args:
            return super().get_completions(args, incomplete)
        own = [option for option in root.params if isinstance(option, click.Option)]
        command, _ = command_named(root, args)
        taken = {
            name
            for option in command.params
            if isinstance(option, click.Option) and command is not root
            for name in (*option.opts, *option.secondary_opts)
        }
        option = option_named(args[-1], own) if args and args[-1] not in taken else None
        if option is not None and not option.is_flag:
            return option.shell_complete(click.Context(root, info_name="docsearch"), incomplete)
        items = super().get_completions(args, incomplete)
        if incomplete.startswith("-") and command is not root:
            known = {item.value for item in items}
            items += [
                CompletionItem(name, help=option.help)
                for option in own
                for name in option.opts
                if name.startswith(incomplete) and name not in taken | known
            ]
        return items


class Bash(WithGlobalOptions, BashComplete):
    """Completion in bash."""


class Zsh(WithGlobalOptions, ZshComplete):
    """Completion in zsh."""


class Fish(WithGlobalOptions, FishComplete):
    """Completion in fish."""


SHELLS: dict[str, type[ShellComplete]] = {"bash": Bash, "zsh": Zsh, "fish": Fish}


def script(root: click.Group, shell: str) -> str:
    """The script that makes a shell complete `docsearch`."""
    return SHELLS[shell](root, {}, "docsearch", VARIABLE).source()


def answer(root: click.Group, instruction: str) -> int:
    """Print what a shell asks for, such as `bash_complete`, and return the exit code."""
    from click.shell_completion import shell_complete

    for name, kind in SHELLS.items():
        add_completion_class(kind, name)
    return shell_complete(root, {}, "docsearch", VARIABLE, instruction)
