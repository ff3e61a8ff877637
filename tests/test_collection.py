"""Collections with known answers, read from their files."""

import json

import pytest

from search.errors import UsageError
from search.evaluation.collection import Question, file_of, open_collection


def lines(file, *rows):
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.fixture
def beir(tmp_path):
    folder = tmp_path / "tiny"
    folder.mkdir()
    texts = ("It rains.", "Snow\n\nIt snows.", "")
    lines(
        folder / "corpus.jsonl",
        *({"_id": f"a/{i}", "title": "Snow", "text": text} for i, text in enumerate(texts)),
    )
    lines(
        folder / "queries.jsonl",
        {"_id": 7, "text": "white weather"},
        {"_id": "8", "text": "not judged"},
    )
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n7\ta/0\t2\n7\ta/1\t0\n")
    return folder


def test_the_documents_of_a_beir_folder_become_files(beir, tmp_path):
    collection = open_collection(beir)
    assert (collection.name, collection.folder) == ("tiny", None)
    assert collection.questions == (Question("7", "white weather", {"a/0": 2}),)
    collection.write(tmp_path / "documents")
    written = {file.name: file.read_text() for file in (tmp_path / "documents").iterdir()}
    assert written == {
        "a%2F0.txt": "Snow\n\nIt rains.\n",
        "a%2F1.txt": "Snow\n\nIt snows.\n",
        "a%2F2.txt": "Snow\n\n\n",
    }
    assert [collection.document(name) for name in sorted(written)] == ["a/0", "a/1", "a/2"]
    assert collection.missing_from(tmp_path / "documents") == []
    assert collection.missing_from(tmp_path) == ["a/0"]
    assert collection.warnings == ()


def test_judgements_are_read_in_either_layout(beir):
    (beir / "qrels.tsv").unlink()
    (beir / "qrels").mkdir()
    (beir / "qrels" / "test.tsv").write_text("7\ta/0\t1.0\n8\ta/1\t2\n\n9\ta/1\t1\n10\ta/1\t1\n")
    collection = open_collection(beir)
    assert {question.id: question.relevant for question in collection.questions} == {
        "7": {"a/0": 1},
        "8": {"a/1": 2},
    }
    assert collection.warnings == ("2 judged queries are not in queries.jsonl, such as 9",)


def test_questions_may_lie_inside_or_beside_their_folder(tmp_path):
    folder = tmp_path / "notes"
    folder.mkdir()
    lines(
        tmp_path / "notes.jsonl",
        {"query": "how", "path": "a.md", "answer": "so", "heading": "How"},
        {"query": "asdf", "path": None},
    )
    expected = (Question("1", "how", {"a.md": 1}, "so", "How"), Question("2", "asdf", {}))
    beside = open_collection(tmp_path / "notes.jsonl")
    assert (beside.name, beside.folder, beside.questions) == ("notes", folder, expected)
    (tmp_path / "notes.jsonl").rename(folder / "questions.jsonl")
    assert open_collection(folder).questions == expected


def test_a_folder_that_is_no_collection_is_refused(tmp_path, beir):
    with pytest.raises(UsageError, match="holds no collection; a collection is a BEIR folder"):
        open_collection(tmp_path)
    (beir / "qrels.tsv").unlink()
    with pytest.raises(
        UsageError, match=r"tiny has no qrels\.tsv or qrels/test\.tsv; a collection is"
    ):
        open_collection(beir)
    (beir / "qrels.tsv").write_bytes(b"\xff")
    with pytest.raises(UsageError, match="tiny cannot be read: 'utf-8' codec"):
        open_collection(beir)


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        (
            "qrels.tsv",
            "query-id\tcorpus-id\tscore\n7 a\n",
            "qrels.tsv, line 2: '7 a'; a line has a query's id",
        ),
        (
            "queries.jsonl",
            '{"_id": "7", "text": "x"}\n\n{"_id"\n',
            "queries.jsonl, line 3: not JSON: Expecting ':'",
        ),
        ("queries.jsonl", "[7]\n", "queries.jsonl, line 1: not a JSON object; a collection is"),
        ("queries.jsonl", '{"_id": 7, "text": " "}\n', "queries.jsonl, line 1: no text"),
        ("corpus.jsonl", '{"_id": 7, "title": "x"}\n', "corpus.jsonl, line 1: no text"),
        (
            "corpus.jsonl",
            '{"_id": 7, "text": "x"}\n{"_id": "7", "text": "y"}',
            "line 2: document 7 stands here a second time",
        ),
        (
            "questions.jsonl",
            '{"text": "how", "path": "a.md"}\n',
            "questions.jsonl, line 1: no query",
        ),
    ],
)
def test_a_wrong_line_is_named(beir, tmp_path, file, text, message):
    (beir / file).write_text(text)
    if file == "questions.jsonl":
        (beir / "corpus.jsonl").unlink()
    with pytest.raises(UsageError) as raised:
        open_collection(beir).write(tmp_path / "documents")
    assert message in str(raised.value)


def test_names_that_a_file_cannot_have_are_escaped():
    assert file_of("../x%") == "..%2Fx%25.txt"
