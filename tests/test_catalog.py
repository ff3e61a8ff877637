"""The catalogue, tested on real SQLite files."""

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from search.documents import File, Reason
from search.errors import IndexDamaged, IndexFailure, IndexLocked, NoIndex, NotAnIndex, UsageError
from search.storage.catalog import Catalog
from search.storage.catalog_file import connected
from search.storage.entries import Entry, EntryState, Group, Root, doc_id
from search.storage.filters import Admitted, Filter
from search.storage.index_folder import CATALOGUE

HERE = Path(__file__).parent.parent
LATIN1 = os.fsdecode(b"/notes/caf\xe9.txt")


def entry(path, root="/notes", mtime_ns=1000, **values):
    file = File(path, root, 10, mtime_ns, mtime_ns + 1, 2**64 - 5, mounted=True)
    return Entry(
        file,
        doc_id(path),
        **{
            "state": EntryState.COMPLETE,
            "passages": 2,
            "content": f"hash of {doc_id(path)}",
            **values,
        },
    )


def drop_languages(connection):
    """Take away what version 6 of the schema added."""
    connection.execute("DROP INDEX documents_by_language")
    connection.execute("ALTER TABLE documents DROP COLUMN language")


def steps(folder, read):
    """The instructions of SQLite's virtual machine that `read` takes with a catalogue."""
    count = 0

    def step():
        nonlocal count
        count += 1

    connection = connected(folder, "ro")
    connection.set_progress_handler(step, 1)
    with Catalog(folder, connection) as catalog:
        read(catalog)
    return count


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "index"


@pytest.fixture
def catalog(folder):
    with Catalog.open(folder, create=True) as opened:
        yield opened


def test_document_ids_are_stable():
    assert doc_id("/notes/a.md") == 3740245802483106307
    assert doc_id(LATIN1) == 8468648361794761386
    assert all(0 <= doc_id(f"/{number}") < 2**63 for number in range(1000))


