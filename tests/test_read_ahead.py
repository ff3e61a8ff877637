"""Files are read ahead in order and within bounds, and no work runs on after the end."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from search.ingest.read_ahead import MAX_BYTES, MAX_ITEMS, read_ahead


def test_results_come_in_the_order_of_the_items() -> None:
    last = threading.Event()

    def work(number: int) -> int:
        if number == 0:
            last.wait()
        if number == 3:
            last.set()
        return number * number

    done = read_ahead(range(100), work, lambda number: 1, 2)
    assert [(item, future.result()) for item, future in done] == [
        (number, number * number) for number in range(100)
    ]


@pytest.mark.parametrize(
    ("size", "most"), [(0, MAX_ITEMS), (MAX_BYTES // 10, 10), (2 * MAX_BYTES, 4)]
)
def test_items_are_taken_ahead_up_to_the_bounds(size: int, most: int) -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(1000):
            taken.append(number)
            yield number

    done = read_ahead(items(), lambda number: number, lambda number: size, 3)
    next(done)
    assert len(taken) == most
    next(done)
    assert len(taken) == most + 1
    done.close()


def test_an_error_stays_with_its_item_and_closing_drops_items_that_have_not_begun() -> None:
    begun: list[int] = []
    gate = threading.Event()

    def work(number: int) -> None:
        begun.append(number)
        if number == 1:
            gate.wait()
        raise ValueError(number)

    done = read_ahead(range(100), work, lambda number: 1, 1)
    first = next(done)[1]
    with pytest.raises(ValueError, match="0"):
        first.result()
    threading.Timer(0.05, gate.set).start()
    done.close()
    assert begun in ([0], [0, 1])
