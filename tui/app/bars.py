"""Bars in eighths of a cell."""

from __future__ import annotations

EIGHTHS = " ▏▎▍▌▋▊▉"


def bar(share: float, cells: int, rest: str = " ") -> str:
    """A share of 1 as a bar of so many cells; `rest` fills those that stay empty.

    >>> bar(0.5, 5), bar(0.5, 5, "░")
    ('██▌  ', '██▌░░')
    """
    eighths = round(min(max(share, 0.0), 1.0) * cells * 8)
    part = EIGHTHS[eighths % 8] if eighths % 8 else ""
    return ("█" * (eighths // 8) + part).ljust(cells, rest)
