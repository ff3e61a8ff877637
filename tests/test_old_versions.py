"""Old versions of the table are bounded by number and age, also with readers and after kills."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import lancedb
import pytest

from search.errors import IndexDamaged
from search.index import Index
from search.storage.durability import Durability
from search.storage.lance import preload_native
from search.storage.lance_reader import LanceReader
from search.storage.native_reader import NativeReader
from search.storage.retention import RETENTION, Retention
from search.storage.store import Store
from search.storage.writable_store import WritableStore
from search.text.passages import PassageRules

from .test_store import AXES, WIDTH, manifests, row
from .toys import ToyEmbedder

HERE = Path(__file__).parent.parent
EAGER = Retention(kept=2, fewest=6, most=6)


def table_files(folder):
    return [path for path in (folder / "passages.lance").rglob("*") if path.is_file()]


def opened(folder):
    return Index(str(folder), None, lambda name: ToyEmbedder(), PassageRules())


class TestRetention:
    def test_ages_are_seconds_newest_first(self):
        day = timedelta(days=1).total_seconds()
        assert not Retention().has_too_old([])
        # The newest version is the table itself, whatever its age.
        assert not Retention().has_too_old([2 * day])
        assert not Retention().has_too_old([2 * day, day])
        assert Retention().has_too_old([0.0, day + 1])
        assert not Retention().is_exceeded([0.0] * 50, 0)
        assert Retention().is_exceeded([0.0] * 51, 0)
        assert not Retention().is_exceeded([0.0] * 51, 50)

    def test_the_newest_versions_stay_unless_they_are_old(self):
        ages = [float(age) for age in range(0, 2000, 10)]
        assert Retention(kept=20).cut(ages) == timedelta(seconds=190)
        assert Retention(kept=20).cut(ages[:5]) == timedelta(minutes=10)
        assert Retention(kept=150).cut(ages) == timedelta(minutes=10)
        # A clock that was set back makes versions of the future.
        assert Retention(kept=2).cut([-900.0, -800.0, 5.0]) == timedelta(seconds=1)


class TestBounds:
    def test_one_file_is_saved_sixty_times(self, notes, index):
        # With so many other documents, the changes never reach a tenth of the passages.
        for number in range(40):
            (notes / f"day-{number}.txt").write_text(f"The rent of month {number} is paid.")
        index.ingest([notes])
        versions, files = [], []
        for number in range(60):
            (notes / "sea.rst").write_text(f"Tides\n=====\n\nThe tide of day {number} turns.\n")
            assert index.ingest().changed == 1
            versions.append(len(manifests(Path(index.path))))
            files.append(len(table_files(Path(index.path))))
        assert index.store.count() == 44
        assert max(versions) <= RETENTION.limit(44) == 50
        # A version has its manifest, its transaction, a data file and a list of deleted rows at
        # most; the indexes have some forty files.
        assert max(files) < 4 * 50 + 40
        # What was made within the last second stays.
        assert min(versions[-30:]) < 20
        assert [hit.path for hit in index.query("tide day 59", mode="text").hits[:1]] == [
            str(notes / "sea.rst")
        ]

    def test_versions_that_are_too_old_go_in_a_run_without_changes(self, notes, index):
        for number in range(40):
            (notes / f"day-{number}.txt").write_text(f"The rent of month {number} is paid.")
        index.ingest([notes])
        # One change of so many passages is no reason to tidy up.
        (notes / "sea.rst").write_text("Tides\n=====\n\nThe tide turns.\n")
        assert index.ingest().changed == 1
        folder = Path(index.path)
        before = manifests(folder)
        assert len(before) > 1
        assert index.ingest().changed == 0
        assert manifests(folder) == before
        index.close()
        for manifest in before:
            make_older(manifest, timedelta(days=2))
        # These two runs have nothing to read. The first one drops what is old; what it made itself
        # is too young to go.
        assert index.ingest().changed == 0
        assert not set(before) & set(manifests(folder))
        assert not RETENTION.has_too_old(Durability(folder, "passages").version_ages())
        assert index.store.count() == 44
        after = manifests(folder)
        assert index.ingest().changed == 0
        assert manifests(folder) == after

    def test_a_single_save_drops_what_is_older_than_a_day(self, tmp_path):
        store = WritableStore(tmp_path, WIDTH)
        store.upsert([row(doc, 0) for doc in range(100)])
        store.maintain()
        for doc in range(10):
            store.upsert([row(doc, 0, "other words")])
        store.sync()
        before = manifests(tmp_path)
        for manifest in before:
            make_older(manifest, timedelta(days=2))
        store = WritableStore(tmp_path, WIDTH)
        store.upsert([row(1, 0, "words of today")])
        store.sync()
        store.maintain()
        assert not set(before) & set(manifests(tmp_path))
        assert store.count() == 100


def make_older(manifest, by):
    """Set back the time in a manifest, which LanceDB goes by, and the time of the file."""
    status = manifest.stat()
    content = manifest.read_bytes()
    # On a loaded machine the file is written some seconds after its time was taken. The clock of
    # files is some milliseconds behind, so that the file's second may also be the one before.
    written = int(status.st_mtime)
    for second in range(written + 1, written - 30, -1):
        aged = content.replace(timestamp(second), timestamp(second - int(by.total_seconds())))
        if aged != content:
            manifest.write_bytes(aged)
            break
    else:
        raise AssertionError("the manifest does not hold its time as expected")
    then = status.st_mtime - by.total_seconds()
    os.utime(manifest, (then, then))


def timestamp(seconds):
    """The beginning of a protobuf Timestamp: its first field is a varint of 7 bits a byte."""
    parts = [seconds >> shift & 127 for shift in range(0, 35, 7)]
    return bytes([8, *(part | 128 for part in parts[:-1]), parts[-1]])


READER = """
import sys
from pathlib import Path
from search.storage.store import Store
from search.storage.writable_store import WritableStore
from tests.test_store import AXES, WIDTH
from tests.test_old_versions import check
folder, stop = Path(sys.argv[1]), Path(sys.argv[2])
store, rounds = Store(folder, WIDTH), 0
while not stop.exists():
    check(store)
    check(Store(folder, WIDTH))
    rounds += 1
