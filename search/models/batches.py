"""Which texts go through a model together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ..errors import ModelError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# These words tell that memory ran out: MLX's allocators on Metal and CUDA raise RuntimeError for
# every failure, and onnxruntime raises a class of its own.
NO_MEMORY = (
    "out of memory",
    "outofmemory",
    "insufficient memory",
    "unable to allocate",
    "failed to allocate memory",
    "malloc",
)


def by_length(lengths: Sequence[int], budget: int, padded: bool) -> list[list[int]]:
    """The indices of `lengths`, the longest first, cut into batches of at most `budget` tokens.

    In a padded batch, every text counts as many tokens as the longest one. A text that is longer
    than the budget gets a batch of its own.

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


def of_one_length(lengths: Sequence[int], budget: int) -> list[list[int]]:
    """The indices of `lengths`, the longest first, in batches of equal lengths.

    A batch has at most `budget` tokens, or a single text.

    >>> of_one_length([3, 9, 3, 3, 9], 6)
    [[1], [4], [0, 2], [3]]
    """
    batches: list[list[int]] = []
    for i in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        last = batches[-1] if batches else []
        if last and lengths[last[0]] == lengths[i] and (len(last) + 1) * lengths[i] <= budget:
            last.append(i)
        else:
            batches.append([i])
    return batches


def padded(texts: Sequence[Sequence[int]], step: int, max_tokens: int) -> NDArray[np.int32]:
    """(n, length) ids of n texts, with zeros after the shorter ones.

    The length is a multiple of `step`, but at most `max_tokens`.
    """
    import numpy as np

    longest = max(map(len, texts))
    rows = np.zeros((len(texts), min(max_tokens, -(-longest // step) * step)), np.int32)
    for row, text in zip(rows, texts, strict=True):
        row[: len(text)] = text
    return rows


def in_halves(work: Callable[[list[int]], None], batch: list[int]) -> None:
    """Does `work` on the batch, or on its halves where there is not enough memory for all of it.

    Raises ModelError where there is not enough memory for one text.
    """
    try:
        work(batch)
        return
    except Exception as error:
        if not out_of_memory(error):
            raise
        if len(batch) == 1:
            raise ModelError(
                "there is not enough memory for one text", "choose a smaller model"
            ) from error
    # This comes after the handler, because its traceback keeps the failed batch's arrays alive.
    middle = len(batch) // 2
    in_halves(work, batch[:middle])
    in_halves(work, batch[middle:])


def out_of_memory(error: Exception) -> bool:
    """Whether the error says that memory ran out."""
    return isinstance(error, MemoryError) or any(words in str(error).lower() for words in NO_MEMORY)