class TestKeeping:
    def test_settings_come_back_as_they_were(self, catalog):
        assert catalog.setting("model") is None
        assert catalog.setting("model", {"name": ""}) == {"name": ""}
        catalog.put_setting("model", {"name": "bge", "dimensions": 384})
        catalog.put_setting("model", {"name": "ü\udcff", "dimensions": 512})
        assert catalog.setting("model") == {"name": "ü\udcff", "dimensions": 512}

    def test_roots_come_back_as_they_were(self, catalog):
        full = Root(
            "/b",
            ("*.log", "\udcff"),
            ("*.md",),
            True,
            False,
            5,
            ("/x",),
            "/b",
            77,
            ((Reason.HIDDEN, 2), (Reason.BINARY, 1)),
        )
        bare = Root(os.fsdecode(b"/a\xff"))
        catalog.put_root(full)
        catalog.put_root(bare)
        assert catalog.roots() == (bare, full)
        catalog.put_root(replace(full, hidden=False))
        assert catalog.roots() == (bare, replace(full, hidden=False))
        catalog.forget_root(bare.path)
        assert catalog.roots() == (replace(full, hidden=False),)

    def test_entries_come_back_as_they_were(self, catalog):
        full = entry(
            LATIN1,
            kind="text",
            title="ti\ud800tle\udcff",
            tokens=9,
            ingested_ns=5,
            version=3,
            reason=Reason.CORRUPT,
            message="bro\udcffken",
            state=EntryState.FAILED,
        )
        bare = Entry(File("/notes/日本.md", "/notes", 0, -5, 0, 0), doc_id("/notes/日本.md"))
        catalog.put([full, bare])
        assert catalog.entry(LATIN1) == full
        assert catalog.entry("/notes/日本.md") == bare
        assert catalog.entry("/notes/none") is None
        assert catalog.by_doc([full.doc, bare.doc, 4]) == {full.doc: full, bare.doc: bare}
        assert catalog.by_doc(iter(())) == {}

    def test_entries_are_listed_below_a_path(self, catalog):
        entries = [entry(f"/notes/{number:04}") for number in range(2500)] + [
            entry("/other/a", "/other")
        ]
        catalog.put(reversed(entries))
        assert list(catalog.entries()) == entries
        assert list(catalog.entries("/other")) == entries[-1:]
        assert len(list(catalog.entries("/notes"))) == 2500
        assert list(catalog.entries("/notes/0001")) == entries[1:2]
        assert list(catalog.entries("/notes/000")) == []
        assert list(catalog.entries("/note")) == []

    def test_entries_may_change_while_they_are_read(self, catalog):
        catalog.put(entry(f"/notes/{number:04}") for number in range(1500))
        for found in catalog.entries():
            catalog.remove([found.file.path])
        assert list(catalog.entries()) == []

    def test_put_replaces_an_entry(self, catalog):
        catalog.put([entry("/notes/a")])
        catalog.put([entry("/notes/a", passages=7, state=EntryState.PENDING)])
        assert [(found.passages, found.state) for found in catalog.entries()] == [
            (7, EntryState.PENDING)
        ]

    def test_put_is_all_or_nothing(self, catalog):
        def broken():
            yield entry("/notes/a")
            raise RuntimeError("reader failed")

        with pytest.raises(RuntimeError, match="reader failed"):
            catalog.put(broken())
        with pytest.raises(OverflowError):
            catalog.put([entry("/notes/a"), entry("/notes/b", tokens=2**70)])
        assert list(catalog.entries()) == []
        catalog.put([entry("/notes/a")])

    def test_states_are_set_and_entries_removed(self, catalog):
        catalog.put([entry("/notes/a"), entry("/notes/b"), entry(LATIN1)])
        catalog.set_state(["/notes/a", LATIN1, "/none"], EntryState.PENDING)
        catalog.remove(["/notes/b", "/none"])
        assert {found.file.path: found.state for found in catalog.entries()} == {
            "/notes/a": EntryState.PENDING,
            LATIN1: EntryState.PENDING,
        }

    def test_same_content_finds_only_complete_entries(self, catalog):
        catalog.put(
            [
                entry("/notes/a", content="x", state=EntryState.PENDING),
                entry("/notes/c", content="x"),
                entry("/notes/b", content="x"),
                entry("/notes/d", content=""),
            ]
        )
        assert catalog.same_content("x") == entry("/notes/b", content="x")
        assert catalog.same_content("y") is None
        assert catalog.same_content("") is None

    def test_entries_newer_than_a_version_are_marked_pending(self, catalog):
        catalog.put(
            [
                entry("/notes/a", version=3),
                entry("/notes/b", version=4),
                entry("/notes/c", version=5, state=EntryState.FAILED),
                entry("/notes/d", version=9),
            ]
        )
        assert catalog.mark_pending_after(3) == 2
        assert [found.state for found in catalog.entries()] == [
            "complete",
            "pending",
            "failed",
            "pending",
        ]

    def test_reconciling_marks_what_the_store_lacks_and_returns_orphans(self, catalog):
        catalog.put(
            [
                entry("/notes/a", passages=2),
                entry("/notes/b", passages=2),
                entry("/notes/c", passages=2),
                entry("/notes/d", passages=0),
                entry("/notes/e", passages=1, state=EntryState.PENDING),
            ]
        )
        stored = {doc_id("/notes/a"): 2, doc_id("/notes/b"): 1, doc_id("/notes/e"): 5, 42: 3}
        assert catalog.reconcile(stored) == {42}
        assert [found.state for found in catalog.entries()] == [
            "complete",
            "pending",
            "pending",
            "complete",
            "pending",
        ]


