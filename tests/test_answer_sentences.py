"""The sentence of a hit that answers the query."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from search import Index
from search.documents import Passage
from search.models.reranker import load_reranker
from search.query.answer_sentences import READ, READ_HITS, answering
from search.query.marker import Marker
from search.query.query_text import understand
from search.query.rerank import Readable
from search.results import Hit

from .app_driver import a_hit
from .toys import ToyEmbedder

CORPUS = Path(__file__).parent.parent / "sample_corpus"
LEASE = (
    "Lease\n\nThe lease is signed by both. The rent is due on the third day of each month. "
    "A tenant who pays the rent late owes a fee of ten. The keys stay with the landlord."
)


def answer(text: str, query: str, **other: object) -> str | None:
    hit = a_hit("a.md", text, **other)  # type: ignore[arg-type]
    (found,) = answering([hit], Marker(understand(query)))
    return found and text[slice(*found)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("who keeps the keys", "The keys stay with the landlord."),
        ("when is the rent due", "The rent is due on the third day of each month."),
        ("fee for late rents", "A tenant who pays the rent late owes a fee of ten."),
        ("lease", "The lease is signed by both."),
        ("central heating", None),
    ],
)
def test_the_sentence_with_the_querys_words_answers(query: str, expected: str | None) -> None:
    assert answer(LEASE, query) == expected


def test_headings_and_titles_do_not_answer() -> None:
    text = "## Pain scale\n\nThe pain scale\nUp to 4 out of 10 of it is acceptable."
    assert answer(text, "pain scale") == "The pain scale"
    text = "## Pain scale\n\nThe pain scale\nPain up to 4 out of 10 is acceptable on this scale."
    assert (
        answer(text, "pain scale", headings=("Pain scale",))
        == "Pain up to 4 out of 10 is acceptable on this scale."
    )


def test_a_line_of_code_answers() -> None:
    text = "def retry(times):\n    wait(times)\n    return call()"
    assert answer(text, "what does it return", kind="code") == "return call()"


def judged(text: str, odds: list[float], **other: object) -> str | None:
    hit = a_hit("a.md", text, **other)  # type: ignore[arg-type]

    def unread(texts: Sequence[str]) -> np.ndarray:
        raise AssertionError("the reranker has judged the sentences")

    (found,) = answering([hit], Marker(understand("rent")), unread, [odds])
    return found and text[slice(*found)]


def test_a_reranker_that_judges_sentences_decides() -> None:
    # The word of the query stands in the third and in the fourth of the five sentences.
    assert judged(LEASE, [3, 1, 0, -2, 2.5]) == "The keys stay with the landlord."
    # The next sentence is marked too where it is nearly as likely; the one before never is.
    assert judged(LEASE, [3, 1, 0, 2, 1.5]) == (
        "A tenant who pays the rent late owes a fee of ten. The keys stay with the landlord."
    )
    assert judged(LEASE, [3, 1, 1.5, 2, 0]) == "A tenant who pays the rent late owes a fee of ten."
    # A sentence that was cut off is none, and no sentence is marked where none seems to answer.
    assert judged(LEASE, [-9, -7, -6, -8, -np.inf]) == (
        "The rent is due on the third day of each month."
    )
    assert judged(LEASE, [-9, -7, -7, -8, -np.inf]) is None
    assert judged("# Only a heading", [3]) is None


def test_the_items_of_a_list_answer_together() -> None:
    text = "Ring at once:\n- nothing eaten\n- much vomiting\n- weak legs\nThe vet is in town."
    # Items on both sides of the best one are marked where they are nearly as likely.
    assert judged(text, [0, 1.5, 2, 1, 1.5]) == "- nothing eaten\n- much vomiting\n- weak legs"
    assert judged(text, [1.5, 0, 2, 1, 1.5]) == "- much vomiting\n- weak legs"


TABLE = "| Date | Paid |\n|------|-----:|\n| 2021 | 96.00 |\n| 2022 | 241.50 |\nAll by card."


def test_the_rows_of_a_table_answer_and_the_names_of_its_columns_do_not() -> None:
    # The line of dashes has no words.
    assert judged(TABLE, [5, 4, 1, 2, 1.5]) == "| 2021 | 96.00 |\n| 2022 | 241.50 |"
    assert judged(TABLE, [5, 4, 0, 2, 1.5]) == "| 2022 | 241.50 |"
    assert answer(TABLE, "who paid 2022?") == "| 2022 | 241.50 |"
    assert answer(TABLE, "paid on which date?") is None


def test_a_comment_of_code_answers_and_a_heading_of_prose_does_not() -> None:
    text = "# The rent rises.\nrent = 2"
    assert judged(text, [2, 0], kind="code") == "# The rent rises."
    assert judged(text, [2, 0]) == "rent = 2"
    assert answer(text, "rises", kind="code") == "# The rent rises."


def test_the_other_hits_are_read_as_without_a_reranker() -> None:
    hits = [a_hit("a.md", LEASE), a_hit("b.md", LEASE)]
    found = answering(hits, Marker(understand("rent due")), None, [[0, 0, 0, 0, 3], None])
    assert [span and LEASE[slice(*span)] for span in found] == [
        "The keys stay with the landlord.",
        "The rent is due on the third day of each month.",
    ]


def test_an_embedder_reads_the_first_hits() -> None:
    text = "The dough rests. Fold it. The landlord pays. It is warm here. The oven is hot. " * 2
    toy, read = ToyEmbedder(), list[list[str]]()
    query = toy.embed_query("who owns the lease")

    def likeness(texts: Sequence[str]) -> np.ndarray:
        read.append(list(texts))
        return toy.embed_passages(texts) @ query

    hits = [
        replace(a_hit(f"{number}.txt", text), rank=number + 1) for number in range(READ_HITS + 1)
    ]
    found = answering(hits, Marker(understand("who owns the lease")), likeness)
    assert [span and text[slice(*span)] for span in found] == ["The landlord pays."] * READ_HITS + [
        None
    ]
    assert [len(texts) for texts in read] == [READ * READ_HITS]
    assert answering([], Marker(understand("lease")), likeness) == []
    assert answering(
        [a_hit("a.txt", "# Only a heading")], Marker(understand("lease")), likeness
    ) == [None]
    assert len(read) == 1


def test_sentences_answer_the_questions_of_the_sample_corpus(tmp_path: Path) -> None:
    """The sentence is often the one that holds the answer.

    Counted are the questions whose passage is found, and those of them where the query's words, the
    embedder, or the reranker, name the answer's own sentence.
    """
    questions = [json.loads(line) for line in (CORPUS / "questions.jsonl").read_text().splitlines()]
    counts = {"words": 0, "embedder": 0, "reranker": 0, "asked": 0}
    reranker = load_reranker("starter-reranker", "cpu")
    with Index.open(tmp_path / "index") as index:
        index.ingest([CORPUS])
        for question in filter(lambda question: question["path"], questions):
            hits = index.query(question["question"], limit=20, min_score=0.0, rerank=False).hits
            hit = next(
                (
                    hit
                    for hit in hits
                    if hit.path == str(CORPUS / question["path"]) and question["answer"] in hit.text
                ),
                None,
            )
            if hit is None:
                continue
            query = index.embedder.embed_query(question["question"])
            (read,) = answering(
                [hit],
                Marker(understand(question["question"])),
                lambda texts, query=query: index.embedder.embed_passages(texts) @ query,  # type: ignore[misc]
            )
            text = readable(hit)
            (judgement,) = reranker.judge(question["question"], [text.text], [text.sentences])
            (judged,) = answering(
                [hit], Marker(understand(question["question"])), None, [judgement.sentences]
            )
            counts["asked"] += 1
            counts["words"] += _is_in(hit, hit.sentence, question["answer"])
            counts["embedder"] += _is_in(hit, read, question["answer"])
            counts["reranker"] += _is_in(hit, judged, question["answer"])
    assert counts == pytest.approx(
        {"asked": 113, "words": 68, "embedder": 82, "reranker": 89}, abs=1
    )


def readable(hit: Hit) -> Readable:
    """The hit's passage as a reranker reads it."""
    return Readable.of(Passage(0, hit.text, hit.headings, None, 1, 1, 0, len(hit.text)), hit.kind)


def _is_in(hit: Hit, span: tuple[int, int] | None, answer: str) -> bool:
    start = hit.text.index(answer)
    return span is not None and span[0] < start + len(answer) and start < span[1]
