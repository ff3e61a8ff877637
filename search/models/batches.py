"""Which texts go through a model together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ..errors import ModelError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Texts and the length of each → the rows of their batch.
Rows = Callable[[int, int], int]
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


def by_length(lengths: Sequence[int], budget: int, padded: bool, step: int = 1) -> list[list[int]]:
    """The indices of `lengths`, the longest first, cut into batches of at most `budget` tokens.

    In a padded batch, every text counts as many tokens as the longest one, rounded up to a multiple
    of `step`. A text that is longer than the budget gets a batch of its own.

    >>> by_length([3, 9, 4, 2], 9, padded=False)
    [[1], [2, 0, 3]]
    >>> by_length([3, 9, 4, 2], 9, padded=True)
    [[1], [2, 0], [3]]
    >>> by_length([5, 5, 5], 16, padded=True, step=4)
    [[0, 1], [2]]
    """
    batches: list[list[int]] = []
    used = 0
    for i in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        own = _rounded(lengths[i], step)
        cost = _rounded(lengths[batches[-1][0]], step) if padded and batches else own
        if not batches or used + cost > budget:
            batches.append([])
            used, cost = 0, own
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


def padded(
    texts: Sequence[Sequence[int]], step: int, max_tokens: int, rows_of: Rows | None = None
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """(rows, length) ids of n texts with zeros after the shorter ones, and (rows,) lengths.

    The length is a multiple of `step`, but at most `max_tokens`. There are n rows, or as many as
    `rows_of` gives for n texts of that length; those without a text have the length 1.
    """
    import numpy as np

    length = min(max_tokens, _rounded(max(map(len, texts)), step))
    rows = rows_of(len(texts), length) if rows_of else len(texts)
    ids, lengths = np.zeros((rows, length), np.int32), np.ones(rows, np.int32)
    for row, text in zip(ids, texts, strict=False):
        row[: len(text)] = text
    lengths[: len(texts)] = list(map(len, texts))
    return ids, lengths


def few_counts(count: int, most: int) -> int:
    """`count` rounded up to three binary digits, but at most `most`, unless there are more.

    >>> [few_counts(count, 100) for count in (1, 7, 9, 50, 97, 120)]
    [1, 7, 10, 56, 100, 120]
    """
    unit = 1 << max(0, count.bit_length() - 3)
    return max(count, min(most, _rounded(count, unit)))


def _rounded(number: int, step: int) -> int:
    """The next multiple of `step`."""
    return -(-number // step) * step


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