class TestFilter:
    PATHS = (
        "/home/me/notes/todo.txt",
        "/home/me/notes/2024/plan.md",
        "/home/me/notes/2024/deep/er/plan.MD",
        "/home/me/notes/2025/plan [v1].md",
        "/home/me/work/2024.md/readme",
        "/home/me/work/Todo.txt",
        "/home/me/work/cafe\u0301.pdf",
        "/home/me/work/line\nbreak.md",
    )

    @pytest.fixture
    def filled(self, catalog):
        for number, path in enumerate(self.PATHS):
            catalog.put([entry(path, path[: path.index("/", 10)], mtime_ns=1000 * number)])
        catalog.put(
            [entry("/home/me/notes/bad.md", "/home/me/notes", state=EntryState.FAILED, passages=0)]
        )
        return catalog

    def found(self, catalog, **wanted):
        docs = catalog.documents(Filter(**wanted))
        return [number for number, path in enumerate(self.PATHS) if doc_id(path) in docs.docs]

    @pytest.mark.parametrize(
        ("glob", "numbers"),
        [
            ("*.md", [1, 3, 4, 7]),
            ("todo.txt", [0]),
            ("?odo.txt", [0, 5]),
            ("[!t]odo.txt", [5]),
            ("[Tt]odo.*", [0, 5]),
            ("2024", [1, 2]),
            ("2024/", [1, 2]),
            ("2024/*.md", [1]),
            ("2024/*", [1, 2]),
            ("./2024", [1, 2]),
            ("2024/**", [1, 2]),
            ("**/plan.MD", [2]),
            ("2024/**/plan.MD", [2]),
            ("2024/**/plan.md", [1]),
            ("er/plan.MD", []),
            ("/home/me/work", [4, 5, 6, 7]),
            ("/home/me/wor", []),
            ("/home/*/notes/2*/*.md", [1, 3]),
            ("/home/**/readme", [4]),
            ("/", [0, 1, 2, 3, 4, 5, 6, 7]),
            ("plan [[]v1].md", [3]),
            (r"plan \[v1\].md", [3]),
            ("2025/plan [", []),
            ("!*.md", []),
            ("#*", []),
            ("plan [v1].md", [3]),
            ("2025/plan [v1].md", [3]),
            ("/home/me/notes/*/plan [v1]*", [3]),
            ("caf\u00e9.pdf", [6]),
            ("line*.md", [7]),
            ("a[]b", []),
        ],
    )
    def test_a_glob_selects_paths(self, filled, glob, numbers):
        assert self.found(filled, paths=(glob,)) == numbers

    def test_a_tilde_is_the_home_folder(self, filled, monkeypatch):
        monkeypatch.setenv("HOME", "/home/me")
        assert self.found(filled, paths=("~/notes/2025",)) == [3]

    def test_several_patterns_are_alternatives(self, filled):
        assert self.found(filled, paths=("*.pdf", "/home/me/notes/2024")) == [1, 2, 6]

    def test_types_take_any_case(self, filled):
        assert self.found(filled, types=("md",)) == [1, 2, 3, 7]
        assert self.found(filled, types=(".PDF", "txt")) == [0, 5, 6]

    def test_a_range_of_times_includes_its_start_and_not_its_end(self, filled):
        assert self.found(filled, after_ns=2000, before_ns=4000) == [2, 3]
        assert self.found(filled, after_ns=6000) == [6, 7]
        assert self.found(filled, before_ns=1000) == [0]

    def test_all_parts_must_hold(self, filled):
        assert self.found(filled, paths=("2024",), types=("md",), after_ns=2000) == [2]
        assert filled.documents(Filter(types=("zip",))) == Admitted(frozenset())

    def test_an_empty_filter_admits_everything(self, filled):
        assert filled.documents(Filter()) is None

    @pytest.mark.parametrize("glob", ["", "[z-a].md"])
    def test_a_pattern_that_cannot_be_read_is_refused(self, filled, glob):
        with pytest.raises(UsageError):
            filled.documents(Filter(paths=(glob,)))

    def test_the_same_filter_sees_what_was_written_meanwhile(self, catalog, folder):
        wanted, found = Filter(types=("md",)), [set(), {1}, {1, 2}]
        with Catalog.open(folder) as reader:
            assert reader.documents(wanted) == Admitted(frozenset())
            for number in (1, 2):
                catalog.put([entry(f"/notes/{number}.md")])
                docs = frozenset(doc_id(f"/notes/{name}.md") for name in found[number])
                expected = Admitted(docs)
                assert [reader.documents(wanted), catalog.documents(wanted)] == [expected] * 2

    def test_a_root_that_is_a_file_is_found_by_its_name(self, catalog):
        catalog.put([entry("/home/a.md", "/home/a.md")])
        assert catalog.documents(Filter(paths=("a.md",))) == Admitted(
            frozenset({doc_id("/home/a.md")})
        )


def test_twice_the_entries_take_twice_the_work(folder):
    def read_all(catalog):
        list(catalog.entries("/notes"))

    with Catalog.open(folder, create=True) as catalog:
        catalog.put(entry(f"/notes/{number:05}") for number in range(4000))
    half = steps(folder, read_all)
    with Catalog.open(folder, write=True) as catalog:
        catalog.put(entry(f"/notes/{number:05}") for number in range(4000, 8000))
    assert 1.9 < steps(folder, read_all) / half < 2.1


