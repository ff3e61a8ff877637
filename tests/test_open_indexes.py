"""Indexes and models that stay open in a process that answers many queries."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from search import Index
from search.errors import NoIndex
from search.models import loaded
from search.models.loaded import LoadedModels
from search.open_indexes import MOST_INDEXES, OpenIndexes


@pytest.fixture
def folder(tmp_path: Path, notes: Path) -> Path:
    """An index of the notes, with the model of the package."""
    with Index.open(tmp_path / "index") as index:
        index.ingest([notes])
    return tmp_path / "index"


def test_an_index_and_its_models_are_opened_once(folder: Path) -> None:
    indexes = OpenIndexes()
    with indexes.open(folder) as first:
        first.query("tide", rerank=False)
    with indexes.open(folder) as second, indexes.open(folder, reranker="starter") as other:
        assert second is first
        assert other is not first
        assert other.embedder is first.embedder
    assert (indexes.folders, indexes.models.names) == ((str(folder),), ("starter",))
    indexes.clear()
    assert (indexes.folders, indexes.models.names) == ((), ())


def test_an_index_that_is_replaced_or_deleted_is_opened_anew(folder: Path, tmp_path: Path) -> None:
    indexes = OpenIndexes()
    with indexes.open(folder) as before:
        assert before.query("tide", mode="text").hits
    (tmp_path / "others").mkdir()
    (tmp_path / "others/soup.md").write_text("Simmer the leeks.\n")
    with Index.open(tmp_path / "new") as new:
        new.ingest([tmp_path / "others"])
    shutil.rmtree(folder)
    os.rename(tmp_path / "new", folder)
    with indexes.open(folder) as after:
        assert after is not before
        assert [hit.title for hit in after.query("leeks", mode="text").hits] == ["soup"]
    shutil.rmtree(folder)
    with indexes.open(folder) as nothing, pytest.raises(NoIndex):
        nothing.query("leeks", mode="text")


def test_an_index_in_use_is_closed_by_its_last_user(folder: Path) -> None:
    indexes = OpenIndexes()
    with indexes.open(folder) as one:
        one.status()
        with indexes.open(folder) as same:
            indexes.clear()
            assert same is one
            assert one.opened._catalog.part is not None
        assert one.opened._catalog.part is not None
    assert one.opened._catalog.part is None


def test_only_the_indexes_used_last_stay_open(tmp_path: Path) -> None:
    indexes = OpenIndexes()
    for number in range(MOST_INDEXES + 3):
        with indexes.open(tmp_path / str(number)):
            pass
    kept = range(3, MOST_INDEXES + 3)
    assert indexes.folders == tuple(sorted(str(tmp_path / str(number)) for number in kept))


def test_a_model_whose_files_change_is_loaded_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads: list[str] = []

    def load(name: str, backend: str) -> object:
        loads.append(name)
        return object()

    monkeypatch.setattr(loaded, "load_embedder", load)
    file = tmp_path / "weights"
    file.write_text("one")
    models = LoadedModels()
    first = models.embedder(str(tmp_path), "cpu")
    assert models.embedder(str(tmp_path), "cpu") is first
    assert models.are_current
    file.write_text("another")
    assert not models.are_current
    models.clear()
    assert models.embedder(str(tmp_path), "cpu") is not first
    shutil.rmtree(tmp_path)
    assert not models.are_current
    assert loads == [str(tmp_path)] * 2
