"""A hit has the viewer's page number, and beside it the label that the document gives the page."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from search.index import Index
from search.results import Hit
from search.storage.catalog import Catalog
from search.storage.entries import doc_id
from tui.app.hit_labels import short_place
from tui.output import place

from .test_readers_pdf import labelled, pdf


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    file = tmp_path / "papers" / "rent.pdf"
    file.parent.mkdir()
    file.write_bytes(
        labelled(["The rent"], ["The tide in the harbour"], ["The sourdough oven"], ["Two"])
    )
    return file


def best(index: Index, text: str) -> Hit:
    return index.query(text, limit=1).hits[0]


def test_a_hit_shows_the_pages_number_and_label(index: Index, paper: Path) -> None:
    index.ingest([paper.parent])
    hit = best(index, "sourdough oven")
    assert (hit.page, hit.page_label) == (3, "A-7")
    assert place(hit, hit.path) == f"{paper}, page 3 (A-7)"
    assert short_place(hit) == "papers/rent.pdf p.3 (A-7)"
    assert (best(index, "rent").page, best(index, "rent").page_label) == (1, "i")
    assert place(replace(hit, page_label=None), hit.path) == f"{paper}, page 3"
    assert datetime.now(UTC) > datetime.fromisoformat(hit.modified)


def test_a_page_without_a_label_of_its_own_has_none(index: Index, paper: Path) -> None:
    paper.write_bytes(pdf(["The rent"], ["The tide"]))
    index.ingest([paper.parent])
    assert (best(index, "tide").page, best(index, "tide").page_label) == (2, None)


def test_labels_follow_copies_changes_and_forgetting(index: Index, paper: Path) -> None:
    index.ingest([paper.parent])
    copy = paper.with_name("copy.pdf")
    shutil.copy(paper, copy)
    assert index.ingest([paper.parent]).copied == 1
    labels = index.catalog.page_labels
    assert (
        labels.of(doc_id(str(copy))) == labels.of(doc_id(str(paper))) == ("i", "ii", "A-7", "A-8")
    )
    copy.write_bytes(pdf(["The rent"]))
    index.ingest([paper.parent])
    assert labels.of(doc_id(str(copy))) == ()
    index.forget(paper)
    assert labels.of(doc_id(str(paper))) == ()


def test_only_labels_that_differ_from_the_number_are_stored(tmp_path: Path) -> None:
    with Catalog.open(tmp_path / "c", create=True) as catalog:
        catalog.page_labels.put(7, ("1", "2", "iii"))
        assert catalog.page_labels.at([(7, 1), (7, 3), (8, 3)]) == {(7, 3): "iii"}
        assert catalog.page_labels.of(7) == ("1", "2", "iii")
        catalog.page_labels.put(7, ())
        assert catalog.page_labels.of(7) == ()
