"""Objects are fetched ahead of their readers, each once, and within bounds."""

from __future__ import annotations

import threading
from collections import Counter

import pytest

from search.documents import File
from search.ingest.fetching_ahead import MAX_SIZE, MOST_AHEAD, FetchingAhead


def file(path: str, size: int = 10) -> File:
    return File(path, "s3://b", size, 0, 0, 0)


FILES = [file(f"s3://b/{number:03}") for number in range(200)]


class Reader:
    """Reads files, counts how often, and fails for a path with "gone"."""

    def __init__(self) -> None:
        self.read = Counter[str]()
        self._lock = threading.Lock()

    def __call__(self, file: File) -> bytes:
        with self._lock:
            self.read[file.path] += 1
        if "gone" in file.path:
            raise FileNotFoundError(file.path)
        return file.path.encode()


def test_each_is_read_once_in_any_order() -> None:
    reader = Reader()
    order = [*FILES[::32], *(each for each in FILES if each not in FILES[::32])]
    with FetchingAhead(FILES, reader) as fetching:
        for each in order:
            assert fetching.contents(each) == each.path.encode()
    assert reader.read == Counter(each.path for each in FILES)


def test_others_are_fetched_while_one_is_read() -> None:
    second = threading.Event()

    def read(file: File) -> bytes:
        if file is FILES[1]:
            second.set()
        elif file is FILES[0]:
            assert second.wait(10)
        return b""

    with FetchingAhead(FILES, read) as fetching:
        assert fetching.contents(FILES[0]) == b""


def test_so_many_are_fetched_ahead_at_most() -> None:
    reader = Reader()
    with FetchingAhead(FILES, reader) as fetching:
        fetching.contents(FILES[0])
        while len(fetching._waiting) < MOST_AHEAD:
            pass
    assert len(reader.read) <= MOST_AHEAD + 1


def test_what_fails_fails_for_its_reader() -> None:
    gone = file("s3://b/gone")
    with FetchingAhead([FILES[0], gone, FILES[1]], Reader()) as fetching:
        assert fetching.contents(FILES[0]) == b"s3://b/000"
        with pytest.raises(FileNotFoundError):
            fetching.contents(gone)
        assert fetching.contents(FILES[1]) == b"s3://b/001"


def test_large_objects_and_files_of_this_machine_are_not_fetched_ahead() -> None:
    reader = Reader()
    others = [FILES[0], file("s3://b/large", MAX_SIZE + 1), file("/notes/a.md")]
    with FetchingAhead(others, reader) as fetching:
        fetching.contents(FILES[0])
    assert reader.read == Counter(["s3://b/000"])
