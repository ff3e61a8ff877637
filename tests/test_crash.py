"""The catalogue and the table agree again after a crash.

A kill may come at any moment, and a power cut may tear a file: the next opening mends the index.
"""

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np

from search.documents import File, Passage, Row
from search.storage.catalog import Catalog
from search.storage.durability import Durability
from search.storage.entries import Entry, EntryState, doc_id
from search.storage.lock import WriterLock
from search.storage.writable_store import WritableStore

HERE = Path(__file__).parent.parent
WIDTH = 8
KILLS = 12

WRITER = """
import os, random, signal, sys, threading
from pathlib import Path
from search.storage.catalog import Catalog
from search.storage.entries import EntryState, doc_id
from search.storage.lock import WriterLock
from search.storage.store import Store
from search.storage.writable_store import WritableStore
from tests.test_crash import WIDTH, add, remove
folder, seed = Path(sys.argv[1]), int(sys.argv[2])
with Catalog.open(folder, create=True) as catalog, WriterLock(folder):
    store = WritableStore(folder, WIDTH)
    chance = random.Random(seed)
    sys.stdin.readline()
    threading.Timer(chance.uniform(0.0, 0.5), os.kill, (os.getpid(), signal.SIGKILL)).start()
    while True:
        paths = [f"/d/{number}" for number in chance.sample(range(40), 6)]
        draw = chance.random()
        if draw < 0.7:
            add(catalog, store, {path: chance.randrange(0, 12) for path in paths})
        elif draw < 0.9:
            remove(catalog, store, paths)
        else:
            store.maintain()
"""


def entry(path, passages, state, version=0):
    file = File(path, "/d", 1, 1, 1, 1)
    return Entry(file, doc_id(path), content=path, passages=passages, state=state, version=version)


def row(path, ordinal):
    passage = Passage(ordinal, f"passage {ordinal} of {path}", (), None, 1, 1, 0, 10)
    return Row(doc_id(path), passage, passage.text, np.ones(WIDTH, dtype=np.float32))


def add(catalog, store, counts):
    """Store a batch of documents as an ingest does; `counts` is path → number of passages."""
    catalog.put(entry(path, number, EntryState.PENDING) for path, number in counts.items())
    store.upsert(
        [row(path, ordinal) for path, number in counts.items() for ordinal in range(number)]
    )
    store.trim({doc_id(path): number for path, number in counts.items()})
    store.sync()
    catalog.put(
        entry(path, number, EntryState.COMPLETE, store.version) for path, number in counts.items()
    )


def remove(catalog, store, paths):
    """Remove documents as an ingest does whose files are gone."""
    catalog.set_state(paths, EntryState.PENDING)
    store.delete([doc_id(path) for path in paths])
    store.sync()
    catalog.remove(paths)


def states(catalog):
    return {found.file.path: found.state for found in catalog.entries()}


def writer(folder, seed):
    command = [sys.executable, "-c", WRITER, str(folder), str(seed)]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=HERE
    )


def test_a_kill_at_any_moment_leaves_catalogue_and_table_in_agreement(tmp_path):
    folder = tmp_path / "index"
    complete_count = 0
    for seed in range(KILLS):
        process = writer(folder, seed)
        _, errors = process.communicate("go\n")
        assert process.returncode == -signal.SIGKILL, errors
        with Catalog.open(folder, write=True) as catalog, WriterLock(folder):
            store = WritableStore(folder, WIDTH)
            stored = store.counts()
            entries = {found.doc: found for found in catalog.entries()}
            assert store.healed_to is None
            assert stored.keys() <= entries.keys()
            complete = {
                doc: found for doc, found in entries.items() if found.state is EntryState.COMPLETE
            }
            assert {doc: stored.get(doc, 0) for doc in complete} == {
                doc: found.passages for doc, found in complete.items()
            }
            for doc, found in complete.items():
                assert [passage.ordinal for passage in store.passages(doc)] == list(
                    range(found.passages)
                )
            assert len(store.nearest(np.ones(WIDTH, dtype=np.float32), 1000)) == sum(
                stored.values()
            )
            assert len(store.matching([(1.0, "passage")], 1000)) == sum(stored.values())
            assert catalog.reconcile(stored) == frozenset()
            complete_count += len(complete)
            # The next run completes the documents that were left pending.
            pending = [
                found.file.path for found in entries.values() if found.state is EntryState.PENDING
            ]
            add(catalog, store, dict.fromkeys(pending, 3))
            assert set(states(catalog).values()) <= {EntryState.COMPLETE}
    assert complete_count > KILLS


