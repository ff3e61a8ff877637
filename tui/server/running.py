"""Runs a command line in the resident process as it would run in a process of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..cli import run
from ..client.address import PER_COMMAND
from ..client.asking import SERVED
from ..command_line import command_named
from ..group import cli
from ..surroundings import NotResident, Surroundings
from .written import Written, writing_to

if TYPE_CHECKING:
    from search import Index

    from ..surroundings import OpenIndex
    from .requests import CommandLine


def run_command(
    line: CommandLine, open_index: OpenIndex, check_on: Callable[[], None]
) -> tuple[int | None, Written]:
    """The exit code and what was written; None for a command that needs a process of its own.

    `check_on` is called between the stages of a query, and what it raises ends the command.
    """
    written = Written(line.terminals)
    command, _ = command_named(cli, line.words)
    if command.name not in SERVED:
        return None, written
    around = Surroundings(
        line.folder,
        _environment(line.environment),
        line.terminals[0],
        line.columns,
        _seeing_newest(open_index),
        check_on,
        is_resident=True,
    )
    with writing_to(written):
        try:
            return run(list(line.words), around), written
        except NotResident:
            return None, written


def _seeing_newest(open_index: OpenIndex) -> OpenIndex:
    """Open indexes as a process of its own would: it knows nothing older than its start."""

    @contextmanager
    def opened(*arguments: Any, **options: Any) -> Iterator[Index]:
        with open_index(*arguments, **options) as index:
            index.home.see_newest()
            yield index

    return opened


def _environment(handed_over: Mapping[str, str]) -> dict[str, str]:
    """This process's variables, with those of the command in place of its own of the same kinds."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(PER_COMMAND)}
    return {**own, **handed_over}
