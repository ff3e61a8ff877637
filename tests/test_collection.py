"""Collections with known answers, as their files lie on the disk."""

import json

import pytest

from search.collection import Question, file_of, open_collection
from search.errors import UsageError


def lines(file, *rows):
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.fixture
def beir(tmp_path):
    folder = tmp_path / "tiny"
    folder.mkdir()
    texts = ("It rains.", "Snow\n\nIt snows.")
    lines(folder / "corpus.jsonl", *({"_id": f"a/{i}", "title": "Snow", "text": text} for i, text in enumerate(texts)))
    lines(folder / "queries.jsonl", {"_id": 7, "text": "white weather"}, {"_id": "8", "text": "not judged"})
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n7\ta/0\t2\n7\ta/1\t0\n")
    return folder


def test_a_beir_folder_and_its_documents_as_files(beir, tmp_path):
    collection = open_collection(beir)
    assert (collection.name, collection.folder) == ("tiny", None)
    assert collection.questions == (Question("7", "white weather", {"a%2F0.txt": 2}),)
    collection.write(tmp_path / "documents")
    written = {file.name: file.read_text() for file in (tmp_path / "documents").iterdir()}
    assert written == {"a%2F0.txt": "Snow\n\nIt rains.\n", "a%2F1.txt": "Snow\n\nIt snows.\n"}


def test_questions_inside_and_beside_their_folder(tmp_path):
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


def test_what_is_no_collection(tmp_path, beir):
    with pytest.raises(UsageError, match="holds no collection; a collection is a BEIR folder"):
        open_collection(tmp_path)
    (beir / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n7 a\n")
    with pytest.raises(UsageError, match="is a damaged collection: ValueError"):
        open_collection(beir)


def test_names_that_a_file_cannot_have():
    assert file_of("../x%") == "..%2Fx%25.txt"