def test_a_torn_version_makes_its_documents_pending(tmp_path):
    folder = tmp_path / "index"
    with Catalog.open(folder, create=True) as catalog, WriterLock(folder):
        store = WritableStore(folder, WIDTH)
        add(catalog, store, {"/d/old": 2})
        add(catalog, store, {"/d/new": 3, "/d/empty": 0})
        newest = min((folder / "passages.lance" / "_versions").glob("*.manifest"))
        newest.write_bytes(bytes(newest.stat().st_size))

        healed = WritableStore(folder, WIDTH)
        assert healed.healed_to == healed.version == store_version(catalog, "/d/old")
        assert catalog.mark_pending_after(healed.healed_to) == 2
        assert states(catalog) == {"/d/empty": "pending", "/d/new": "pending", "/d/old": "complete"}
        assert healed.counts() == {doc_id("/d/old"): 2}

        add(catalog, healed, {"/d/new": 3, "/d/empty": 0})
        reopened = WritableStore(folder, WIDTH)
        assert (reopened.healed_to, reopened.counts()) == (
            None,
            {doc_id("/d/old"): 2, doc_id("/d/new"): 3},
        )


def test_a_deletion_that_was_torn_comes_back_as_an_orphan(tmp_path):
    folder = tmp_path / "index"
    with Catalog.open(folder, create=True) as catalog, WriterLock(folder):
        store = WritableStore(folder, WIDTH)
        add(catalog, store, {"/d/kept": 2, "/d/gone": 3})
        remove(catalog, store, ["/d/gone"])
        newest = min((folder / "passages.lance" / "_versions").glob("*.manifest"))
        newest.write_bytes(b"")

        healed = WritableStore(folder, WIDTH)
        assert catalog.mark_pending_after(healed.healed_to) == 0
        orphans = catalog.reconcile(healed.counts())
        assert orphans == {doc_id("/d/gone")}
        healed.delete(orphans)
        healed.sync()
        assert healed.counts() == {doc_id("/d/kept"): 2}
        assert states(catalog) == {"/d/kept": "complete"}


def test_torn_files_of_a_version_that_never_was_are_removed(tmp_path):
    folder = tmp_path / "index"
    with Catalog.open(folder, create=True) as catalog, WriterLock(folder):
        store = WritableStore(folder, WIDTH)
        add(catalog, store, {"/d/old": 2})
        table = folder / "passages.lance"
        whole = {path for path in table.rglob("*") if path.is_file()}
        index = table / "_indices" / "5f36d551-d01f-4169-8a2e-73c6382714a4"
        index.mkdir()
        torn = [table / "data" / "0101.lance", index / "page_data.lance", table / ".tmpAb12"]
        for path in torn:
            path.write_bytes(bytes(10))
        assert Durability(folder, "passages").is_damaged()

        again = WritableStore(folder, WIDTH)
        assert not Durability(folder, "passages").is_damaged()
        assert (again.healed_to, again.counts()) == (None, {doc_id("/d/old"): 2})
        assert whole <= {path for path in table.rglob("*") if path.is_file()}
        assert not any(path.exists() for path in (*torn, index))


def test_files_that_a_killed_writer_left_are_taken_from_others(tmp_path):
    folder = tmp_path / "index"
    with Catalog.open(folder, create=True) as catalog, WriterLock(folder):
        add(catalog, WritableStore(folder, WIDTH), {"/d/old": 2})
        left = folder / "passages.lance" / "_deletions" / "6-15-1.arrow"
        left.parent.mkdir(exist_ok=True)
        left.write_bytes(b"ARROW1\0\0words ARROW1")
        left.chmod(0o644)
        WritableStore(folder, WIDTH)
        assert left.stat().st_mode & 0o777 == 0o600


def test_a_torn_file_of_a_flushed_version_is_kept_and_told(tmp_path):
    folder = tmp_path / "index"
    with Catalog.open(folder, create=True) as catalog, WriterLock(folder):
        store = WritableStore(folder, WIDTH)
        add(catalog, store, {"/d/old": 2})
        (data,) = (folder / "passages.lance" / "data").glob("*.lance")
        of_index = next((folder / "passages.lance" / "_indices").rglob("*.lance"))
        for path in (data, of_index):
            path.write_bytes(bytes(path.stat().st_size))
        disk = Durability(folder, "passages")
        disk.remove_strays()
        assert (disk.is_damaged(), data.exists(), of_index.exists()) == (True, True, True)


def store_version(catalog, path):
    return catalog.entry(path).version
