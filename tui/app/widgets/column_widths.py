"""How wide the columns of a table are, so that nothing of it is cut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def column_widths(
    natural: Sequence[int],
    room: int,
    wrapping: Mapping[int, int],
    dropped: Sequence[int],
    padding: int = 2,
) -> dict[int, int]:
    """The widths of the columns that are shown, in cells without `padding`, by their places.

    `natural` are the widths of their contents. The columns `wrapping` may be narrower, down to
    their values here; the widest of them gives way first. If there is too little room even so, the
    columns `dropped` are left out, in that order.

    >>> column_widths([4, 30, 10], 40, {1: 12}, [2])
    {0: 4, 1: 20, 2: 10}
    >>> column_widths([4, 30, 10], 25, {1: 12}, [2])
    {0: 4, 1: 17}
    """
    shown = list(range(len(natural)))
    least = [min(width, wrapping.get(place, width)) for place, width in enumerate(natural)]
    for place in dropped:
        if sum(least[one] + padding for one in shown) <= room:
            break
        shown.remove(place)
    widths = {place: natural[place] for place in shown}
    while sum(widths.values()) + padding * len(shown) > room:
        wide = [place for place in shown if place in wrapping and widths[place] > least[place]]
        if not wide:
            break
        widths[max(wide, key=lambda place: widths[place])] -= 1
    return widths