print(rounds)
"""


def check(store):
    """Each kind of query finds all of the 30 passages, in whichever version it reads."""
    assert len(store.nearest(AXES[0], 100)) == 30
    assert len(store.matching([(1.0, "words")], 100)) == 30
    assert len(store.passages(1)) == 3
    assert sum(store.counts().values()) == store.count() == 30


class TestReaders:
    def test_they_never_fail_while_versions_go(self, tmp_path):
        folder, stop = tmp_path / "index", tmp_path / "stop"
        store = WritableStore(folder, WIDTH, retention=EAGER)
        store.upsert([row(doc, ordinal) for doc in range(10) for ordinal in range(3)])
        store.sync()
        command = [sys.executable, "-c", READER, str(folder), str(stop)]
        reader = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=HERE
        )
        failures = []

        def ask():
            try:
                own = Store(folder, WIDTH)
                while not stop.exists():
                    check(own)
            except Exception as error:
                failures.append(error)

        thread = threading.Thread(target=ask)
        thread.start()
        try:
            for number in range(40):
                store.upsert([row(number % 10, 1, f"words {number}")])
                store.sync()
                store.maintain()
        finally:
            stop.touch()
            thread.join()
            output, errors = reader.communicate()
        assert (reader.returncode, failures) == (0, []), errors
        assert int(output) > 0
        # Versions of the last second stay in any case, and a fast machine makes many in it.
        assert len(manifests(folder)) < 40

    @pytest.mark.parametrize(
        "ask",
        [
            lambda store: len(store.nearest(AXES[0], 100)) == 30,
            lambda store: len(store.matching([(1.0, "words")], 100)) == 30,
            lambda store: len(store.passages(1)) == 3,
            lambda store: store.passage(f"{1:016x}-0") is not None,
            lambda store: sum(store.counts().values()) == 30,
            lambda store: sum(store.scan().values()) == 30,
        ],
    )
    @pytest.mark.parametrize(
        "open_at_one_version",
        [
            lambda folder: LanceReader(lancedb.connect(folder).open_table("passages")),
            lambda folder: NativeReader.open(
                preload_native(), Durability(folder, "passages"), None
            ),
        ],
        ids=["all of LanceDB", "its compiled module"],
    )
    def test_a_query_goes_on_with_the_newest_version(self, tmp_path, ask, open_at_one_version):
        """The reader's version goes between the moment it was chosen and the reading."""
        store = WritableStore(tmp_path, WIDTH)
        store.upsert([row(doc, ordinal) for doc in range(10) for ordinal in range(3)])
        store.maintain()
        reader = Store(tmp_path, WIDTH)
        # This handle stays at its version, as a query does once it has begun.
        reader._reader = open_at_one_version(tmp_path)
        for doc in range(10):
            store.upsert([row(doc, ordinal, "other words") for ordinal in range(3)])
        table = store._table
        for _ in range(3):
            table.optimize(cleanup_older_than=timedelta(milliseconds=1), delete_unverified=True)
        assert ask(reader)

    def test_a_table_that_lost_a_file_is_damaged_all_the_same(self, tmp_path):
        store = WritableStore(tmp_path, WIDTH)
        store.upsert([row(1, 0)])
        for data in (tmp_path / "passages.lance" / "data").iterdir():
            data.unlink()
        with pytest.raises(IndexDamaged):
            Store(tmp_path, WIDTH).nearest(AXES[0], 5)


