"""Grouping hits by document, so that one document does not flood the list.

A document is a file, or a message of a mailbox.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence


def group(
    ranked: Sequence[tuple[str, Hashable]], limit: int, per_file: int | None = None
) -> list[str]:
    """Choose `limit` of the passages, and put those of each document together.

    `ranked` has (key, document) pairs, best first. Every document first gets its best passage.
    Where fewer documents match than the limit, their next passages fill the list, best first, at
    most `per_file` of each (None: no bound). Documents stand in the order of their best passages.

    >>> group([("a1", 1), ("a2", 1), ("b1", 2), ("a3", 1)], limit=3)
    ['a1', 'a2', 'b1']
    >>> group([("a1", 1), ("a2", 1), ("b1", 2), ("c1", 3)], limit=2)
    ['a1', 'b1']
    """
    chosen: dict[Hashable, list[str]] = {}
    rest: list[tuple[str, Hashable]] = []
    for key, doc in ranked:
        if doc in chosen:
            rest.append((key, doc))
        elif len(chosen) < limit:
            chosen[doc] = [key]
    room = limit - len(chosen)
    for key, doc in rest:
        if room <= 0:
            break
        if per_file is None or len(chosen[doc]) < per_file:
            chosen[doc].append(key)
            room -= 1
    return [key for keys in chosen.values() for key in keys]
