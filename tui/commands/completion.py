"""`docsearch completion`."""

from __future__ import annotations

import click

from ..exit_codes import ExitCode

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> int:
    """Print the script that completes commands, options and values in a shell.

    Profiles, models, roots and file types are completed too. For bash, put the example into
    ~/.bashrc; for zsh, the same with zsh into ~/.zshrc, below compinit; for fish, save the script
    as ~/.config/fish/completions/docsearch.fish.

    \b
    Example:  eval "$(docsearch completion bash)"
    """
    from ..shells import script

    root = context.find_root().command
    assert isinstance(root, click.Group)
    click.echo(script(root, shell), nl=False)
    return ExitCode.FOUND
