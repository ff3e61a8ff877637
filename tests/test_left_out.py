"""What a reader leaves out is counted, and told in one sentence."""

import pytest

from search.readers.left_out import LeftOut, Part, told_in, total


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


def test_every_kind_is_told_and_understood_again() -> None:
    for count in (1, 2_345):
        left_out = LeftOut()
        for part in Part:
            left_out.add(part, count)
        told = told_in(*left_out.warnings())
        assert told is not None
        assert told.warnings() == left_out.warnings()


@pytest.mark.parametrize(
    ("warning", "counts"),
    [
        ("left out: 1,200 comments, 1 form", ("left out: 1,200 comments, 1 form",)),
        ("attachment a: b.eml: left out: 1 menu", ("left out: 1 menu",)),
        (
            "left out: 3 attachments that are not read (2: a (old).zip, 7 forms; 1: b), 1 comment",
            ("left out: 1 comment, 3 attachments that are not read",),
        ),
        ("page 3 cannot be read", None),
        ("nothing is left out: 3 comments", None),
        ("left out: 3 turnips", None),
        ("left out: 3 comments and more", None),
    ],
)
def test_a_warning_is_understood_without_its_reasons(warning, counts) -> None:
    told = told_in(warning)
    assert (told and told.warnings()) == counts


def test_the_sum_of_several_warnings() -> None:
    warnings = (
        "left out: 2 comments",
        "page 3 cannot be read",
        "a.txt: left out: 1 comment, 1 form",
    )
    assert total(warnings) == "3 comments, 1 form"
    assert total(["page 3 cannot be read"]) == ""
