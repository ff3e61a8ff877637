"""Questions that no document answers get no hits or weak ones; other questions get good ones.

The goal is that nine in ten of the unanswerable questions are recognised, and at most one in a
hundred of the others is called weak. The sample corpus's questions in the words of their answers
reach it. Of its paraphrases, which share no word with their answers on purpose, half are called
weak.
"""

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from search import Index

CORPUS = Path(__file__).parent.parent / "sample_corpus"
EACH = 50
ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
SYLLABLES = [
    "ba",
    "bri",
    "cho",
    "dre",
    "fla",
    "gou",
    "hin",
    "jel",
    "kra",
    "lum",
    "mo",
    "nep",
    "or",
    "plo",
    "qui",
    "rast",
    "sny",
    "tov",
    "ulg",
    "vex",
    "wam",
    "yot",
    "zib",
]
SALAD = [
    "giraffe",
    "parliament",
    "velvet",
    "quantum",
    "trombone",
    "glacier",
    "cathedral",
    "penguin",
    "algebra",
    "pirate",
    "satellite",
    "opera",
    "volcano",
    "lobster",
    "emperor",
    "ballet",
    "meteor",
    "circus",
    "saxophone",
    "pharaoh",
    "dinosaur",
    "senator",
    "hologram",
    "tsunami",
    "astronaut",
    "gladiator",
    "casino",
    "submarine",
    "vampire",
    "orchestra",
]
SUBJECTS = (
    "the offside rule",
    "black holes",
    "the French Revolution",
    "mitochondria",
    "Renaissance sculpture",
    "stock options",
    "plate tectonics",
    "Formula One",
    "ancient Egypt",
    "baseball statistics",
)
PATTERNS = (
    "who discovered {}",
    "how does {} work",
    "best introduction to {}",
    "why is {} so controversial",
    "{} for beginners",
)


def nonsense() -> dict[str, list[str]]:
    """200 questions that the sample corpus does not answer, of four kinds; the same in each run."""
    chance = random.Random(8)
    mash = [
        " ".join(
            "".join(chance.choices(chance.choice(ROWS), k=chance.randint(4, 9)))
            for _ in range(chance.randint(1, 4))
        )
        for _ in range(EACH)
    ]
    made = [
        " ".join(
            "".join(chance.choices(SYLLABLES, k=chance.randint(2, 3)))
            for _ in range(chance.randint(2, 6))
        )
        for _ in range(EACH)
    ]
    salad = [" ".join(chance.sample(SALAD, chance.randint(3, 7))) for _ in range(EACH)]
    foreign = [pattern.format(subject) for subject in SUBJECTS for pattern in PATTERNS]
    return {"keyboard": mash, "made words": made, "salad": salad, "other subjects": foreign}


def silent(index: Index, question: str, rerank: bool) -> bool:
    """Whether a question gets no hits, or only weak ones."""
    result = index.query(question, rerank=rerank)
    return not result.hits or result.weak


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with Index.open(tmp_path_factory.mktemp("nonsense") / "index") as index:
        index.ingest([CORPUS])
        yield index


# Without and with reranking: of how many questions all hits are weak or missing. They are counted
# for each kind's 50 unanswerable questions, for 50 paraphrases and for 48 other good questions.
EXPECTED = {
    False: ({"keyboard": 50, "made words": 50, "salad": 50, "other subjects": 48}, 25, 1),
    True: ({"keyboard": 50, "made words": 50, "salad": 50, "other subjects": 49}, 25, 0),
}


@pytest.mark.parametrize("rerank", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_nonsense_gets_no_hits_or_weak_ones(index: Index, rerank: bool) -> None:
    counts = {
        kind: sum(silent(index, question, rerank) for question in questions)
        for kind, questions in nonsense().items()
    }
    # Scores differ in their last digits from processor to processor.
    assert counts == pytest.approx(EXPECTED[rerank][0], abs=1)
    assert sum(counts.values()) >= 0.9 * 4 * EACH


@pytest.mark.parametrize(
    "name", ["INV-2031-999", "12345678901", "ERR_FOO_BAR", "0x80070099", "CVE-2031-99999"]
)
def test_an_identifier_that_no_document_has_gets_no_good_hits(index: Index, name: str) -> None:
    assert silent(index, name, rerank=True)


@pytest.mark.parametrize(
    "name",
    [
        "DS-884-0192",
        "INC-2291",
        "KL-20713",
        "PT-31-5580",
        "max_message_mib",
        "recipients_per_message",
    ],
)
def test_an_identifier_that_a_document_has_is_found(index: Index, name: str) -> None:
    assert not silent(index, name, rerank=True)


@pytest.mark.parametrize("rerank", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_good_questions_are_not_called_weak(index: Index, rerank: bool) -> None:
    rows = [json.loads(line) for line in (CORPUS / "questions.jsonl").read_text().splitlines()]
    paraphrases = [row["question"] for row in rows if row["kind"] == "paraphrase"]
    others = [
        row["question"]
        for row in rows
        if row["kind"] in ("keywords", "names", "code", "numbers", "long")
    ]
    lost = [
        sum(silent(index, question, rerank) for question in questions)
        for questions in (paraphrases, others)
    ]
    assert (len(paraphrases), len(others)) == (50, 48)
    assert lost == pytest.approx(list(EXPECTED[rerank][1:]), abs=1)
