"""Hyphens at line ends: those that part a word go, those that belong to it stay."""

from __future__ import annotations

import pytest

from search.readers.paged.hyphens import joined


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("three price-\ndetermining factors", "three price-determining factors"),
        ("a well-\nknown index", "a well-known index"),
        ("in the self-\nservice canteen", "in the self-service canteen"),
        ("over the long-\nterm plan", "over the long-term plan"),
        ("state-of-the-\nart work", "state-of-the-art work"),
        ("the com-\nmittee of munici-\npalities meets", "the committee of municipalities meets"),
        ("an under-\nstanding of infra-\nstructure", "an understanding of infrastructure"),
        ("by e-\nmail and EU-\nwide", "by e-mail and EU-wide"),
        ("a co\u00ad\noperative shop", "a cooperative shop"),
        ("of well-\nKnown pre-\n1900", "of well-\nKnown pre-\n1900"),
        (
            "die Haus-\ntür der Hand-\nlung und die Ver-\nwaltung",
            "die Haustür der Handlung und die Verwaltung",
        ),
        ("les mai-\nsons de la commune", "les maisons de la commune"),
    ],
)
def test_hyphens_at_line_ends(text, whole):
    assert joined([text]) == [whole]


def test_the_rest_of_the_document_decides_first():
    assert joined(["die Wort-\nliste ist lang", "Wort-liste und Wort-liste"])[0] == (
        "die Wort-liste ist lang"
    )
    assert joined(["a well-\nknown index", "wellknown and wellknown"])[0] == "a wellknown index"
    assert joined(["no breaks", ""]) == ["no breaks", ""]
