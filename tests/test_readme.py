"""Every command, flag, setting and file stands in the README, and every command shows an example."""

from dataclasses import fields
from pathlib import Path

import click
import pytest

from search.config import ENVIRONMENT, Config
from search.documents import Reason
from tui.group import cli

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
COMMANDS = [pytest.param(name, command, id=name) for name, command in cli.commands.items()]


@pytest.mark.parametrize(("name", "command"), COMMANDS)
def test_a_command_has_help_an_example_and_a_place_in_the_readme(
    name: str, command: click.Command
) -> None:
    assert f"`docsearch {name}" in README
    assert f"docsearch {name}" in (command.help or "").partition("Example:")[2]
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} {parameter.opts} has no help"
            for flag in (*parameter.opts, *parameter.secondary_opts):
                assert f"`{flag}" in README or f"/{flag}" in README, (
                    f"{name} {flag} is not in the README"
                )


def test_global_flags_settings_and_environment() -> None:
    for parameter in cli.params:
        assert f"`{parameter.opts[-1]}" in README
    for field in fields(Config):
        assert f"`{field.name}`" in README
    for variable in ENVIRONMENT:
        assert f"`{variable}`" in README


def test_reason_codes() -> None:
    for reason in Reason:
        assert f"`{reason}`" in README