def test_what_was_set_aside_is_found_without_reading_the_others(folder):
    skipped = entry("/notes/skipped", state=EntryState.SKIPPED, reason=Reason.EMPTY)
    with Catalog.open(folder, create=True) as catalog:
        catalog.put([skipped, *(entry(f"/notes/{number:05}") for number in range(4000))])
        assert list(catalog.set_aside()) == [skipped]
    assert steps(folder, lambda catalog: list(catalog.set_aside())) < 200


def test_files_are_counted_in_groups(catalog):
    assert catalog.groups() == ()
    failed = {"state": EntryState.FAILED, "reason": Reason.CORRUPT, "kind": "pdf"}
    catalog.put(
        [
            entry("/notes/a.md", kind="markdown", tokens=10),
            entry("/notes/b.md", kind="markdown", tokens=5, passages=3),
            entry("/notes/c.pdf", passages=0, tokens=7, **failed),
            entry("/notes/d.pdf", passages=4, tokens=9, **failed),
            entry("/work/e.md", "/work", kind="markdown", state=EntryState.PENDING, passages=0),
        ]
    )
    assert set(catalog.groups()) == {
        Group(
            "/notes",
            "markdown",
            EntryState.COMPLETE,
            None,
            files=2,
            stored=2,
            passages=5,
            tokens=15,
        ),
        Group(
            "/notes",
            "pdf",
            EntryState.FAILED,
            Reason.CORRUPT,
            files=2,
            stored=1,
            passages=4,
            tokens=9,
        ),
        Group(
            "/work", "markdown", EntryState.PENDING, None, files=1, stored=0, passages=0, tokens=0
        ),
    }


