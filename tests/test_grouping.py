"""The order of hits that are grouped by file."""

from search.query.grouping import group

RANKED = [("a1", 1), ("a2", 1), ("b1", 2), ("a3", 1), ("c1", 3), ("b2", 2)]


def test_every_file_comes_before_any_second_passage() -> None:
    assert group(RANKED, limit=3) == ["a1", "b1", "c1"]


def test_second_passages_fill_a_short_list_and_stand_with_their_file() -> None:
    assert group(RANKED, limit=5) == ["a1", "a2", "a3", "b1", "c1"]


def test_per_file_bounds_the_passages_of_a_file() -> None:
    assert group(RANKED, limit=10, per_file=1) == ["a1", "b1", "c1"]
    assert group(RANKED, limit=10, per_file=2) == ["a1", "a2", "b1", "b2", "c1"]


def test_no_hits_make_no_groups() -> None:
    assert group([], limit=3) == []
