"""Files are read ahead in order and within bounds, and no work runs on after the end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError

import pytest

from search.ingest.read_ahead import MAX_ITEMS, read_ahead
from search.ingest.room import Room

Reserve = Callable[[int], None]


def test_results_come_in_the_order_of_the_items() -> None:
    last = threading.Event()

    def work(number: int, reserve: Reserve) -> int:
        if number == 0:
            last.wait()
        if number == 3:
            last.set()
        return number * number

    with read_ahead(range(100), work, lambda result: 1, 2) as ahead:
        assert [(coming.item, coming.result()) for coming in ahead] == [
            (number, number * number) for number in range(100)
        ]


def test_items_are_taken_ahead_up_to_their_number() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(1000):
            taken.append(number)
            yield number

    with read_ahead(items(), lambda number, reserve: number, lambda result: 0, 3) as ahead:
        next(ahead)
        assert len(taken) == MAX_ITEMS
        next(ahead)
        assert len(taken) == MAX_ITEMS + 1


def test_what_is_held_counts_as_it_is_and_not_as_the_file_is() -> None:
    """Each file of 1 byte unfolds to 40, and 100 may be held: 2 files beside the awaited one."""
    held: dict[int, int] = {}
    most = 0
    lock = threading.Lock()
    blocked = threading.Event()

    def work(number: int, reserve: Reserve) -> int:
        nonlocal most
        reserve(1)
        if number == 3:
            # Files 0 to 2 are in: there is no room for this one, so it waits.
            blocked.set()
        reserve(39)
        with lock:
            held[number] = 40
            most = max(most, sum(held.values()))
        return number

    with read_ahead(range(50), work, lambda result: 40, 2, max_bytes=100) as ahead:
        first = next(ahead)
        assert first.result() == 0
        assert blocked.wait(10)
        for coming in (first, *ahead):
            assert coming.result() == coming.item
            with lock:
                del held[coming.item]
            coming.release()
    assert most <= 100 + 40


def test_an_item_larger_than_all_room_is_made_alone_or_when_it_is_awaited() -> None:
    def work(number: int, reserve: Reserve) -> int:
        reserve(1000)
        return number

    with read_ahead(range(9), work, lambda result: 1000, 4, max_bytes=10) as ahead:
        # None is released, so each one after the first is made because it is awaited.
        assert [coming.result() for coming in ahead] == list(range(9))


def test_room_goes_back_when_less_is_held_than_was_reserved() -> None:
    room = Room(100)
    room.reserve(0, 90)
    assert room.held_by(0) == 90
    waiting = threading.Thread(target=room.reserve, args=(1, 30))
    waiting.start()
    waiting.join(0.05)
    assert (waiting.is_alive(), room.held_by(1)) == (True, 0)
    room.settle(0, 70)
    waiting.join(10)
    assert (room.held_by(0), room.held_by(1)) == (70, 30)
    room.close()
    with pytest.raises(CancelledError):
        room.reserve(2, 0)


def test_an_error_stays_with_its_item_and_closing_drops_items_that_have_not_begun() -> None:
    begun: list[int] = []
    gate = threading.Event()

    def work(number: int, reserve: Reserve) -> None:
        begun.append(number)
        if number == 1:
            gate.wait()
        raise ValueError(number)

    with read_ahead(range(100), work, lambda result: 1, 1) as ahead:
        first = next(ahead)
        with pytest.raises(ValueError, match="0"):
            first.result()
        threading.Timer(0.05, gate.set).start()
    assert begun in ([0], [0, 1])


def test_closing_wakes_what_waits_for_room() -> None:
    waits = threading.Event()

    def work(number: int, reserve: Reserve) -> int:
        if number == 1:
            waits.set()
        reserve(100)
        return number

    with read_ahead(range(3), work, lambda result: 100, 2, max_bytes=100) as ahead:
        next(ahead).result()
        assert waits.wait(10)
