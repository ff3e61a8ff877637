"""Typed lines, taken apart into words and filters."""

from datetime import datetime

import pytest

from search import Filter
from tui.parameters import Date
from tui.typed import Typed, parse, with_folder, with_mode

TODAY = Date(datetime(2026, 11, 20, 15, 30))


def ns(*moment: int) -> int:
    return int(datetime(*moment).timestamp()) * 10**9  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", Typed("")),
        ("  notice   period ", Typed("notice period")),
        ("type:md boiler", Typed("boiler", types=("md",))),
        ("boiler type:.PDF,md type:rst", Typed("boiler", types=("pdf", "md", "rst"))),
        ('path:"my notes/**" rent', Typed("rent", paths=("my notes/**",))),
        ('path:"my no', Typed("", paths=("my no",))),
        ("path:a path:b x", Typed("x", paths=("a", "b"))),
        ("mode:text x", Typed("x", mode="text")),
        ("type: x", Typed("x")),
        ("https://type:md", Typed("https://type:md")),
        ("after:2026-11-02 x", Typed("x", after="2026-11-02", after_ns=ns(2026, 11, 2))),
        ("x before:2w", Typed("x", before="2w", before_ns=ns(2026, 11, 6))),
        ('"type:pdf"', Typed('"type:pdf"')),
        ('"see type:pdf here" type:md', Typed('"see type:pdf here"', types=("md",))),
        ("„siehe type:pdf hier“", Typed("„siehe type:pdf hier“")),
        ('-"after:2026 all" x', Typed('-"after:2026 all" x')),
        ('"open type:md', Typed('"open', types=("md",))),
        ("x mode:fast", Typed("x", problems=("mode:fast is none of hybrid, vector, text",))),
    ],
)
def test_a_line_is_parsed_into_words_and_filters(line: str, expected: Typed) -> None:
    assert parse(line, TODAY) == expected


def test_a_filter_word_without_a_value_is_a_word_of_a_finished_line() -> None:
    assert parse('which type: is it path:"" mode:text', finished=True) == Typed(
        'which type: is it path:""', mode="text"
    )


def test_an_invalid_date_filters_nothing_and_is_a_problem() -> None:
    typed = parse("rent after:soon", TODAY)
    assert (typed.text, typed.after, typed.after_ns, typed.where) == ("rent", "soon", None, None)
    assert typed.problems == (
        "'soon' is no date; write it like 2026-11-02, 2026-11, 2026, 30d, 2w, 6m, 1y, today "
        "or yesterday",
    )


def test_filter_words_become_a_filter() -> None:
    typed = parse("x type:md path:a/** after:2026 before:2026-02", TODAY)
    assert typed.where == Filter(("a/**",), ("md",), ns(2026, 1, 1), ns(2026, 2, 1))
    assert parse("x").where is None


@pytest.mark.parametrize(
    ("line", "mode", "expected"),
    [
        ("boiler", "text", "boiler mode:text"),
        ("", "text", "mode:text"),
        ("boiler mode:text", "hybrid", "boiler"),
        ("mode:text boiler", "vector", "boiler mode:vector"),
        ('path:"my notes" mode:text', "hybrid", 'path:"my notes"'),
        ('"the mode:text word" mode:text', "vector", '"the mode:text word" mode:vector'),
    ],
)
def test_with_mode_replaces_the_word_for_the_mode(line: str, mode: str, expected: str) -> None:
    assert with_mode(line, mode) == expected


@pytest.mark.parametrize(
    ("line", "folder", "expected"),
    [
        ("cold", "/home/ann/notes/house", "cold path:house/**"),
        ("", "/home/ann/notes/house", "path:house/**"),
        ('path:"my notes" cold path:x', "/home/ann/notes/a b", 'cold path:"a b/**"'),
        ("cold", "/home/ann/notes", "cold path:/home/ann/notes/**"),
        ("cold", "/home/ann/notes/a*[1]?", r"cold path:a\*[1]\?/**"),
        ("cold", '/home/ann/notes/a"b', "cold path:a?b/**"),
    ],
)
def test_a_folder_becomes_a_filter_word(line: str, folder: str, expected: str) -> None:
    typed = with_folder(line, folder, "/home/ann/notes")
    assert typed == expected
    where = parse(typed).where
    assert where is not None
    assert where.matcher().admits(f"{folder}/x.md", "/home/ann/notes")
    assert not where.matcher().admits("/home/ann/other/x.md", "/home/ann")