PRELOAD = """
#define _GNU_SOURCE
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
static int removed;
int unlink(const char *path) {
    /* Temporary files of a commit have a # in their names. */
    int counts = strstr(path, "passages.lance/") && !strchr(path, '#');
    if (counts && ++removed == atoi(getenv("KILL_AT_REMOVAL")))
        kill(getpid(), SIGKILL);
    return syscall(SYS_unlinkat, -100, path, 0);
}
"""

KILLED = """
import sys
from search.storage.store import Store
from search.storage.writable_store import WritableStore
from tests.test_old_versions import EAGER
from tests.test_store import WIDTH
WritableStore(sys.argv[1], WIDTH, retention=EAGER).maintain()
"""


@pytest.mark.skipif(
    sys.platform != "linux" or not shutil.which("cc"), reason="needs a compiler on Linux"
)
def test_killed_while_versions_go(tmp_path):
    library = tmp_path / "kill.so"
    subprocess.run(
        ["cc", "-shared", "-fPIC", "-x", "c", "-", "-o", library],
        input=PRELOAD.encode(),
        check=True,
    )
    folder = tmp_path / "index"
    store = WritableStore(folder, WIDTH)
    store.upsert([row(doc, ordinal) for doc in range(10) for ordinal in range(3)])
    for removals in (1, 30, 70):
        store = WritableStore(folder, WIDTH)
        for number in range(30):
            store.upsert([row(number % 10, 1, f"words {number}")])
        store.sync()
        time.sleep(1)
        before = set(table_files(folder))
        preload = {"LD_PRELOAD": str(library), "KILL_AT_REMOVAL": str(removals)}
        done = subprocess.run(
            [sys.executable, "-c", KILLED, str(folder)],
            check=False,
            capture_output=True,
            text=True,
            cwd=HERE,
            env={**os.environ, **preload},
        )
        assert done.returncode == -signal.SIGKILL, done.stderr
        gone = before - set(table_files(folder))
        assert len(gone) >= removals // 2
        # The table is whole, for a reader and for the next writer.
        check(Store(folder, WIDTH))
        assert not Durability(folder, "passages").is_damaged()
        store = WritableStore(folder, WIDTH, retention=EAGER)
        assert store.healed_to is None
        check(store)
        found = store.nearest(AXES[0], 100)
        assert [(one.doc, one.passage.ordinal) for one in found] == [
            (doc, ordinal) for doc in range(10) for ordinal in range(3)
        ]
        assert [one.passage.text for one in found if one.passage.ordinal == 1] == [
            f"words {number}" for number in range(20, 30)
        ]
        # The next run drops what was left.
        store.upsert([row(1, 1)])
        store.sync()
        store.maintain()
        assert len(manifests(folder)) < 20
        # The killed process had not dropped all of them.
        assert gone < before - set(table_files(folder))
