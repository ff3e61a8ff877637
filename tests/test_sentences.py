"""The beginnings and ends of sentences."""

import pytest

from search.text.sentences import sentences


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("", "text", []),
        (" \n\n ", "text", []),
        ("First. Second! Third?", "text", ["First.", "Second!", "Third?"]),
        ('He said "go." Then he went.', "text", ['He said "go."', "Then he went."]),
        (
            "Ask Dr. Vance, No. 5, at 3.5 bar. Yes.",
            "text",
            ["Ask Dr. Vance, No. 5, at 3.5 bar.", "Yes."],
        ),
        (
            "docs.python.org is not cut, e.g. here",
            "text",
            ["docs.python.org is not cut, e.g. here"],
        ),
        (
            "Four loud bursts mean that there is carbon monoxide in\nthe air. Get everybody out.",
            "markdown",
            [
                "Four loud bursts mean that there is carbon monoxide in\nthe air.",
                "Get everybody out.",
            ],
        ),
        (
            "# Wear\nTwelve links are measured: new they are 304.8 mm long\n\nA new chain jumps",
            "markdown",
            [
                "# Wear",
                "Twelve links are measured: new they are 304.8 mm long",
                "A new chain jumps",
            ],
        ),
        (
            "1. Wall sit. Back against the wall\n   for 45 seconds\n2. Step-down\n- rest",
            "text",
            ["1. Wall sit.", "Back against the wall\n   for 45 seconds", "2. Step-down", "- rest"],
        ),
        (
            "| a long row of a table, longer than fifty cells |\n| b |",
            "markdown",
            ["| a long row of a table, longer than fifty cells |", "| b |"],
        ),
        ("from: a\nto: b", "mail", ["from: a", "to: b"]),
        (
            "x = 1. # One. Two\n"
            "while a_long_condition_that_takes_more_than_fifty_characters:\n  pass",
            "code",
            [
                "x = 1. # One. Two",
                "while a_long_condition_that_takes_more_than_fifty_characters:",
                "pass",
            ],
        ),
        (
            "ERR 05\tNo answer of the lens. Take it off and wipe the contacts of both.\n"
            "ERR 20\tThe shutter is stuck. Send the camera in.\n"
            "1.\tOpen the tap. Close it.",
            "html",
            [
                "ERR 05\tNo answer of the lens. Take it off and wipe the contacts of both.",
                "ERR 20\tThe shutter is stuck. Send the camera in.",
                "1.\tOpen the tap.",
                "Close it.",
            ],
        ),
        (
            "防守只丢了308分。联赛第六！是吗？",
            "text",
            ["防守只丢了308分。", "联赛第六！", "是吗？"],
        ),
    ],
)
def test_a_text_is_parted_into_sentences(text: str, kind: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text, kind)] == expected
