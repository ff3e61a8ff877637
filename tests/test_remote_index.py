"""An index in an object store, against a real server of S3 on the loopback interface."""

from __future__ import annotations

import gc
import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from search.errors import (
    IndexDamaged,
    IndexFailure,
    IndexLocked,
    NoIndex,
    NotAnIndex,
    RemoteFailure,
    UsageError,
)
from search.index import Index
from search.object_store.client import ObjectStore
from search.results import CheckState, Progress
from search.storage.catalog import Catalog
from search.storage.remote.cache import Cache
from search.storage.remote.home import RemoteHome
from search.storage.remote.lease import LEASE, Turn
from search.storage.remote.mirror import Mirror
from search.storage.remote.snapshots import POINTER
from search.storage.remote.table import RemoteTable
from search.storage.retention import Retention
from search.supply.model_choice import ModelChoice
from search.text.passages import PassageRules

from .settled import settle
from .toys import ToyEmbedder

if TYPE_CHECKING:
    from search.documents import Vectors


class WideEmbedder(ToyEmbedder):
    """A toy of other weights and dimensions."""

    name = "wide"
    revision = "2"
    dimensions = 7


class Impatient(ToyEmbedder):
    """A toy that raises KeyboardInterrupt before it would have embedded more than 60 texts."""

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        if len(self.embedded) + len(texts) > 60:
            raise KeyboardInterrupt
        return super().embed_passages(texts)


def embedder(name: str) -> ToyEmbedder:
    return {"starter": ToyEmbedder, "o/wide": WideEmbedder}[name]()


def opened(url: str, load: Callable[[str], ToyEmbedder] = embedder, **asked: str) -> Index:
    """The index at a URL; each call stands for another process."""
    return Index(url, ModelChoice(**asked), load, PassageRules(), ModelChoice())


def fresh(index: Index) -> Index:
    """The index, which looks for a newer snapshot now, and not within the next second."""
    index.home.look_again()
    return index


def names_in(url: str) -> set[str]:
    """The first parts of the names of all objects below a URL."""
    return {found.name.split("/")[0] for found in ObjectStore(url).objects()}


