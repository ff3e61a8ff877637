"""The signs that stand in place of a document's markup."""

from __future__ import annotations

from dataclasses import dataclass

RULE_CELLS = 72
"""The most cells of a rule."""


@dataclass(frozen=True, slots=True)
class Signs:
    """The lines of tables, quotes and rules, and the sign of a list's item.

    An empty `bullet` or `quote` leaves the document's own sign. Without `hides_fences`, the fences
    of code stay too.
    """

    column: str
    level: str
    cross: str
    bullet: str
    quote: str
    hides_fences: bool

    def rule(self, width: int, label: str = "") -> str:
        """A rule across the text, with a label near its beginning.

        >>> PLAIN.rule(16, "page 2")
        '-- page 2 ------'
        """
        begin = f"{self.level * 2} {label} " if label else ""
        return begin + self.level * (min(width, RULE_CELLS) - len(begin))


BOXES = Signs("│", "─", "┼", "•", "│", True)
PLAIN = Signs("|", "-", "+", "", "", False)
"""For terminals without colour and for screen readers."""
