"""Keeps the number of a document's blocks within bounds, because each takes far more memory than
the few characters that it may stand for.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..documents import Block

MANY = 200_000
"""With more blocks than these, neighbours are joined. A book has some thousands."""

MOST = 500_000
"""No document has more blocks; what lies behind them is cut off, which its warnings tell."""

_FIRST_REACH = 256


def joined(blocks: Iterable[Block], text: str, many: int = MANY) -> list[Block]:
    """The blocks in order; where there are more than `many`, short neighbours are one block.

    No text is lost: only blocks of the same kind are joined, with nothing but white space between
    them, and never with one that begins a section. So there may still be more than `many`.
    """
    kept: list[Block] = []
    reach = 0
    for block in blocks:
        _add(kept, block, text, reach)
        if len(kept) > many and reach < len(text):
            # Longer and longer stretches are joined, until half of the blocks are gone.
            while len(kept) > many // 2 and reach < len(text):
                reach = max(2 * reach, _FIRST_REACH)
                shorter: list[Block] = []
                for old in kept:
                    _add(shorter, old, text, reach)
                kept = shorter
    return kept


def _add(kept: list[Block], block: Block, text: str, reach: int) -> None:
    """Append a block, or join it with the last one where both together are within `reach`."""
    if kept and not block.level and block.end - kept[-1].start <= reach:
        last = kept[-1]
        if last.kind == block.kind and not text[last.end : block.start].strip():
            kept[-1] = Block(last.start, block.end, last.kind, last.level, last.heading)
            return
    kept.append(block)
