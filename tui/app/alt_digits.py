"""Alt with a digit, as most terminals send it: an escape character before the digit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS

from .saved import NUMBERED


@dataclass(frozen=True, slots=True)
class AltDigit:
    """A key of Textual's table; `value` is its name."""

    value: str


def know_alt_digits() -> None:
    """Make these keys alt+1 to alt+9.

    Textual takes them for the letters that Option with a digit types on macOS, such as £ for
    Alt+3. Those letters are typed on other keyboards too, so they cannot run the saved searches.
    """
    table = cast("dict[str, tuple[AltDigit, ...]]", ANSI_SEQUENCES_KEYS)
    for digit in range(1, NUMBERED + 1):
        table[f"\x1b{digit}"] = (AltDigit(f"alt+{digit}"),)