class TestOpening:
    def test_a_missing_catalogue_is_no_index(self, folder):
        with pytest.raises(NoIndex) as failure:
            Catalog.open(folder)
        assert failure.value.hint == "run: docsearch ingest FOLDER"
        assert not folder.exists()
        folder.mkdir()
        with pytest.raises(NoIndex):
            Catalog.open(folder, write=True)
        assert list(folder.iterdir()) == []

    def test_an_unfinished_creation_is_taken_up(self, folder):
        folder.mkdir()
        (folder / CATALOGUE).touch()
        with pytest.raises(NoIndex):
            Catalog.open(folder)
        with Catalog.open(folder, create=True) as catalog:
            assert catalog.roots() == ()

    @pytest.mark.parametrize("create", [False, True])
    def test_a_folder_of_other_files_is_refused(self, folder, create):
        folder.mkdir()
        (folder / "thesis.tex").touch()
        with pytest.raises(NotAnIndex):
            Catalog.open(folder, create=create)
        assert [child.name for child in folder.iterdir()] == ["thesis.tex"]

    def test_a_file_in_the_index_folders_place_is_refused(self, folder):
        folder.touch()
        with pytest.raises(NotAnIndex):
            Catalog.open(folder, create=True)

    def test_another_programs_database_is_refused(self, folder):
        folder.mkdir()
        with sqlite3.connect(folder / CATALOGUE) as other:
            other.execute("CREATE TABLE theirs (x)")
        other.close()
        with pytest.raises(NotAnIndex):
            Catalog.open(folder, create=True)

    def test_a_folder_with_only_a_lock_can_be_filled(self, folder):
        folder.mkdir()
        (folder / "writer.lock").touch()
        Catalog.open(folder, create=True).close()
        Catalog.open(folder).close()

    def test_a_table_without_its_catalogue_is_damage(self, folder):
        (folder / "passages.lance").mkdir(parents=True)
        with pytest.raises(IndexDamaged):
            Catalog.open(folder, create=True)

    def test_an_older_format_gets_the_index_of_what_was_set_aside(self, folder):
        skipped = entry("/notes/b", state=EntryState.SKIPPED, reason=Reason.EMPTY)
        with Catalog.open(folder, create=True) as catalog:
            catalog.put([entry("/notes/a"), skipped])
        with sqlite3.connect(folder / CATALOGUE) as connection:
            connection.execute("DROP INDEX documents_set_aside")
            drop_languages(connection)
            connection.execute("PRAGMA user_version = 3")
        connection.close()
        # A reader changes nothing and reads all the same; the next writer adds the index.
        with Catalog.open(folder) as catalog:
            assert list(catalog.set_aside()) == [skipped]
        with Catalog.open(folder, write=True) as catalog:
            assert list(catalog.set_aside()) == [skipped]
            assert steps(folder, lambda opened: list(opened.set_aside())) < 200

    def test_an_older_format_gets_the_column_of_languages(self, folder):
        with Catalog.open(folder, create=True) as catalog:
            catalog.put([entry("/notes/a")])
        with sqlite3.connect(folder / CATALOGUE) as connection:
            drop_languages(connection)
            connection.execute("PRAGMA user_version = 5")
        connection.close()
        # A reader sees what a writer adds while it has the catalogue open.
        with Catalog.open(folder) as reader:
            assert list(reader.entries()) == [entry("/notes/a")]
            assert reader.newest(1) == (entry("/notes/a"),)
            assert reader.languages.counts() == ()
            with Catalog.open(folder, write=True) as catalog:
                assert list(catalog.entries()) == [entry("/notes/a")]
                catalog.put([entry("/notes/a", language="de"), entry("/notes/b", language="de")])
                catalog.put([entry("/notes/c", language="af"), entry("/notes/d")])
            assert reader.entry("/notes/b") == entry("/notes/b", language="de")
            assert reader.languages.counts() == (("de", 2), ("af", 1))

    def test_a_newer_format_is_refused(self, folder):
        Catalog.open(folder, create=True).close()
        with sqlite3.connect(folder / CATALOGUE) as connection:
            connection.execute("PRAGMA user_version = 7")
        connection.close()
        with pytest.raises(IndexFailure, match="newer docsearch") as failure:
            Catalog.open(folder)
        assert failure.value.hint == "update docsearch"

    @pytest.mark.parametrize("write", [False, True])
    def test_a_damaged_file_is_told(self, folder, write):
        Catalog.open(folder, create=True).close()
        (folder / CATALOGUE).write_bytes(b"nonsense" * 2000)
        with pytest.raises(IndexDamaged):
            Catalog.open(folder, write=write)

    def test_a_damaged_page_is_told(self, folder):
        with Catalog.open(folder, create=True) as catalog:
            catalog.put(entry(f"/notes/{number:04}") for number in range(3000))
        file = folder / CATALOGUE
        data = bytearray(file.read_bytes())
        data[8192:-4096] = b"\x7f" * (len(data) - 12288)
        file.write_bytes(data)
        with pytest.raises(IndexDamaged), Catalog.open(folder) as catalog:
            list(catalog.entries())

    def test_reading_changes_nothing(self, folder):
        with Catalog.open(folder, create=True) as catalog:
            catalog.put([entry("/notes/a")])
        before = (folder / CATALOGUE).read_bytes()
        with Catalog.open(folder) as catalog:
            assert len(list(catalog.entries())) == 1
            with pytest.raises(IndexFailure, match="cannot be written"):
                catalog.put([entry("/notes/b")])
        assert (folder / CATALOGUE).read_bytes() == before

    def test_an_index_folder_may_have_an_odd_name(self, tmp_path):
        folder = tmp_path / "a b#c?%20'ü"
        Catalog.open(str(folder), create=True).close()
        Catalog.open(str(folder)).close()

    def test_a_folder_without_permission_is_read_or_refused(self, folder):
        if os.geteuid() == 0:
            pytest.skip("permissions do not bind root")
        Catalog.open(folder, create=True).close()
        folder.chmod(0o500)
        try:
            with Catalog.open(folder) as catalog:
                assert catalog.roots() == ()
            folder.chmod(0)
            with pytest.raises(IndexFailure):
                Catalog.open(folder)
        finally:
            folder.chmod(0o700)


