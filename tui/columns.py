"""The width of the terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

USUAL = 80


def columns_of(environment: Mapping[str, str]) -> int:
    """The columns of the terminal that stdout is, or that the environment names.

    They are those of `shutil.get_terminal_size`. Importing shutil also imports compressors, which
    takes a tenth of the time of a query that the resident process answers.
    """
    named = environment.get("COLUMNS", "")
    if named.isdecimal() and int(named):
        return int(named)
    if sys.__stdout__ is None:
        return USUAL
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or USUAL
    except (ValueError, OSError):
        # Stdout is closed, or no terminal.
        return USUAL