class TestVerbs:
    def test_ingest_and_query(self, store_url: str, notes: Path) -> None:
        with opened(store_url) as writer:
            report = writer.ingest([notes])
        assert (report.added, report.failed, report.warnings) == (4, (), ())
        with opened(store_url) as reader:
            hits = reader.query("radiators stay cold").hits
            status = reader.status()
        assert hits[0].path == str(notes / "house/boiler.md")
        assert (status.index, status.documents, status.health) == (store_url, 4, "ok")
        assert names_in(store_url) == {POINTER, LEASE, "files", "passages.lance"}

    def test_it_answers_as_a_local_index_does(
        self, store_url: str, notes: Path, index: Index
    ) -> None:
        settle(notes)
        index.ingest([notes])
        with opened(store_url) as remote:
            remote.ingest([notes])
        with opened(store_url) as remote:
            for text in ("tide", "rent notice", "oven dough", '"one year"', "boiler -pressure"):
                here, there = index.query(text), remote.query(text)
                assert there.hits == here.hits
            assert remote.document(notes / "sea.rst") == index.document(notes / "sea.rst")
            assert remote.check(notes / "sea.rst") == index.check(notes / "sea.rst")
            assert remote.newest() == index.newest()

    def test_a_second_run_reads_what_changed(self, store_url: str, notes: Path) -> None:
        with opened(store_url) as writer:
            writer.ingest([notes])
        (notes / "sea.rst").write_text("Reefs\n=====\n\nThe reef grows by a hand a year.\n")
        (notes / "house/lease.txt").unlink()
        with opened(store_url) as writer:
            report = writer.ingest()
        assert (report.changed, report.removed, report.unchanged) == (1, 1, 2)
        with opened(store_url) as reader:
            assert reader.query("reef").hits[0].path == str(notes / "sea.rst")
            assert reader.status().documents == 3

    def test_an_open_reader_moves_to_the_new_snapshot(self, store_url: str, notes: Path) -> None:
        with opened(store_url) as writer, opened(store_url) as reader:
            writer.ingest([notes])
            assert not reader.query("reef grows", mode="text").hits
            pulse = reader.pulse()
            (notes / "reef.md").write_text("# Reef\n\nThe reef grows by a hand a year.\n")
            writer.ingest()
            hits = fresh(reader).query("reef grows", mode="text").hits
            assert [hit.path for hit in hits] == [str(notes / "reef.md")]
            assert reader.pulse() != pulse

    def test_forget_and_move(self, store_url: str, notes: Path, tmp_path: Path) -> None:
        with opened(store_url) as writer:
            writer.ingest([notes])
            assert writer.forget(notes / "sea.rst") == 1
            shutil.move(notes, tmp_path / "moved")
            assert writer.move(notes, tmp_path / "moved").copied == 3
        with opened(store_url) as reader:
            assert [root.path for root in reader.status().roots] == [str(tmp_path / "moved")]

    def test_export_and_import(self, store_url: str, notes: Path, tmp_path: Path) -> None:
        with opened(f"{store_url}/a") as first:
            first.ingest([notes])
            first.export(tmp_path / "export")
        with opened(f"{store_url}/b") as second:
            assert second.import_(tmp_path / "export").documents == 4
        with opened(f"{store_url}/b") as reader:
            assert reader.query("tide").hits[0].path == str(notes / "sea.rst")

    def test_other_models(self, store_url: str, notes: Path) -> None:
        """Readers keep the table that their snapshot names, until a snapshot names the next."""
        with opened(store_url) as writer, opened(store_url) as reader:
            writer.ingest([notes])
            before = reader.query("tide").hits
            with opened(store_url, embedder="o/wide") as other:
                assert other.ingest(reembed=True).reembedded == 4
            assert names_in(store_url) == {POINTER, LEASE, "files", "passages-2.lance"}
            # The table that this reader has open is gone, so the query asks the next one.
            after = reader.query("tide").hits
            assert [hit.path for hit in after] == [hit.path for hit in before]

    def test_doctor(self, store_url: str, notes: Path) -> None:
        with opened(store_url) as writer:
            writer.ingest([notes])
        with opened(store_url) as reader:
            checks = {
                check.name: check.message for check in reader.doctor() if check.area == "index"
            }
        assert checks == {
            "catalogue": "it is whole: documents 4, passages 4",
            "documents": "no document is half done",
            "vectors": "every document has its vectors",
            "change": "no change of models is under way",
            "words": "the list of words is there",
            "roots": "1 root is there",
            "table": "all of it can be read: passages 4",
            "agreement": "the catalogue and the table name the same passages",
            "old versions": checks["old versions"],
            "copy": "the table is small enough to be copied here",
            "strays": "there is no table that nobody uses",
        }


