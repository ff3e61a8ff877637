"""`docsearch eval` measures a small folder with the shipped model."""

import json

import pytest

from search.evaluation.collection import open_collection
from search.evaluation.measure import evaluate
from search.index import Index
from tests.commands import docsearch

NOTES = {
    "boiler.md": (
        "# Boiler\n\nOpen both black taps until the needle stands at one bar.\n\n# Filter\n\n"
        "Rinse it in June.\n"
    ),
    "bread.md": "# Sourdough\n\nFeed the starter with rye flour every evening.\n",
    "bike.md": "# Gears\n\nTurn the barrel adjuster half a turn when the chain rattles.\n",
}
QUESTIONS = (
    {
        "query": "black taps needle one bar",
        "path": "boiler.md",
        "answer": "Open both black taps until the needle",
    },
    {"query": "when to rinse the filter", "path": "boiler.md", "heading": "Filter"},
    {"query": "rye flour for the starter", "path": "bread.md", "answer": "Feed the starter"},
    {"query": "zzqqx vrrpl", "path": None},
)


@pytest.fixture
def collection(tmp_path):
    folder = tmp_path / "notes"
    folder.mkdir()
    for name, text in NOTES.items():
        (folder / name).write_text(text)
    (folder / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in QUESTIONS))
    return folder


def test_every_mode_is_measured_and_compared_with_a_saved_result(collection, tmp_path):
    saved = tmp_path / "before.json"
    done = docsearch(
        "eval",
        collection,
        "--no-rerank",
        "--work",
        tmp_path / "work",
        "--save",
        saved,
        "--json",
        cwd=tmp_path,
    )
    assert done.code == 0, done.err
    result = json.loads(done.out)
    assert result == json.loads(saved.read_text())
    assert (result["collection"], result["documents"], result["reranker"]) == ("notes", 3, None)
    assert [(run["name"], run["questions"]) for run in result["runs"]] == [
        ("hybrid", 3),
        ("vector", 3),
        ("text", 3),
    ]
    text = result["runs"][2]
    assert text["silent"] == 1.0
    assert {name: value["value"] for name, value in text["metrics"].items()} == {
        **dict.fromkeys(("nDCG@10", "MRR@10", "recall@10", "hit@1", "hit@5"), 1.0),
        "passage@5": 1.0,
        "sentence@5": 1.0,
    }
    assert [query["ranking"][0] for query in text["queries"]] == [
        "boiler.md",
        "boiler.md",
        "bread.md",
    ]
    compared = docsearch(
        "eval",
        collection,
        "--mode",
        "text",
        "--no-rerank",
        "--compare",
        saved,
        "--work",
        tmp_path / "work",
        cwd=tmp_path,
    )
    title, _, head, _, row = compared.out.splitlines()
    assert title == f"notes: 3 documents, {result['passages']} passages, bge-small-en-v1.5 (8-bit)"
    assert head == (
        "| run | nDCG@10 | MRR@10 | recall@10 | hit@1 | hit@5 | passage@5 | sentence@5 "
        "| silent | ms | against before |"
    )
    cells = row.split(" | ")
    assert cells[:9] == [
        "| text",
        "1.000 (1.000–1.000)",
        "1.000",
        "1.000",
        "1.000",
        "1.000",
        "1.000",
        "1.000",
        "1.00",
    ]
    assert cells[10] == "+0.000 (p 1.000) |"


def test_wrong_input_is_refused(collection, tmp_path):
    env = {"DOCSEARCH_PROFILE": "starter"}
    wrong = docsearch("eval", tmp_path / "nothing", cwd=tmp_path, env=env)
    assert (wrong.code, wrong.out) == (2, "")
    assert wrong.err.startswith(
        f"docsearch: {tmp_path}/nothing holds no collection; a collection is a BEIR folder"
    )
    broken = docsearch(
        "eval", collection, "--compare", collection / "bread.md", cwd=tmp_path, env=env
    )
    assert broken.code == 2
    assert "holds no saved result" in broken.err
    (collection / "questions.jsonl").write_text('{"query": "asdf", "path": null}\n')
    none = docsearch("eval", collection, "--mode", "text", cwd=tmp_path, env=env)
    assert none.code == 2
    assert "has no question that a document answers" in none.err


def test_questions_that_cannot_count_are_told(collection, tmp_path):
    saved = tmp_path / "other.json"
    saved.write_text('{"collection": "other", "runs": []}')
    other = docsearch("eval", collection, "--compare", saved, cwd=tmp_path)
    assert (other.code, other.err) == (
        2,
        f"docsearch: {saved} is of the collection other, not of notes; compare two runs of one\n",
    )
    rows = [*QUESTIONS[:1], {"query": "tides", "path": "sea.md"}]
    (collection / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    lacking = docsearch("eval", collection, "--mode", "text", "--no-rerank", "--json", cwd=tmp_path)
    warning = (
        "documents that answer a question but are missing: 1, such as sea.md; "
        "they count as not found"
    )
    assert (lacking.code, json.loads(lacking.out)["warnings"]) == (0, [warning])
    rows = [*QUESTIONS[:1], {"query": "-boiler", "path": "bread.md"}]
    (collection / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    excluding = docsearch("eval", collection, "--mode", "text", "--no-rerank", cwd=tmp_path)
    assert (excluding.code, excluding.err.splitlines()[-1]) == (
        2,
        (
            "docsearch: question 2, '-boiler': the query says only what to leave out; "
            "add what to look for"
        ),
    )


def test_the_progress_counts_questions_without_an_answer_too(collection, tmp_path):
    told = []
    with Index.open(tmp_path / "index") as index:
        evaluate(
            *(index, open_collection(collection), collection, [("text", False)]),
            on_question=lambda run, done, total: told.append((run, done, total)),
        )
    assert told == [("text", done, 4) for done in (1, 2, 3, 4)]
