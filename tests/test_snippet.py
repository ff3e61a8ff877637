"""The snippets of passages that the command line shows."""

from tui.snippet import Line, snippet


def test_a_short_passage_is_shown_whole_without_its_known_headings() -> None:
    text = "# Boiler\n\n## Pressure\n\nFill to 1.5 bar."
    assert snippet(text, [(23, 27)], "markdown", 40, ("Boiler", "Pressure")) == (
        Line("Fill to 1.5 bar.", ((0, 4),)),
    )


def test_a_passage_of_headings_alone_is_shown() -> None:
    assert snippet("# Boiler", [], "markdown", 40, ("Boiler",)) == (Line("Boiler", ()),)


def test_markup_at_the_start_of_lines_is_left_out() -> None:
    text = "Tides\n=====\n\n* high\n* low\n> said"
    assert snippet(text, [], "rst", 40) == (Line("Tides high low said", ()),)


def test_a_long_passage_begins_before_the_densest_marks() -> None:
    text = (
        "Nothing here at all. " * 30
        + "It is known. The tide turns with the moon. "
        + "More of nothing. " * 30
    )
    tide, moon = text.index("tide"), text.index("moon")
    shown = snippet(text, [(0, 7), (tide, tide + 4), (moon, moon + 4)], "text", 40)
    assert shown[0].text == "Nothing here at all. Nothing here at"
    words = [line[start:end] for line, marks, _ in shown for start, end in marks]
    assert (words, len(shown), shown[-1][0][-2:]) == (["tide", "moon"], 4, " …")


def test_code_keeps_its_lines() -> None:
    text = "def retry():\n    wait()\n\n    return call()"
    assert snippet(text, [(17, 21)], "code", 40) == (
        Line("def retry():", ()),
        Line("    wait()", ((4, 8),)),
        Line("    return call()", ()),
    )


def test_marks_across_a_line_end_are_marked_on_both_lines() -> None:
    lines = snippet("alpha beta gamma", [(6, 16)], "text", 40)
    assert lines == (Line("alpha beta gamma", ((6, 16),)),)


def test_the_answering_sentence_stands_in_the_upper_half_of_a_snippet() -> None:
    text = (
        "Nothing here at all. " * 30 + "The tide turns with the moon. " + "More of nothing. " * 30
    )
    start = text.index("The tide")
    sentence = start, start + len("The tide turns with the moon.")
    shown = snippet(text, [(0, 7)], "text", 40, sentence=sentence)
    assert shown[0].text == "Nothing here at all. Nothing here at"
    assert ["".join(line.text[a:b] for a, b in line.sentence) for line in shown] == [
        "",
        "The tide turns",
        "with the moon.",
        "",
    ]
    assert snippet(text, [], "text", 15, sentence=sentence, count=2)[0].text == "The tide turns"
    assert snippet(text, [], "text", 40, sentence=(21, 41))[0].text == (
        "Nothing here at all. Nothing here at"
    )


def test_a_line_of_code_that_answers_is_shown_first() -> None:
    text = "def retry():\n    wait()\n\n    return call()"
    shown = snippet(text, [(0, 3)], "code", 40, sentence=(text.index("return"), len(text)))
    assert shown == (Line("    return call()", (), ((4, 17),)),)
