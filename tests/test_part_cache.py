"""The parts of documents that the app keeps."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator

import pytest

from search import StoredPart
from tui.app.part_cache import PartCache


@pytest.fixture
def frequent_switches() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def a_part(text: str) -> StoredPart:
    return StoredPart("/a.md", "text", "", text, 0, 1, (), len(text), 1, 0)


def test_the_oldest_parts_go_when_there_are_too_many_characters() -> None:
    cache, read = PartCache(max_chars=10), list[str]()

    def reading(text: str) -> StoredPart:
        read.append(text)
        return a_part(text)

    for path, text in (("/a", "aaaa"), ("/b", "bbbb"), ("/a", "aaaa"), ("/c", "cccc")):
        assert cache.part(path, 0, lambda text=text: reading(text)).text == text  # type: ignore[misc]
    assert cache.part("/a", 0, lambda: reading("again")).text == "again"
    assert read == ["aaaa", "bbbb", "cccc", "again"]


def test_a_part_that_was_read_before_clearing_is_not_kept() -> None:
    cache = PartCache()

    def reading() -> StoredPart:
        cache.clear()
        return a_part("old")

    assert cache.part("/a", 0, reading).text == "old"
    assert cache.part("/a", 0, lambda: a_part("new")).text == "new"


def test_threads_share_it(frequent_switches: None) -> None:
    cache, failures = PartCache(max_chars=50), list[Exception]()

    def use() -> None:
        try:
            for number in range(3000):
                cache.part(f"/{number % 20}", 0, lambda: a_part("x" * 10))
                if number % 50 == 0:
                    cache.clear()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=use) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
