"""The parts of an ingest on a cluster that need no cluster."""

from __future__ import annotations

import os
import pickle
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from search.cluster import parcels
from search.cluster.connection import check_address, connected
from search.cluster.dataset import StagingDataset
from search.cluster.file_notes import FileNote, Outcome
from search.cluster.orders import StageOrder
from search.cluster.parcels import Ordered, Parcel, parcels_of, waves_of
from search.cluster.ray_errors import failure_of
from search.cluster.staged import (
    Staged,
    message_of,
    staged_passages,
    staged_schema,
    staged_table,
    with_vectors,
)
from search.cluster.taking_in import TakingIn
from search.documents import File, Message, Passage, Reason, Row
from search.errors import ClusterFailure, ModelMismatch, UsageError
from search.index import Index
from search.ingest.tally import Tally
from search.results import IndexModels
from search.storage.entries import Entry, EntryState, doc_id
from search.text.passage_rules import PassageRules

NOT_UTF8 = os.fsdecode(b"/notes/caf\xe9.txt")


def file(name: str, size: int) -> File:
    return File(f"/notes/{name}", "/notes", size, 1, 2, 2**63 + 5)


def sizes(bundles: Iterable[tuple[Ordered, ...]]) -> list[list[int]]:
    return [[ordered.file.size for ordered in bundle] for bundle in bundles]


def test_files_are_bundled_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    files = [Ordered(file(str(number), size)) for number, size in enumerate((40, 50, 30, 200, 10))]
    monkeypatch.setattr(parcels, "PARCEL_BYTES", 100)
    bundled = [parcel.files for parcel in parcels_of(files)]
    assert sizes(bundled) == [[40, 50], [30], [200], [10]]
    assert sizes(waves_of(files, lambda: 120)) == [[40, 50, 30], [200], [10]]
    assert sizes(waves_of(files, lambda: 500)) == [[40, 50, 30, 200, 10]]
    # A cluster that grows gets larger waves.
    growing = iter([40, 200, 1000])
    assert sizes(waves_of(files, lambda: next(growing))) == [[40], [50, 30], [200, 10]]
    monkeypatch.setattr(parcels, "PARCEL_FILES", 1)
    assert len(list(parcels_of(files))) == 5
    assert list(parcels_of([])) == []


def test_a_parcel_arrives_as_it_was_sent() -> None:
    parcel = Parcel((Ordered(File(NOT_UTF8, "/notes", 3, 1, 2, 3, True), "abc"),))
    assert Parcel.decoded(parcel.encoded()) == parcel


@pytest.mark.parametrize(
    "note",
    [
        FileNote(
            Outcome.DOCUMENT,
            Entry(file("a", 9), 5, "abc", "pdf", "Title \udce9", 3, 0, EntryState.COMPLETE),
            ("left out: 1 menu",),
            ("i", "ii"),
        ),
        FileNote(
            Outcome.UNREADABLE,
            Entry(
                File(NOT_UTF8, "/notes", 3, 1, 2, 3),
                doc_id(NOT_UTF8),
                reason=Reason.CORRUPT,
                message="it is torn",
            ),
        ),
    ],
)
def test_a_note_arrives_as_it_was_sent(note: FileNote) -> None:
    assert FileNote.decoded(note.encoded()) == note


def test_rows_of_passages_and_of_notes_alone() -> None:
    schema = staged_schema(2)
    passage = Passage(0, "text", ("House",), None, 1, 1, 0, 4, 0, "")
    message = Message(1, 0, "Offer \udce9", None)
    note = FileNote(Outcome.SAME, Entry(file("a", 9), 5))
    table = staged_table(
        [Staged(Row(5, passage, "text", None), message, note), Staged(None, note=note)], schema
    )
    assert table.schema == schema
    assert table["id"].to_pylist() == ["0000000000000005-0", None]
    assert table["note"].to_pylist() == [note.encoded()] * 2
    assert message_of(table["message"][0].as_py()) == message
    places, passages = staged_passages(table)
    assert (places, passages) == ([0], [passage])
    import numpy as np

    embedded = with_vectors(table, places, [np.array([0.6, 0.8], np.float32)], [7])
    assert embedded.schema == schema
    assert embedded["tokens"].to_pylist() == [7, None]
    assert embedded["vector"].type == pa.list_(pa.float16(), 2)
    assert embedded["vector"].is_null().to_pylist() == [False, True]


