"""The sample of files that a first run reads to tell their language."""

from __future__ import annotations

import threading

import pytest

from search.documents import Block, Document, File, Reason
from search.errors import Unreadable
from search.ingest.incoming import ReadResult
from search.ingest.sample import MAX_CHARS, MOST_FILES, Sample, language_of_most
from search.readers.limits import Reserve

TEXTS = {
    "en": "The library is open every day, and the books can be taken home.",
    "de": "Die Bibliothek ist jeden Tag geöffnet, und die Bücher kann man mitnehmen.",
    "fr": "La bibliothèque est ouverte tous les jours et les livres sont dans la rue.",
    "": "1, 2, 3",
}


def document(language: str, length: int = 1) -> Document:
    text = f"{TEXTS[language]}\n" * length
    return Document("/a.txt", "text", "", text, (Block(0, len(text), "paragraph"),))


def file(name: str, size: int = 10) -> File:
    return File(f"/notes/{name}", "/notes", size, 1, 1, 1)


class Reading:
    """Reads files whose names are languages, and remembers which."""

    def __init__(self) -> None:
        self.paths: list[str] = []

    def read(self, file: File, reserve: Reserve) -> ReadResult:
        self.paths.append(file.path)
        name = file.path.rpartition("/")[2].partition(".")[0]
        if name == "gone":
            raise FileNotFoundError(file.path)
        if name == "broken":
            raise Unreadable(Reason.CORRUPT, "it is broken")
        return ReadResult(1, name, document(name), b"")


@pytest.mark.parametrize(
    ("documents", "language"),
    [
        ([], ""),
        ([document("")], ""),
        ([None, document("de")], "de"),
        ([document("en"), document("en"), document("de")], ""),
        ([document("en", 5), document("de", 3), document("fr", 4)], "fr"),
        ([document("en", 2), document("de", 1)], ""),
        # Beyond MAX_CHARS, a long document counts no more than others.
        ([document("en", 20_000), document("de", MAX_CHARS), document("fr", 1)], "de"),
    ],
)
def test_most_text_decides(documents: list[Document | None], language: str) -> None:
    assert language_of_most(documents) == language


def test_a_file_of_the_sample_is_read_once() -> None:
    reading = Reading()
    files = [file(name) for name in ("de.txt", "gone.txt", "broken.txt", "en.txt", "fr.txt")]
    sample = Sample(files, reading.read)
    assert sample.language() == "fr"
    assert sorted(reading.paths) == sorted(file.path for file in files)
    result = sample.take("/notes/de.txt")
    assert result is not None
    assert result.content == "de"
    assert sample.take("/notes/de.txt") is None
    assert sample.take("/notes/other.txt") is None
    with pytest.raises(FileNotFoundError):
        sample.take("/notes/gone.txt")
    with pytest.raises(Unreadable):
        sample.take("/notes/broken.txt")


def test_a_sample_is_spread_over_the_small_files() -> None:
    reading = Reading()
    files = [file(f"en.{number:04}", 10 if number % 2 else 2_000_000) for number in range(1000)]
    assert Sample(files, reading.read).language() == ""
    numbers = sorted(int(path[-4:]) for path in reading.paths)
    assert numbers == list(range(1, 1000, 32))
    assert len(numbers) <= MOST_FILES


def test_without_small_files_the_first_is_the_sample() -> None:
    reading = Reading()
    assert (
        Sample([file("de.1", 2_000_000), file("de.2", 3_000_000)], reading.read).language() == "de"
    )
    assert reading.paths == ["/notes/de.1"]


def test_a_slow_file_is_left_to_the_run() -> None:
    reading, release = Reading(), threading.Event()

    def read(file: File, reserve: Reserve) -> ReadResult:
        if file.path.endswith("slow"):
            release.wait(10)
        return reading.read(file, reserve)

    sample = Sample([file("de.fast"), file("fr.slow")], read)
    assert sample.language(0.2) == "de"
    release.set()
    result = sample.take("/notes/fr.slow")
    assert result is not None
    assert result.content == "fr"
