"""Folders that were moved, and hits in folders that are missing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from search import Index, RootRules
from search.errors import UsageError

from .toys import ToyEmbedder


def moved(index: Index, notes: Path) -> Path:
    """The notes, ingested and then moved to another folder."""
    index.ingest([notes], rules=RootRules(exclude=("*.log",)))
    new = notes.with_name("archive") / "notes"
    new.parent.mkdir()
    shutil.move(notes, new)
    return new


def test_a_moved_root_keeps_its_vectors_and_its_rules(
    index: Index, notes: Path, embedder: ToyEmbedder
) -> None:
    new = moved(index, notes)
    embedder.embedded.clear()
    report = index.move(notes, new)
    assert (report.copied, report.added, report.failed, embedder.embedded) == (4, 0, (), [])
    assert [root.path for root in index.status().roots] == [str(new)]
    assert [root.exclude for root in index.catalog.roots()] == [("*.log",)]
    assert {entry.file.path for entry in index.catalog.entries()} == {
        str(path) for path in new.rglob("*") if path.is_file()
    }
    assert index.store.count() == sum(entry.passages for entry in index.catalog.entries())


def test_an_ingest_recognises_a_root_that_was_moved(index: Index, notes: Path) -> None:
    new = moved(index, notes)
    (new / "fresh.md").write_text("# Fresh\n\nA new oven.\n")
    report = index.ingest([new])
    assert report.warnings == (
        f"{new} looks like {notes}, moved: docsearch move {notes} {new} keeps everything",
    )
    assert index.move(notes, new).unchanged == 5
    assert index.ingest([new]).warnings == ()
    assert [root.path for root in index.status().roots] == [str(new)]


def test_another_folder_is_not_taken_for_a_missing_one(
    index: Index, notes: Path, tmp_path: Path
) -> None:
    moved(index, notes)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "sea.rst").write_text("Tides\n=====\n\nAnother sea.\n")
    assert index.ingest([tmp_path / "other"]).warnings == ()


def test_a_wrong_move_is_refused_and_changes_nothing(
    index: Index, notes: Path, tmp_path: Path
) -> None:
    index.ingest([notes])
    (tmp_path / "other").mkdir()
    with pytest.raises(UsageError, match="is still there, so it was not moved"):
        index.move(notes, tmp_path / "other")
    with pytest.raises(UsageError, match="the index has no folder"):
        index.move(tmp_path / "nothing", tmp_path / "other")
    shutil.move(notes, tmp_path / "archive")
    with pytest.raises(UsageError, match=r"most files of .* are not in"):
        index.move(notes, tmp_path / "other")
    with pytest.raises(UsageError, match="does not exist"):
        index.move(notes, tmp_path / "nowhere")
    assert index.status().documents == 4


def test_a_hit_in_a_missing_root_is_told(index: Index, notes: Path) -> None:
    moved(index, notes)
    result = index.query("harbour tide", mode="text")
    assert [hit.path for hit in result.hits] == [str(notes / "sea.rst")]
    assert result.warnings == (f"{notes} is not there now; 1 hit is from it",)


def test_an_existing_copy_is_shown_before_a_missing_one(index: Index, notes: Path) -> None:
    new = moved(index, notes)
    index.ingest([new])
    result = index.query("harbour tide", mode="text")
    assert [(hit.path, hit.copies) for hit in result.hits] == [
        (str(new / "sea.rst"), (str(notes / "sea.rst"),))
    ]
    assert result.warnings == ()
