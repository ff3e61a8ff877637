"""Markdown's signs left out of a line."""

import pytest

from tui.markdown_signs import without_signs
from tui.snippet import Line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a **bold** and *slanted* word", "a bold and slanted word"),
        ("__strong__, _soft_ and snake_case_name", "strong, soft and snake_case_name"),
        ("2 * 3 * 4 and _ alone", "2 * 3 * 4 and _ alone"),
        ("`**kwargs` and ``a `b` c``", "**kwargs and a `b` c"),
        ("```sh make test", "make test"),
        ("a ` alone", "a  alone"),
        ("see [the plan](plan.md) and ![a map](map.png)", "see the plan and a map"),
        ('[the plan](plan.md "Plan") [not a link] (so)', "the plan [not a link] (so)"),
        ("| a | b | | c | d |", "a; b; c; d"),
        ("| a | b …", "a; b …"),
        ("b | | c", "b; c"),
        ("cat x | sort | uniq", "cat x | sort | uniq"),
        ("a||b or |x|", "a||b or |x|"),
        ("", ""),
    ],
)
def test_the_signs_go_and_the_words_stay(text: str, expected: str) -> None:
    assert without_signs(Line(text, ())).text == expected


def test_marks_stay_with_their_words() -> None:
    text = "| **F75** | the [pump](p.md) runs |"
    marks = tuple((text.index(word), text.index(word) + len(word)) for word in ("F75", "pump"))
    line = without_signs(Line(text, marks, ((0, len(text)),)))
    assert line == Line("F75; the pump runs", ((0, 3), (9, 13)), ((0, 18),))


def test_a_mark_of_signs_alone_goes_with_them() -> None:
    assert without_signs(Line("**a**", ((0, 2), (2, 3)))) == Line("a", ((0, 1),))
