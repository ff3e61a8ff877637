"""Filter words and options of a query, put together."""

from datetime import datetime

import pytest

from search import Filter
from search.errors import UsageError
from tui.asked import Asked, FilterOptions, asked, joined


def ns(*moment: int) -> int:
    return int(datetime(*moment).timestamp()) * 10**9  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("line", "options", "expected"),
    [
        ("notice  period", FilterOptions(), Asked("notice  period", None, None, None)),
        (
            "rent type:pdf,md path:work/** after:2026 before:2026-02 mode:text rerank:off",
            FilterOptions(),
            Asked(
                "rent",
                "text",
                False,
                Filter(("work/**",), ("pdf", "md"), ns(2026, 1, 1), ns(2026, 2, 1)),
            ),
        ),
        (
            "rent",
            FilterOptions("vector", True, ("work/**",), (".PDF",), ns(2026, 1, 1), None),
            Asked("rent", "vector", True, Filter(("work/**",), ("pdf",), ns(2026, 1, 1), None)),
        ),
        # An option and a filter word may say the same.
        (
            "rent type:pdf mode:text after:2026",
            FilterOptions("text", types=("PDF",), after=ns(2026, 1, 1)),
            Asked("rent", "text", None, Filter((), ("pdf",), ns(2026, 1, 1), None)),
        ),
        ("rent mode:hybrid", FilterOptions(), Asked("rent", "hybrid", None, None)),
        # What stands in quotation marks, or has no value, is looked for.
        ('"type:pdf" which mode:', FilterOptions(), Asked('"type:pdf" which mode:', *[None] * 3)),
    ],
)
def test_a_line_and_options_make_one_query(
    line: str, options: FilterOptions, expected: Asked
) -> None:
    assert asked(line, options, "/notes") == expected


@pytest.mark.parametrize(
    ("line", "options", "message"),
    [
        (
            "x mode:fast",
            FilterOptions(),
            "mode:fast is none of hybrid, vector, text; to look for such a word itself, "
            "put it in quotation marks within the query",
        ),
        (
            "x mode:text",
            FilterOptions(mode="vector"),
            "the option --mode and the filter word mode: say different things; give one of the two",
        ),
        (
            "x rerank:on",
            FilterOptions(rerank=False),
            "the option --rerank and the filter word rerank: say different things; "
            "give one of the two",
        ),
        (
            "x type:pdf",
            FilterOptions(types=("pdf", "md")),
            "the option --type and the filter word type: say different things; give one of the two",
        ),
        (
            "x path:a/**",
            FilterOptions(paths=("b/**",)),
            "the option --path and the filter word path: say different things; give one of the two",
        ),
        (
            "x after:2026",
            FilterOptions(after=ns(2025, 1, 1)),
            "the option --after and the filter word after: say different things; "
            "give one of the two",
        ),
    ],
)
def test_what_is_not_understood_or_disagrees_is_told(
    line: str, options: FilterOptions, message: str
) -> None:
    with pytest.raises(UsageError) as error:
        asked(line, options, "/notes")
    assert f"{error.value}" == message


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ([""], ""),
        (["foo", "bar", "baz"], "foo bar baz"),
        (["  foo "], "  foo "),
        (["rent", "path:my notes/**"], 'rent path:"my notes/**"'),
        (["rent", 'path:"my notes/**"'], 'rent path:"my notes/**"'),
        (["path:notes rent"], "path:notes rent"),
    ],
)
def test_words_of_the_command_line_are_one_query(words: list[str], line: str) -> None:
    assert joined(words) == line
