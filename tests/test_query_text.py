"""The query as understood: its text, quoted phrases and excluded words."""

import pytest

from search.errors import UsageError
from search.query.query_text import QueryText, understand


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("why is it cold", "why is it cold"),
        ('the "filling loop" of a boiler', "the filling loop of a boiler"),
        ("“smart” „quotes“", "smart quotes"),
        ("boiler -diesel", "boiler"),
        ('-"oil fired" boiler', "boiler"),
        ("e-mail", "e-mail"),
        ("what does --verbose do", "what does --verbose do"),
        ("below -5 degrees", "below -5 degrees"),
        ("grep -r", "grep -r"),
        ("a - b", "a - b"),
        ('24" screen', '24" screen'),
        ('""', '""'),
    ],
)
def test_the_searched_text_has_no_quotes_and_no_excluded_words(query: str, text: str) -> None:
    assert understand(query).text == text


@pytest.mark.parametrize(
    ("query", "passage", "why"),
    [
        ('"filling loop"', "Open the Filling\n  Loop.", ""),
        ('"filling loop"', "the loop for filling", "phrase"),
        ('"filling loop"', "filling loops", "phrase"),
        ('"C++"', "in c++, not in c", ""),
        ('"C++"', "in c", "phrase"),
        ('"E-1042"', "error e-1042:", ""),
        ('"E-1042"', "error E-10421", "phrase"),
        ('"cafe final"', "Café ﬁnal", ""),
        ('"索引"', "数据库索引的类型", ""),
        ('"one" "two"', "two and one", ""),
        ('"one" "two"', "only one", "phrase"),
        ("boiler -diesel", "a Diesel boiler", "-diesel"),
        ("boiler -diesel", "a boiler for dieselgate", ""),
        ("boiler -diesel*", "a boiler for dieselgate", "-diesel*"),
        ("boiler -diesel*", "a boiler of biodiesel", ""),
        ('boiler -"oil fired"', "an oil  fired boiler", '-"oil fired"'),
        ('"a boiler" -diesel', "diesel", "phrase"),
        ('how do I get rid of "cold start"', "cold", "phrase"),
        (
            'How do I get the status of a program that was run by the "make install" command?',
            "status",
            "",
        ),
        ('What are the "best practices"?', "practice", ""),
        ("plain", "anything", ""),
    ],
)
def test_a_passage_is_refused_with_the_reason(query: str, passage: str, why: str) -> None:
    assert understand(query).refusal(passage) == why


def test_a_query_of_plain_words_refuses_nothing() -> None:
    assert understand("plain words") == QueryText(
        text="plain words",
        plain="plain words",
        phrases=(),
        excluded=(),
        words=("plain", "words"),
        terms=("plain", "words"),
        weights=(1.0, 1.0),
        beginnings=(),
        word_count=2,
    )
    assert not understand("plain words").is_strict


def test_a_word_that_a_query_repeats_weighs_more() -> None:
    query = understand("Flutter of a wing: the flutter, fluttering, at speeds. Höhe, Höhe!")
    assert query.terms == ("flutter", "wing", "fluttering", "speeds", "hohe", "hoehe")
    assert query.weights == (1.8, 1.0, 1.0, 1.0, 1.8, 1.0)


def test_a_query_has_to_ask_for_something() -> None:
    with pytest.raises(UsageError, match="says only what to leave out; add what to look for"):
        understand("-diesel -petrol")


@pytest.mark.parametrize(
    ("query", "languages", "is_foreign"),
    [
        ("Wo sitzt das Ventil der Heizung?", {"en": 1.0}, True),
        ("Wo sitzt das Ventil der Heizung?", {"en": 0.9, "de": 0.1}, False),
        # One document in a hundred does not make a language that of the index.
        ("Wo sitzt das Ventil der Heizung?", {"en": 0.99, "de": 0.01}, True),
        ("Ventil Heizung", {"en": 1.0}, False),
        ("Where is the valve of the heating?", {"en": 1.0}, False),
        ("where is the valve", {"zh": 0.5, "de": 0.5}, True),
        ("供暖系统的阀门在哪里可以找到", {"en": 1.0}, True),
        # Such a name is a Japanese word as well.
        ("東京都千代田区霞が関一丁目庁舎", {"zh": 1.0}, False),
        ("Где находится вентиль отопления?", {"ru": 1.0}, False),
        ("Wo sitzt das Ventil der Heizung?", {}, False),
    ],
)
def test_a_query_is_foreign_where_no_document_is_in_its_language(
    query: str, languages: dict[str, float], is_foreign: bool
) -> None:
    assert understand(query, languages=languages).is_foreign is is_foreign
