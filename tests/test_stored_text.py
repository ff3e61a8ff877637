"""A document's text is put together from its stored passages."""

from search.documents import Passage
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