class TestBadInput:
    def test_nothing_there(self, store_url: str) -> None:
        with opened(store_url) as reader, pytest.raises(NoIndex) as nothing:
            reader.query("tide")
        assert str(nothing.value) == (
            f"there is no index at {store_url}; run: docsearch ingest FOLDER"
        )

    def test_an_index_that_was_deleted(self, store_url: str, notes: Path) -> None:
        with opened(store_url) as reader:
            reader.ingest([notes])
            store = ObjectStore(store_url)
            store.delete([found.name for found in store.objects()])
            reader.home.look_again()
            with pytest.raises(NoIndex):
                reader.query("tide")

    def test_no_such_bucket(self, store_url: str, notes: Path) -> None:
        for verb in (lambda index: index.ingest([notes]), lambda index: index.status()):
            with opened("s3://nowhere/index") as index, pytest.raises(RemoteFailure) as refused:
                verb(index)
            assert str(refused.value).startswith("there is no such bucket (s3://nowhere/index: ")

    def test_other_objects(self, store_url: str, notes: Path) -> None:
        ObjectStore(store_url).create("photos/cat.png", b"")
        with opened(store_url) as index, pytest.raises(NotAnIndex) as refused:
            index.ingest([notes])
        assert str(refused.value) == (
            f"{store_url} holds other objects, such as photos/cat.png, and is not an index; "
            "name another prefix with --index"
        )
        assert names_in(store_url) == {"photos"}

    def test_a_wrong_path_leaves_nothing_behind(self, store_url: str, tmp_path: Path) -> None:
        with opened(store_url) as index, pytest.raises(UsageError):
            index.ingest([tmp_path / "missing"])
        assert names_in(store_url) == set()

    def test_nobody_listens(
        self, store_url: str, notes: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        monkeypatch.setattr("search.object_store.options.RETRIES", 1)
        with opened(store_url) as index, pytest.raises(RemoteFailure) as refused:
            index.ingest([notes])
        assert str(refused.value) == (
            f"the store cannot be reached ({store_url}: nothing listens there); check the network "
            "and the endpoint (AWS_ENDPOINT_URL), then run the command again"
        )

    def test_a_cache_that_cannot_be_made(
        self, store_url: str, notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with opened(store_url) as writer:
            writer.ingest([notes])
        (tmp_path / "file").touch()
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
        for verb in (lambda index: index.ingest([notes]), lambda index: index.status()):
            with opened(store_url) as index, pytest.raises(IndexFailure) as refused:
                verb(index)
            assert str(refused.value).startswith("the cache of this machine cannot be used: ")

    def test_a_newer_program_wrote_it(self, store_url: str) -> None:
        ObjectStore(store_url).create(POINTER, json.dumps({"format": 9}).encode())
        with opened(store_url) as index, pytest.raises(Exception, match="made by a newer"):
            index.status()


class Killed(BaseException):
    """Ends a run as a kill does: nothing of what follows it runs."""


def killed_ingest(url: str, paths: list[Path], after: int, cache: Path) -> None:
    """Ingest until so many tables were flushed, then leave everything as it is, the lease too."""
    index = opened(url)
    store = ObjectStore(url)
    home = RemoteHome(store, Cache(cache, url))
    index.home = index.opened.home = home
    turns = []
    enter = home._enter

    def dying(turn) -> None:
        turns.append(turn)
        publish, count = turn.publish, 0

        def publish_or_die(now: bool = True) -> None:
            nonlocal count
            count += 1
            if count > after:
                turn.publish = lambda now=True: None
                raise Killed
            publish(now)

        turn.publish = publish_or_die
        enter(turn)

    home._enter = dying
    with pytest.raises(Killed):
        index.ingest(paths)
    found = store.read(LEASE)
    # Its holder did not live to give the lease up, and that was a while ago.
    store.replace(LEASE, Turn("process 1 on desk", "dead", 1.0).as_bytes(), found[1])


class TestEndsOfWriters:
    @pytest.mark.parametrize("after", range(0, 4, 2))
    def test_a_killed_writer_costs_nothing(
        self, store_url: str, notes: Path, tmp_path: Path, after: int
    ) -> None:
        with opened(store_url) as writer:
            writer.ingest([notes / "sea.rst"])
        killed_ingest(store_url, [notes], after, tmp_path / "other machine")
        with opened(store_url) as reader:
            # Until somebody goes on, readers have the snapshot from before.
            assert reader.status().documents in (1, 4)
            assert reader.query("tide").hits[0].path == str(notes / "sea.rst")
        with opened(store_url) as writer:
            writer.ingest([notes])
        with opened(store_url) as reader:
            assert {hit.path for hit in reader.query("the", limit=50, min_score=0).hits} <= {
                str(path) for path in notes.rglob("*") if path.is_file()
            }
            assert reader.store.scan() == {
                entry.doc: entry.passages for entry in reader.catalog.entries()
            }
            assert (reader.status().documents, reader.status().health) == (4, "ok")

    def test_two_writers(self, store_url: str, notes: Path) -> None:
        with opened(store_url) as first, opened(store_url) as second:
            refusals = []

            def meanwhile(progress: Progress) -> None:
                if not refusals:
                    with pytest.raises(IndexLocked) as refused:
                        second.ingest([notes])
                    refusals.append(str(refused.value))

            first.ingest([notes], on_progress=meanwhile)
            assert "is writing to this index" in refusals[0]
            assert second.ingest([notes]).unchanged == 4

    def test_a_lost_lease_ends_the_run_before_a_commit(self, store_url: str, notes: Path) -> None:
        """Another writer took the lease over, went on and published."""
        with opened(store_url) as first:
            first.ingest([notes / "sea.rst"])
            store = ObjectStore(store_url)

            def lose(progress: Progress) -> None:
                found = store.read(LEASE)
                assert found is not None
                if b"thief" not in found[0]:
                    other = Turn("process 7 on desk", "thief", 9e12)
                    assert store.replace(LEASE, other.as_bytes(), found[1]) is not None
                    turn = first.home._turn
                    turn._lease._renewed = -1e9

            with pytest.raises(IndexLocked, match="lost its turn"):
                first.ingest([notes], on_progress=lose)
        with opened(store_url) as reader:
            assert reader.status().documents == 1
            assert reader.store.count() == 1

    def test_an_interrupted_run_publishes_what_it_stored(
        self, store_url: str, tmp_path: Path
    ) -> None:
        folder = tmp_path / "many"
        folder.mkdir()
        for number in range(12):
            words = " ".join(f"w{number}x{word}" for word in range(3000))
            (folder / f"{number}.md").write_text(f"# Part {number}\n\n{words}\n")
        impatient = Impatient()
        writer = opened(store_url, lambda name: impatient)
        with writer, pytest.raises(KeyboardInterrupt):
            writer.ingest([folder])
        with opened(store_url) as reader:
            stored = reader.status()
        assert (stored.documents, stored.pending) == (12, 0)
        assert stored.without_vectors
        with opened(store_url) as writer:
            report = writer.ingest()
        assert (report.completed, report.failed) == (stored.without_vectors, ())
        with opened(store_url) as reader:
            assert reader.status().health == "ok"
            counts = {entry.doc: entry.passages for entry in reader.catalog.entries()}
            assert reader.store.scan() == counts


class TestTheCache:
    def test_another_machine_fetches_and_finds_damage(
        self, store_url: str, notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with opened(store_url) as writer:
            writer.ingest([notes])
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "other"))
        store = ObjectStore(store_url)
        catalogue = json.loads(store.read(POINTER)[0])["files"]["catalog.sqlite"]
        found = store.read(f"files/{catalogue}")
        store.replace(f"files/{catalogue}", found[0][:-200], found[1])
        with opened(store_url) as reader, pytest.raises(Exception) as damage:
            reader.status()
        assert str(damage.value).startswith(f"a file of the index in {store_url} is damaged")

    def test_snapshots_beyond_the_limit_go(self, tmp_path: Path) -> None:
        cache = Cache(tmp_path, "s3://bucket/a", limit=10)
        for key in ("first", "second", "third"):
            with cache.adding(key) as new:
                cache.file(key).write_bytes(bytes(8))
                (new / "catalog.sqlite").hardlink_to(cache.file(key))
            let_an_hour_pass(tmp_path)
        assert sorted(path.name for path in tmp_path.glob("*/*")) == ["files", "third"]
        assert [path.name for path in tmp_path.glob("*/files/*")] == ["third"]

    def test_what_killed_processes_left_goes_after_a_day(self, tmp_path: Path) -> None:
        cache = Cache(tmp_path, "s3://bucket/a")
        with pytest.raises(KeyboardInterrupt), cache.adding("first"):
            raise KeyboardInterrupt
        old, young = cache.tables.parent / "new-old", cache.tables.parent / "new-young"
        for folder in (old, young):
            folder.mkdir()
            (folder / "catalog").write_bytes(b"half")
        os.utime(old, (time.time() - 90_000, time.time() - 90_000))
        with cache.adding("second"):
            pass
        assert sorted(path.name for path in old.parent.iterdir()) == ["new-young", "second"]

    def test_another_index_goes_where_there_is_no_room(self, tmp_path: Path) -> None:
        first, second = (Cache(tmp_path, url, limit=10) for url in ("s3://b/1", "s3://b/2"))
        (first.tables / "passages.lance").mkdir(parents=True)
        (first.tables / "passages.lance/rows").write_bytes(bytes(20))
        let_an_hour_pass(tmp_path)
        with second.adding("only") as new:
            second.file("only").write_bytes(bytes(8))
            (new / "catalog.sqlite").hardlink_to(second.file("only"))
        assert sorted(path.name for path in tmp_path.glob("*/*")) == ["files", "only"]


class TestCopiesOfTables:
    def copied(self, reader: Index) -> bool:
        """Wait until the table is copied; the process asks its second query."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            reader.query("tide")
            if reader.opened.state[2] != reader.path:
                return True
            time.sleep(0.05)
        return False

    def test_a_second_query_makes_a_copy(self, store_url: str, notes: Path) -> None:
        with opened(store_url) as writer:
            writer.ingest([notes])
        with opened(store_url) as reader:
            first = reader.query("tide").hits
            assert self.copied(reader)
            assert reader.query("tide").hits == first
            copy = Path(str(reader.opened.state[2]))
        # The copy serves the next process at once, also without the table in the store.
        store = ObjectStore(store_url)
        store.delete([each.name for each in store.objects("passages.lance/data")])
        with opened(store_url) as reader:
            assert reader.query("tide").hits == first
            # A damaged copy is not trusted, and nor is a store that lacks the files.
            for path in copy.glob("passages.lance/data/*"):
                path.write_bytes(bytes(path.stat().st_size))
        with opened(store_url) as reader, pytest.raises(IndexDamaged):
            reader.query("tide")

    def test_a_damaged_copy_is_left_for_the_store(self, store_url: str, notes: Path) -> None:
        with opened(store_url) as writer:
            writer.ingest([notes])
        with opened(store_url) as reader:
            first = reader.query("tide").hits
            assert self.copied(reader)
            copy = Path(str(reader.opened.state[2]))
        for path in copy.glob("passages.lance/data/*"):
            path.write_bytes(bytes(path.stat().st_size))
        with opened(store_url) as reader:
            assert reader.query("tide").hits == first

    def test_a_large_table_is_read_in_its_place(self, store_url: str, notes: Path) -> None:
        with opened(store_url) as writer:
            writer.ingest([notes])
        size = sum(found.size for found in ObjectStore(store_url).objects("passages.lance"))
        for cache_size, is_copied in ((1000, False), (2 * size, True)):
            home = Index.open(store_url, cache_size=cache_size).home
            assert isinstance(home, RemoteHome)
            version = home.place("passages").mark().version
            assert home._mirror.copy("passages", version) is is_copied
            assert bool(home.too_large(home.place("passages"))) is not is_copied
            checks = Index.open(store_url, cache_size=cache_size).doctor()
            assert [check.state for check in checks if check.name == "copy"] == [
                CheckState.OK if is_copied else CheckState.WARNING
            ]

    def test_old_versions_go(self, store_url: str, notes: Path, tmp_path: Path) -> None:
        mirror = Mirror(ObjectStore(store_url), tmp_path / "tables", 10**9)
        for number in range(2):
            (notes / f"{number}.md").write_text(f"# Reef {number}\n\nThe reef.\n")
            with opened(store_url) as writer:
                writer.ingest([notes])
                version = writer.home.place("passages").mark().version
            assert mirror.copy("passages", version)
            whole = [path.name for path in (tmp_path / "tables").glob("*.whole")]
            for path in (tmp_path / "tables").rglob("*"):
                os.utime(path, (time.time() - 3600,) * 2)
        assert mirror.find("passages", version) == tmp_path / "tables"
        assert len(whole) == 1


def let_an_hour_pass(home: Path) -> None:
    for path in [*home.glob("*/*"), *home.glob("*/files/*")]:
        os.utime(path, (time.time() - 3600,) * 2)


def test_queries_while_an_ingest_goes_on(store_url: str, tmp_path: Path) -> None:
    """Each query sees a catalogue and a table that belong together."""
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(5):
        (folder / f"{number}.md").write_text(f"# Part {number}\n\nThe tide turns.\n")
    with opened(store_url) as writer:
        writer.ingest([folder])
    faults: list[BaseException] = []
    done = threading.Event()

    def ask() -> None:
        try:
            with opened(store_url) as reader:
                while not done.is_set():
                    hits = fresh(reader).query("tide turns", limit=100).hits
                    assert len({hit.path for hit in hits}) >= 5
        except BaseException as error:
            faults.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        for turn in range(3):
            for number in range(5):
                text = f"# Part {number}\n\nThe tide turns, says writer {turn}.\n"
                (folder / f"{turn}-{number}.md").write_text(text)
            with opened(store_url) as writer:
                writer.ingest()
    finally:
        done.set()
        asking.join()
    assert faults == []


def test_a_reader_whose_version_went(
    store_url: str, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table was tidied up, and nothing is left of the version that the reader has open."""
    monkeypatch.setattr(
        RemoteTable, "retention", Retention(kept=1, grace=timedelta(milliseconds=1))
    )
    with opened(store_url) as writer, opened(store_url) as reader:
        writer.ingest([notes])
        assert reader.query("tide").hits
        version = reader.opened.place.pinned
        for number in range(3):
            (notes / f"{number}.md").write_text(f"# Reef {number}\n\nThe reef.\n")
            writer.ingest()
        manifest = f"passages.lance/_versions/{2**64 - 1 - version:020}.manifest"
        assert ObjectStore(store_url).head(manifest) is None
        hits = reader.query("reef", mode="text").hits
        assert len(hits) == 3
        assert reader.opened.place.pinned > version


def test_a_catalogue_that_another_one_follows_is_closed(tmp_path: Path) -> None:
    with Catalog.open(tmp_path, create=True):
        pass
    catalog = Catalog.open(tmp_path)
    connection = catalog._connection
    del catalog
    gc.collect()
    with pytest.raises(Exception, match="closed database"):
        connection.execute("SELECT 1")
