"""The status of an index whose passages are missing, and the pulse that tells of other writers."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from search import Index
from search.storage.lock import WriterLock
from search.text.passages import PassageRules

from .conftest import ToyEmbedder


@pytest.mark.parametrize("lost", ["passages.lance", "passages.lance/data"])
def test_an_index_without_its_passages_is_called_damaged(
    index: Index, notes: Path, lost: str
) -> None:
    index.ingest([notes])
    assert index.status().health == "ok"
    shutil.rmtree(Path(index.path) / lost)
    assert index.status().health == (
        "it is damaged: files of its passages are missing; run: docsearch ingest; "
        "if that does not help, delete the index folder and ingest again"
    )


def test_the_pulse_changes_with_what_others_write(
    index: Index, notes: Path, tmp_path: Path, embedder: ToyEmbedder
) -> None:
    index.ingest([notes])
    first = index.pulse()
    assert index.pulse() == first
    with WriterLock(index.path):
        assert index.pulse() == (first[0], f"process {os.getpid()}")
    assert index.pulse() == first
    (notes / "new.md").write_text("# New\n\nRent.\n")
    with Index(str(tmp_path / "index"), None, lambda name: embedder, PassageRules()) as other:
        other.ingest([notes])
    assert index.pulse()[0] != first[0]
