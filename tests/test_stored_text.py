"""A document's text is put together from its stored passages."""

import pytest

from search.documents import Passage
from search.results import StoredPart
from search.storage.stored_text import join_passages


def test_gaps_keep_lines_and_characters() -> None:
    passages = [Passage(0, "one", (), None, 2, 2, 1, 4), Passage(1, "two", (), None, 4, 4, 8, 11)]
    assert join_passages(passages) == ("\none\n\n  two", ())


def test_overlaps_are_written_once() -> None:
    passages = [Passage(0, "a b c", (), None, 1, 1, 0, 5), Passage(1, "c d", (), None, 1, 1, 4, 7)]
    assert join_passages(passages) == ("a b c d", ())


def test_page_starts_skip_blank_pages() -> None:
    passages = [Passage(0, "one", (), 1, 1, 1, 0, 3), Passage(1, "three", (), 3, 3, 3, 5, 10)]
    assert join_passages(passages) == ("one\n\nthree", (0, 5, 5))


def test_no_passages_give_an_empty_text() -> None:
    assert join_passages([]) == ("", ())


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (0, 99, ("b\ncd\ne", 12, 3, (12, 14))),
        (14, 16, ("cd", 14, 4, (14, 14))),
        (13, 15, ("\nc", 13, 3, (13, 14))),
        (17, 18, ("e", 17, 5, (17, 17))),
        (0, 3, ("", 12, 3, (12,))),
        (50, 60, ("", 18, 5, (18, 18))),
        (16, 14, ("", 16, 4, (16, 16))),
    ],
)
def test_a_part_within_a_part(
    start: int, end: int, expected: tuple[str, int, int, tuple[int, ...]]
) -> None:
    part = StoredPart("/a", "pdf", "", "b\ncd\ne", 12, 3, (12, 14), 40, 9, 3)
    cut = part.within(start, end)
    assert (cut.text, cut.char_start, cut.line_start, cut.pages) == expected
    assert (cut.path, cut.chars, cut.lines, cut.page_count) == ("/a", 40, 9, 3)
