"""What a reader leaves out is counted, and told in one sentence."""

from search.readers.left_out import LeftOut, Part


def test_nothing_is_told_where_nothing_is_left_out() -> None:
    left_out = LeftOut()
    left_out.add(Part.COMMENT, 0)
    assert left_out.warnings() == ()


def test_the_kinds_are_told_in_one_sentence() -> None:
    left_out = LeftOut()
    left_out.add(Part.FILE)
    left_out.add(Part.DELETED)
    left_out.add(Part.DELETED, 1_233)
    assert left_out.warnings() == ("left out: 1,234 deleted parts, 1 embedded file",)
