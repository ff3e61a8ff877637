"""The parts of the reranker's training that need no torch."""

import doctest
import json
import lzma
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from search.models.bundled import BUNDLED
from search.models.tokenizer import ModelTokenizer
from training import calibration, manuals, metrics
from training.answers import elsewhere
from training.answers import read as read_answers
from training.candidates import known_item
from training.collection import BEIR, DEPTH, KNOWN_ITEM, Collection
from training.corpus import Corpus, open_tokenizer, read
from training.evaluation import judged
from training.lists import Dealer, Lists
from training.manuals import Section
from training.marks import Marks
from training.mined import DEPTH as MINED
from training.mined import Mined
from training.packing import pack, pair
from training.ragged import Ragged
from training.sentence_loop import NAMES, gradient, loss, train
from training.sentence_states import Seen
from training.stages.sentences import judged as judged_sentences
from training.translations import rows_of


def passages() -> Iterator[dict[str, object]]:
    for number in range(120):
        yield {
            "s": "docs",
            "d": number,
            "t": f"Tide {number}",
            "x": f"The harbour empties {number} times. Boats lie dry.",
        }


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    folder = tmp_path_factory.mktemp("data")
    queries = [
        {
            "q": f"when does harbour {p} empty",
            "p": p,
            "k": "question",
            "u": p % 2,
            "r": [0, 27] if p == 3 else None,
        }
        for p in range(120)
    ]
    for name, rows in (("passages", list(passages())), ("queries", queries)):
        with lzma.open(folder / f"{name}.jsonl.xz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
    tokenizer = open_tokenizer(BUNDLED["starter"].folder)
    read([folder], tokenizer).save(folder / "corpus.npz")
    return Corpus.load(folder / "corpus.npz")


def texts(corpus: Corpus, ragged: Ragged, number: int) -> str:
    return str(open_tokenizer(BUNDLED["starter"].folder).decode(ragged[number].tolist()))


@pytest.mark.parametrize("module", [calibration, metrics])
def test_the_examples_of_a_module_are_right(module: object) -> None:
    assert doctest.testmod(module).failed == 0


def test_a_query_made_from_a_sentence_finds_the_passage_without_it(corpus: Corpus) -> None:
    assert texts(corpus, corpus.query, 3) == "when does harbour 3 empty"
    assert texts(corpus, corpus.body, 3) == "the harbour empties 3 times. boats lie dry."
    assert texts(corpus, corpus.rest, 3) == ". boats lie dry."
    assert (len(corpus.rest[4]), corpus.shown.tolist()[:4]) == (0, [False, True, False, True])


def test_pairs_become_rows_and_batches() -> None:
    marks = Marks(101, 102, 9, 5, 90)
    rows = [pair(np.array([7, 8]), np.arange(1, n), 12, marks) for n in (30, 3)]
    assert [row.ids.tolist() for row in rows] == [
        [101, 7, 8, 102, 1, 2, 3, 4, 5, 6, 7, 102],
        [101, 7, 8, 102, 1, 2, 102],
    ]
    (batch,) = pack(rows, 32, 9)
    assert batch.ids[0].tolist() == [101, 7, 8, 102, 1, 2, 102, *[9] * 9]
    assert (batch.places.tolist(), batch.ids.shape, batch.seconds.tolist()) == (
        [1, 0],
        (2, 16),
        [4, 4],
    )
    assert [packed.places.tolist() for packed in pack(rows, 31, 9)] == [[1], [0]]


def test_the_marks_are_those_of_the_tokenizer() -> None:
    starter = open_tokenizer(BUNDLED["starter"].folder)
    assert Marks.of(starter) == Marks(101, 102, 0, 1996, 29_000)


def test_two_folders_make_one_corpus(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        passage = {"s": f"manuals-{name}", "d": 0, "t": "Tide", "x": f"Water {name}."}
        query = {"q": f"water {name}", "p": 0, "k": "heading", "u": 0, "r": None}
        for rows, row in (("passages", passage), ("queries", query)):
            with lzma.open(tmp_path / name / f"{rows}.jsonl.xz", "wt", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
    both = read([tmp_path / "a", tmp_path / "b"], open_tokenizer(BUNDLED["starter"].folder))
    assert both.pools == ("manuals-a", "manuals-b")
    assert (both.positive.tolist(), both.pool.tolist()) == ([0, 1], [0, 1])
    assert texts(both, both.body, 1) == "water b."


LONG = {
    "en": "Every six hours the tide turns, and then the boats in the harbour lie dry on the sand.",
    "de": "Alle sechs Stunden kippt die Tide, und danach liegen die Boote im Hafen auf dem Sand.",
    "fr": "La marée change toutes les six heures, et les bateaux du port restent sur le sable.",
}


def page(heading: str, text: str) -> str:
    body = f"<h2>1.2. {heading}</h2><p>{text}</p><p>{text}</p>"
    return f"<html><body><div class='toc'><p>x</p></div><h1>Harbour</h1>{body}</body></html>"


def test_sections_of_manuals_are_read_with_their_languages(tmp_path: Path) -> None:
    for folder, language in (("de-DE", "de"), ("en-US", "en"), ("fr-FR", "en")):
        place = tmp_path / "handbook" / "usr/share/doc/debian-handbook/html" / folder
        place.mkdir(parents=True)
        (place / "tides.html").write_text(page("Tides", LONG[language]))
    found = list(manuals.sections(tmp_path))
    text = f"{LONG['de']} {LONG['de']}"
    assert found[0] == Section("handbook", "de", "tides.html", 1, 2, "Harbour", "Tides", text)
    assert [section.language for section in found] == ["de", "en", "fr"]
    # The French page is not translated.
    rows = rows_of(found)
    assert sorted(row["s"] for row in rows.passages) == ["manuals-de", "manuals-en"]
    assert {row["t"] for row in rows.passages} == {"Harbour > Tides"}


def test_queries_in_one_language_ask_for_passages_in_another() -> None:
    found = [
        Section(
            "faq", language, f"{number}.html", 0, 1, "Tides", f"Tides {language}", f"{text} {text}"
        )
        for number in range(40)
        for language, text in LONG.items()
    ]
    rows = rows_of(found)
    assert rows == rows_of(found)
    assert len(rows.passages) == 120
    asked: dict[str, set[bool]] = {}
    for query in rows.queries:
        passage = rows.passages[query["p"]]
        own = passage["s"].removeprefix("manuals-")
        is_own = query["q"] == f"Tides {own}" or query["q"] in LONG[own]
        asked.setdefault(query["k"], set()).add(is_own)
        assert query["r"] is None or passage["x"][slice(*query["r"])] == query["q"]
    assert asked == {"heading": {True, False}, "fragment": {True}, "claim": {False}}


def dealt(corpus: Corpus, seed: int) -> Lists:
    count = len(corpus.query)
    candidates = (np.arange(count)[:, None] + np.arange(MINED)) % count
    mined = Mined(
        candidates.astype(np.int32),
        np.linspace(0.9, 0.5, MINED, dtype=np.float32)[None].repeat(count, 0),
        np.zeros(count, np.int32),
        np.full(count, 0.9, np.float32),
        np.eye(count, dtype=np.float16),
    )
    dealer = Dealer(corpus, mined, open_tokenizer(BUNDLED["starter"].folder), 8, 64, seed)
    return next(islice(dealer.deal(50, 4096), 1))


def test_a_list_has_its_positive_first_and_a_seed_deals_it_again(corpus: Corpus) -> None:
    lists = dealt(corpus, 1)
    assert (lists.fused.shape, lists.answered.shape) == ((50, 8), (50,))
    assert (lists.fused[:, 0] >= lists.fused[:, 1:].max(1)).all()
    rows = np.concatenate([batch.places for batch in lists.batches])
    assert sorted(rows.tolist()) == list(range(400))
    assert lists.answered.mean() > 0.8
    same_seed, other = dealt(corpus, 1), dealt(corpus, 2)
    np.testing.assert_array_equal(lists.fused, same_seed.fused)
    assert not np.array_equal(lists.fused, other.fused)


@pytest.mark.parametrize(
    ("kind", "values"), [(BEIR, [1.0, 1 / np.log2(3)]), (KNOWN_ITEM, [1.0, 0.0])]
)
def test_an_order_is_judged_and_a_collection_is_saved(
    tmp_path: Path, kind: str, values: list[float]
) -> None:
    shape = (2, DEPTH)
    candidates, gain, scores = (
        np.full(shape, -1, np.int32),
        np.zeros(shape, np.float32),
        np.zeros(shape, np.float32),
    )
    candidates[:, :2], gain[:, 1] = [0, 1], 1
    # There is no third candidate, so its score must not count.
    scores[0, 1], scores[:, 2] = 1, 9
    ideal = np.zeros((2, 10), np.float32)
    ideal[:, 0] = 1
    texts = Ragged.of([[1, 2], [3]])
    zeros = np.zeros(shape, np.float32)
    made = Collection(
        "tides",
        kind,
        texts,
        texts,
        candidates,
        zeros,
        zeros,
        zeros,
        gain,
        ideal,
        zeros[:, :2],
        np.zeros(2, np.int32),
    )
    made.save(tmp_path / "tides.npz")
    found = Collection.load(tmp_path / "tides.npz")
    assert (found.name, found.kind, found.passages[1].tolist()) == ("tides", kind, [3])
    np.testing.assert_allclose(judged(found, scores), values)


def test_only_the_passage_with_the_answer_is_right_among_the_candidates(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    filler = " ".join(f"Sentence {number} is about nothing in particular." for number in range(60))
    (folder / "tides.txt").write_text(f"The tide turns every six hours. {filler}")
    question = {"query": "when does the tide turn", "path": "tides.txt", "heading": "High water"}
    answers = ("The tide turns every six hours.", "Sentence 59 is about nothing")
    rows = [question | {"answer": answer} for answer in answers]
    (tmp_path / "notes.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    tokenizer = open_tokenizer(BUNDLED["starter"].folder)
    found = known_item(folder, tmp_path / "index", tokenizer)
    beginning = tokenizer.encode("The tide turns", add_special_tokens=False).ids
    begins = [ids[:3].tolist() == beginning for ids in found.passages]
    assert (len(begins) > 1, sum(begins)) == (True, 1)
    right = [int(found.candidates[0, place]) for place in np.flatnonzero(found.gain[0])]
    assert right == [begins.index(True)]


@pytest.fixture
def sections(tmp_path: Path) -> Path:
    rows = [
        {
            "question": "When does the harbour empty?",
            "title": "Tides",
            "section": "Low water",
            "sentences": ["Boats lie dry.", "It empties  twice a day.", "So it fills twice."],
            "answers": [1],
        },
        {
            "question": "What do gulls eat?",
            "title": "Tides",
            "section": "Birds",
            "sentences": ["Gulls come. They eat crabs.", "They leave at dusk."],
            "answers": [0],
        },
    ]
    path = tmp_path / "train.jsonl.xz"
    with lzma.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    return path


def test_a_section_becomes_a_passage_with_the_sentences_that_answer(sections: Path) -> None:
    tokenizer = ModelTokenizer(BUNDLED["starter"].folder / "tokenizer.json")
    found = [
        (row.question, [row.text[slice(*span)] for span in row.sentences], row.answers)
        for row in read_answers(sections, tokenizer)
    ]
    low_water = ["Boats lie dry.", "It empties twice a day.", "So it fills twice."]
    birds = ["Gulls come.", "They eat crabs.", "They leave at dusk."]
    assert found == [
        ("When does the harbour empty?", low_water, (False, True, False)),
        ("What do gulls eat?", birds, (True, True, False)),
    ]
    assert [
        (row.question, [row.text[slice(*span)] for span in row.sentences], row.answers)
        for row in elsewhere(sections, tokenizer, 1)
    ] == [
        ("When does the harbour empty?", birds, (False, False, False)),
        ("What do gulls eat?", low_water, (False, False, False)),
    ]


def rows_of_states(answered: bool, count: int) -> list[Seen]:
    """Sentences of two tokens; the one that answers is like the query in its first channel."""
    draw, rows = np.random.default_rng(3), []
    for number in range(count):
        states = draw.normal(size=(4, 2, 6)).astype(np.float16)
        query = draw.normal(size=(2, 6)).astype(np.float16)
        answers = np.zeros(4, np.float32)
        if answered:
            answers[number % 4] = 1
            states[number % 4, :, 0] = query[:, 0].mean() + 3
        rows.append(Seen(query, tuple(states), answers))
    return rows


def test_the_written_gradient_is_that_of_the_loss() -> None:
    rows, others = rows_of_states(True, 12), rows_of_states(False, 12)
    head, batch = train(rows, others, 1), [*rows, *others]
    slope = gradient(head, batch, None)
    for name in NAMES:
        weights = getattr(head, name)
        for place in list(np.ndindex(weights.shape))[:: max(1, weights.size // 5)]:
            kept, step = weights[place], np.float32(1e-3)
            weights[place] = kept + step
            above = loss(head, batch)
            weights[place] = kept - step
            below = loss(head, batch)
            weights[place] = kept
            assert slope[name][place] == pytest.approx((above - below) / 0.002, abs=2e-3)


def test_a_head_learns_which_sentence_answers() -> None:
    rows, others = rows_of_states(True, 1200), rows_of_states(False, 1200)
    first, again = train(rows, others, 1), train(rows, others, 1)
    assert all(np.array_equal(getattr(first, name), getattr(again, name)) for name in NAMES)
    assert judged_sentences(first, rows[:100]).mean() > 0.8
