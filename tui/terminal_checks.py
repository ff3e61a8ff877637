"""Checks of the terminal: its encoding, its colours and its size."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping

from search.results import Check, CheckState

AREA = "terminal"
LEAST_COLUMNS = 40
"""Hits are laid out for this width at least."""

_VARIABLES = ("LC_ALL", "LC_CTYPE", "LANG")


def terminal_checks() -> Iterator[Check]:
    """The checks of the terminal that this process writes to."""
    columns, _ = shutil.get_terminal_size()
    return checks_of(os.environ, columns, sys.stdout.isatty())


def checks_of(environment: Mapping[str, str], columns: int, is_terminal: bool) -> Iterator[Check]:
    """The checks of a terminal with that environment and that many columns."""
    if not is_terminal:
        yield Check(AREA, "terminal", CheckState.OK, "the output goes to no terminal")
        return
    yield _encoding_check(environment)
    yield _colours_check(environment)
    if columns < LEAST_COLUMNS:
        text = f"it is {columns} columns wide, so lines are broken"
        advice = f"make the window {LEAST_COLUMNS} columns wide, or more"
        yield Check(AREA, "width", CheckState.WARNING, text, advice)
    else:
        yield Check(AREA, "width", CheckState.OK, f"it is {columns} columns wide")


def _encoding_check(environment: Mapping[str, str]) -> Check:
    # The first of these variables that is set decides.
    name, value = next(
        ((name, environment[name]) for name in _VARIABLES if environment.get(name)), ("LANG", "")
    )
    encoding = value.partition(".")[2].partition("@")[0]
    if encoding.lower().replace("-", "") == "utf8":
        return Check(AREA, "encoding", CheckState.OK, f"{name} is {value}")
    text = f"{name} is {value}, which is not UTF-8" if value else "no variable names its encoding"
    advice = f"docsearch writes UTF-8; set it: export {name}=C.UTF-8"
    return Check(AREA, "encoding", CheckState.WARNING, text, advice)


def _colours_check(environment: Mapping[str, str]) -> Check:
    term = environment.get("TERM", "")
    if term in ("", "dumb"):
        text = f"TERM is {term}" if term else "TERM is not set"
        text += ", so there are no colours, and the app cannot draw"
        advice = "set it to what the terminal is: export TERM=xterm-256color"
        return Check(AREA, "colours", CheckState.WARNING, text, advice)
    if environment.get("NO_COLOR"):
        return Check(AREA, "colours", CheckState.OK, "NO_COLOR switches them off")
    depth = "16 million" if environment.get("COLORTERM") in ("truecolor", "24bit") else "few"
    if depth == "few" and "256" in term:
        depth = "256"
    return Check(AREA, "colours", CheckState.OK, f"TERM is {term}, with {depth} colours")
