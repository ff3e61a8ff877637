"""Vectors of a document's previous version are reused for passages with the same text."""

from collections.abc import Iterator

import numpy as np

from search.documents import Passage, Row
from search.ingest.reuse import REACH, ReusableVectors

from .toys import ToyTokenizer


def passage(text: str, ordinal: int = 0) -> Passage:
    return Passage(ordinal, text, ("Head",), None, 1, 1, 0, len(text))


def row(number: int) -> Row:
    return Row(7, passage(f"text {number}", number), "", np.array([number], np.float32))


def found(reusable: ReusableVectors, texts: list[str]) -> list[float | None]:
    vectors = [reusable.look_up(passage(text)) for text in texts]
    return [None if vector is None else float(vector[0]) for vector in vectors]


def test_a_passage_with_the_same_text_and_headings_keeps_its_vector() -> None:
    reusable = ReusableVectors([row(1), row(2), row(3)], ToyTokenizer())
    assert found(reusable, ["new", "text 3", "text 1", "text 1 and more"]) == [None, 3, 1, None]
    # Both texts have three tokens: Head, text and a number.
    assert reusable.tokens == 6
    other = Passage(0, "text 1", ("Other",), None, 1, 1, 0, 6)
    assert ReusableVectors([row(1)], ToyTokenizer()).look_up(other) is None


def test_a_new_document_has_no_reusable_vectors() -> None:
    assert found(ReusableVectors([], ToyTokenizer()), ["a", "b"]) == [None, None]


def test_a_limited_number_of_insertions_or_deletions_is_bridged() -> None:
    number, read = 3 * REACH, 0

    def rows() -> Iterator[Row]:
        nonlocal read
        for read in range(number):
            yield row(read)

    later = [f"text {place}" for place in range(REACH - 1, number)]
    assert found(ReusableVectors(rows(), ToyTokenizer()), later) == [*range(REACH - 1, number)]
    more = [
        *(f"new {place}" for place in range(REACH)),
        *(f"text {place}" for place in range(number)),
    ]
    assert found(ReusableVectors(rows(), ToyTokenizer()), more) == [*[None] * REACH, *range(number)]
    ReusableVectors(rows(), ToyTokenizer()).look_up(passage("x"))
    assert read == REACH - 1