@pytest.mark.parametrize("address", ["local", "auto", "head:6379", "10.0.0.1:1", "[::1]:6379"])
def test_addresses(address: str) -> None:
    check_address(address)


@pytest.mark.parametrize(
    "address", ["", "head", "http://head:6379", "ray://head:10001", "~/notes", "head:6379/x"]
)
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(UsageError):
        check_address(address)


class FailingRay:
    """A Ray that cannot connect."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.is_left = False

    def is_initialized(self) -> bool:
        return False

    def init(self, **options: object) -> None:
        raise self.error

    def shutdown(self) -> None:
        self.is_left = True


@pytest.mark.parametrize(
    ("address", "error", "message"),
    [
        ("auto", ConnectionError("Could not find\nany"), "no Ray cluster runs on this machine"),
        (
            "local",
            RuntimeError("Version mismatch: 2.50\nand 2.60"),
            "Ray at local cannot be used: Version mismatch: 2.50",
        ),
    ],
)
def test_a_cluster_that_refuses(
    address: str, error: Exception, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ray = FailingRay(error)
    monkeypatch.setattr("search.cluster.connection.import_module", lambda name: ray)
    with pytest.raises(ClusterFailure) as caught, connected(address):
        pass
    assert str(caught.value) == (
        f"{message}; see docs/scale.md, or leave out --ray to ingest on this machine"
    )
    assert ray.is_left


def test_an_error_of_docsearch_comes_out_of_what_ray_raises() -> None:
    inner = ModelMismatch("a worker has other weights", "put the same model there")
    task = RuntimeError("ray::EmbedStage")
    task.cause = inner  # type: ignore[attr-defined]
    outer = ValueError("the dataset failed")
    outer.__cause__ = task
    assert failure_of(outer, "the cluster could not finish") is inner
    other = failure_of(ValueError("task 1 failed\n\n  a fault of Ray \n"), "it could not finish")
    assert (type(other), str(other)) == (
        ClusterFailure,
        "it could not finish: a fault of Ray; "
        "run docsearch ingest again, which goes on where it ended",
    )
    assert str(pickle.loads(pickle.dumps(inner))) == str(inner)


def test_a_worker_with_other_weights_refuses() -> None:
    models = IndexModels(
        "starter", "starter", "", "bge", "0" * 16, 384, "", "", 256, 32, 24, "float32"
    )
    with pytest.raises(ModelMismatch) as caught:
        StageOrder(PassageRules(), models, "cpu", None).embedder()
    assert str(caught.value).startswith("a worker of the cluster has other weights of bge (")
    assert str(caught.value).endswith("put the same model on all machines")


def test_passages_that_a_cluster_lost_are_not_called_complete(index: Index, notes: Path) -> None:
    index.ingest([notes])
    (entry, *_) = index.catalog.entries(str(notes))
    before = list(index.catalog.entries(str(notes)))
    lost = replace(entry, passages=entry.passages + 1)
    taking_in = TakingIn(index.catalog, lambda: index.store, Tally(1, 1))
    with pytest.raises(ClusterFailure) as caught:
        taking_in.take(LostDataset(FileNote(Outcome.DOCUMENT, lost), entry.passages))
    assert str(caught.value) == (
        f"the cluster lost passages of {entry.file.path}; run docsearch ingest again"
    )
    assert list(index.catalog.entries(str(notes))) == before


class LostDataset(StagingDataset):
    """A staging dataset with fewer passages than its note tells."""

    def __init__(self, note: FileNote, passages: int) -> None:
        self.note = note
        self.count = passages

    def notes(self) -> Iterator[FileNote]:
        yield self.note

    def totals(self) -> tuple[Counter[int], Counter[int]]:
        return Counter({self.note.entry.doc: self.count}), Counter()
