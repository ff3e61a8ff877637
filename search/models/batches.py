"""Which texts go through a model together."""

from __future__ import annotations

from collections.abc import Sequence


def by_length(lengths: Sequence[int], budget: int, padded: bool) -> list[list[int]]:
    """Indices of `lengths`, the longest first, cut into batches of at most `budget` tokens.

    A padded batch counts as many tokens as its longest text has in each row. A text above the budget is alone.

    >>> by_length([3, 9, 4, 2], 9, padded=False)
    [[1], [2, 0, 3]]
    >>> by_length([3, 9, 4, 2], 9, padded=True)
    [[1], [2, 0], [3]]
    """
    batches: list[list[int]] = []
    used = 0
    for i in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        cost = lengths[batches[-1][0]] if padded and batches else lengths[i]
        if not batches or used + cost > budget:
            batches.append([])
            used, cost = 0, lengths[i]
        batches[-1].append(i)
        used += cost
    return batches