class TestTogether:
    def test_threads_share_one_catalogue(self, catalog):
        def work(name):
            for number in range(20):
                catalog.put([entry(f"/notes/{name}/{number}")])
                assert catalog.entry(f"/notes/{name}/{number}") is not None
                list(catalog.entries())

        threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(list(catalog.entries())) == 80

    def test_a_reader_sees_only_what_is_committed(self, catalog, folder):
        with Catalog.open(folder) as reader:

            def entries():
                yield entry("/notes/a")
                assert list(reader.entries()) == []

            catalog.put(entries())
            assert [found.file.path for found in reader.entries()] == ["/notes/a"]

    def test_a_reader_sees_whole_batches_while_another_process_writes(self, folder):
        Catalog.open(folder, create=True).close()
        code = (
            "import sys\n"
            "from search.storage.catalog import *\n"
            "from search.storage.entries import *\n"
            "from search.documents import File\n"
            "with Catalog.open(sys.argv[1], write=True) as catalog:\n"
            "    print('open', flush=True)\n"
            "    for batch in range(50):\n"
            "        paths = [f'/notes/{batch}/{n}' for n in range(10)]\n"
            "        catalog.put(Entry(File(p, '/notes', 1, 1, 1, 1), doc_id(p), "
            "state=EntryState.COMPLETE) for p in paths)\n"
        )
        writer = subprocess.Popen(
            [sys.executable, "-c", code, str(folder)], cwd=HERE, stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout.readline() == "open\n"
        with Catalog.open(folder) as reader:
            while writer.poll() is None:
                assert len(list(reader.entries())) % 10 == 0
            assert len(list(reader.entries())) == 500
        writer.stdout.close()
        assert writer.returncode == 0

    def test_a_second_writer_is_refused(self, catalog, folder):
        other = sqlite3.connect(folder / CATALOGUE, isolation_level=None)
        catalog._connection.execute("PRAGMA busy_timeout = 1")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(IndexLocked):
            catalog.put([entry("/notes/a")])
        other.execute("ROLLBACK")
        other.close()
        catalog.put([entry("/notes/a")])


def test_a_full_disk_loses_nothing_that_was_stored(tmp_path):
    mount = f"mount -t tmpfs -o size=1m none '{tmp_path}' && exec \"$@\""
    inside = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, "sh"]
    if not shutil.which("unshare") or subprocess.run([*inside, "true"], check=False).returncode:
        pytest.skip("a small disk cannot be made here")
    code = (
        "import sys\n"
        "from search.storage.catalog import *\n"
        "from search.storage.entries import *\n"
        "from search.documents import File\n"
        "from search.errors import StorageFull\n"
        "catalog, stored = Catalog.open(sys.argv[1], create=True), 0\n"
        "try:\n"
        "    for batch in range(100):\n"
        "        paths = [f'/notes/{batch}/{n}' for n in range(200)]\n"
        "        catalog.put(Entry(File(p, '/notes', 1, 1, 1, 1), doc_id(p), "
        "state=EntryState.COMPLETE) for p in paths)\n"
        "        stored += 200\n"
        "except StorageFull as error:\n"
        "    print(bool(error.hint), stored > 0, len(list(catalog.entries())) == stored)\n"
    )
    done = subprocess.run(
        [*inside, sys.executable, "-c", code, str(tmp_path / "index")],
        capture_output=True,
        text=True,
        check=False,
        cwd=HERE,
    )
    assert (done.stdout, done.returncode) == ("True True True\n", 0), done.stderr


def test_the_catalogue_needs_nothing_heavy():
    code = (
        "import sys, search.storage.catalog, search.storage.lock\n"
        "print({'lancedb', 'pyarrow', 'numpy'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=HERE
    )
    assert done.stdout == "set()\n"


def test_a_catalogue_that_was_closed_in_use_is_told(folder):
    catalog = Catalog.open(folder, create=True)
    catalog.close()
    with pytest.raises(IndexFailure) as caught:
        catalog.roots()
    assert str(caught.value) == (
        f"the index in {folder} was closed while it was in use; "
        "close it after the last call has returned"
    )


def test_entries_of_folders_and_of_urls(tmp_path):
    """All entries are more than those below the root of this machine's folders."""
    paths = ["/notes/a.md", "s3://bucket/b.md", "s3://bucket-2/c.md"]
    with Catalog.open(tmp_path, create=True) as catalog:
        catalog.put(Entry(File(path, path, 1, 1, 1, 1), doc_id(path)) for path in paths)
        found = [[e.file.path for e in catalog.entries(b)] for b in ("", "/", "s3://bucket")]
    assert found == [[paths[0], paths[2], paths[1]], paths[:1], paths[1:2]]
