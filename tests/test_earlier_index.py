"""An index made by an earlier version opens, answers as it did, and takes new documents.

The fixture is an index of four documents below /tmp/earlier/notes, made with the starter profile at
the last commit before the modules were moved into folders, and what `docsearch query --json`
answered then. One score is that of today's weight of words.
"""

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from search import Hit, Index

FIXTURES = Path(__file__).parent / "fixtures"
ANSWERS = json.loads((FIXTURES / "earlier_index.json").read_text())


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with tarfile.open(FIXTURES / "earlier_index.tar.xz") as archive:
        archive.extractall(tmp_path, filter="data")
    with Index.open(tmp_path / "index", backend="cpu") as index:
        yield index


def as_answered(hit: Hit) -> dict[str, object]:
    """The fields of a hit that the fixture has, as JSON has them."""
    names = ("id", "path", "title", "modified", "char_start", "char_end", "text")
    return {
        **{name: getattr(hit, name) for name in names},
        "highlights": [list(highlight) for highlight in hit.highlights],
        "sentence": list(hit.sentence) if hit.sentence else None,
        # The fixture was reranked in float32.
        "score": pytest.approx(hit.score, abs=0.03),
    }


@pytest.mark.parametrize("query", ANSWERS)
def test_queries_are_answered_as_before(index: Index, query: str) -> None:
    assert ANSWERS[query] == [as_answered(hit) for hit in index.query(query).hits]


def test_new_documents_join_the_old_ones(index: Index, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "bread.md").write_text("# Bread\n\nBake the dough in a hot oven.\n")
    report = index.ingest([tmp_path / "new"])
    assert (report.added, report.passages, report.failed) == (1, 1, ())
    assert index.status().documents == 5
    assert index.query("how do I bake dough").hits[0].path == str(tmp_path / "new" / "bread.md")
    assert index.query("tide").hits[0].path == "/tmp/earlier/notes/sea.rst"


def by_beginning(index: Index) -> tuple[list[str], tuple[str, ...]]:
    """The paths that a query for a beginning of words finds, and its warnings.

    Whether the folder of the fixture is there depends on the machine, and so does its warning.
    """
    result = index.query("radia* harb*", mode="text")
    away = "/tmp/earlier/notes is not there now; 2 hits are from it"
    told = tuple(line for line in result.warnings if line != away)
    return [hit.path for hit in result.hits], told


def words_files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*words*"))


def test_its_vocabulary_is_read_until_the_next_write_makes_one_for_its_table(
    index: Index, tmp_path: Path
) -> None:
    (tmp_path / "index").chmod(0o700)
    paths, warnings = by_beginning(index)
    assert (len(paths), warnings) == (2, ())
    assert "its list of words" not in index.status().health
    index.ingest()
    assert by_beginning(index) == (paths, ())
    index.ingest()
    assert by_beginning(index) == (paths, ())
    assert words_files(tmp_path / "index") == ["passages.words"]


def test_its_vocabulary_that_is_damaged_warns_until_the_next_write(
    index: Index, tmp_path: Path
) -> None:
    (tmp_path / "index").chmod(0o700)
    file = tmp_path / "index" / "words.sqlite"
    whole = file.read_bytes()
    file.write_bytes(whole[:4096] + bytes(len(whole) - 4096))
    (tmp_path / "index" / "words.sqlite-journal").write_bytes(b"left by a killed writer")
    paths, (warning,) = by_beginning(index)
    assert (paths, "words.sqlite is damaged" in warning) == ([], True)
    assert "its list of words is missing or damaged" in index.status().health
    index.ingest()
    assert (len(by_beginning(index)[0]), by_beginning(index)[1]) == (2, ())
    index.ingest()
    assert words_files(tmp_path / "index") == ["passages.words"]


def test_its_vocabulary_that_is_missing_warns_until_the_next_write(
    index: Index, tmp_path: Path
) -> None:
    (tmp_path / "index" / "words.sqlite").unlink()
    paths, (warning,) = by_beginning(index)
    assert (paths, "passages.words is missing" in warning) == ([], True)
    index.ingest()
    assert (len(by_beginning(index)[0]), by_beginning(index)[1]) == (2, ())
