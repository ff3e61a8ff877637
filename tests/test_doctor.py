"""`doctor` finds each fault that is provoked here, says what to do, and changes nothing."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from search.health.backend_checks import backend_checks
from search.health.disk_checks import disk_checks
from search.health.model_checks import InstalledModels, UsedModel, model_checks
from search.health.mounts import Mount, from_mountinfo, mount_under, system_mounts
from search.index import Index
from search.models.embedder import load_embedder
from search.results import Check, CheckState
from search.storage.catalog import Catalog
from search.storage.entries import EntryState
from search.storage.lock import WriterLock
from search.storage.vocabulary_file import VocabularyFile
from tui.terminal_checks import checks_of

from .commands import docsearch

OK, WARNING, ERROR = CheckState
REPAIR = (
    "run: docsearch ingest, which goes back to the last whole version; "
    "if that does not help, delete the index folder and ingest again"
)
ANEW = "delete the index folder and ingest again"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `notes` and their `index`, made by the starter's models."""
    place = tmp_path_factory.mktemp("doctor")
    (place / "notes").mkdir()
    for name in ("boiler", "harbour", "bread"):
        (place / "notes" / f"{name}.md").write_text(f"# {name}\n\nAbout the {name} of the house.\n")
    with Index.open(place / "index") as index:
        index.ingest([place / "notes"])
    # Bring all pages from SQLite's log into the file itself, where tests damage them.
    with closing(sqlite3.connect(place / "index" / "catalog.sqlite")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return place


@pytest.fixture
def index(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the index, whose root is in the folder of `made`."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    shutil.copytree(made / "index", tmp_path / "index", symlinks=True)
    return tmp_path / "index"


def findings(folder: Path) -> list[Check]:
    """What `doctor` finds wrong, once it is sure that it left the index as it was."""
    before = contents(folder)
    with Index.open(folder) as opened:
        checks = opened.doctor()
    assert contents(folder) == before
    return [check for check in checks if check.state is not OK]


def contents(folder: Path) -> dict[str, tuple[int, bytes]]:
    """All files but those that are empty, and the one where SQLite's readers note what they read.

    SQLite's readers also make an empty log.
    """
    return {
        str(path.relative_to(folder)): (path.stat().st_mode, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.stat().st_size and not path.name.endswith("-shm")
    }


def test_a_sound_index(index: Path, made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, env = index.parent, {"NO_COLOR": "", "DOCSEARCH_BACKEND": "cpu"}
    done = docsearch("--index", index, "doctor", cwd=home, env=env)
    mount = mount_under(str(home.resolve()), system_mounts())
    assert mount is not None
    precision = load_embedder("starter", "cpu").precision
    lines = [line for line in done.out.splitlines() if " room: " not in line]
    assert (
        "\n".join(lines)
        == f"""\
ok       index        catalogue: it is whole: documents 3, passages 3
ok       index        documents: no document is half done
ok       index        vectors: every document has its vectors
ok       index        change: no change of models is under way
ok       index        words: the list of words is there
ok       index        roots: 1 root is there
ok       index        files: the table's files are there and whole
ok       index        unfinished: all that was written is on the disk
ok       index        table: all of it can be read: passages 3
ok       index        agreement: the catalogue and the table name the same passages
ok       index        old versions: the table keeps 7 versions, and 50 at most
ok       index        strays: there is no table that nobody uses
ok       models       embedder: starter is here and whole
ok       models       reranker: starter-reranker is here and whole
ok       disk         file system: {mount.kind} at {mount.point}
ok       disk         locks: files can be locked
ok       backend      engine: the processor computes: the settings say so
ok       backend      kernels: right vectors, in {precision}
ok       backend      threads: {len(os.sched_getaffinity(0))} of {os.cpu_count()} cores may be used
ok       permissions  privacy: nobody else may read the index
ok       permissions  unread: everything could be read
ok       permissions  index folder: it may be read and written
ok       permissions  roots: all roots that are there may be read
ok       permissions  own files: nobody else may read what docsearch remembers
ok       terminal     terminal: the output goes to no terminal
nothing is wrong"""
    )
    assert (done.code, done.err) == (0, "")
    assert findings(index) == []


def test_findings_as_text_and_as_json(index: Path, made: Path) -> None:
    index.chmod(0o755)
    text = docsearch("--index", index, "doctor", cwd=index.parent)
    wrong = [line for line in text.out.splitlines() if not line.startswith("ok ")]
    assert wrong == [
        "warning  permissions  privacy: other users of this machine may read it",
        f"                      take that from them with: docsearch --index {index} ingest",
        "1 thing to mend",
    ]
    told = docsearch("--index", index, "doctor", "--json", cwd=index.parent)
    checks = json.loads(told.out)
    assert (text.code, told.code, checks["schema"]) == (1, 1, 1)
    assert [check for check in checks["checks"] if check["state"] != "ok"] == [
        {
            "area": "permissions",
            "name": "privacy",
            "state": "warning",
            "message": "other users of this machine may read it",
            "advice": "take that from them with: docsearch ingest",
        }
    ]


class TestIndex:
    def test_no_index_yet(self, tmp_path: Path) -> None:
        with Index.open(tmp_path / "none") as opened:
            assert opened.doctor()[0] == Check(
                *("index", "catalogue", OK, f"there is no index in {tmp_path}/none"),
                "run: docsearch ingest FOLDER",
            )
        assert not (tmp_path / "none").exists()

    def test_a_damaged_catalogue(self, index: Path) -> None:
        file = index / "catalog.sqlite"
        file.write_bytes(file.read_bytes()[:100] + bytes(file.stat().st_size - 100))
        (found,) = findings(index)
        assert (found.area, found.name, found.state, found.advice) == (
            *("index", "catalogue", ERROR),
            ANEW,
        )
        assert found.message.startswith(f"the catalogue is damaged ({index}: ")

    def test_a_page_of_the_catalogue_that_nothing_reads_is_damaged(self, index: Path) -> None:
        file = index / "catalog.sqlite"
        with closing(sqlite3.connect(file)) as connection, connection:
            ((page,),) = connection.execute(
                "SELECT rootpage FROM sqlite_master WHERE name = 'documents_by_content'"
            )
            ((size,),) = connection.execute("PRAGMA page_size")
        with file.open("r+b") as opened:
            opened.seek((page - 1) * size)
            opened.write(bytes(size))
        (found,) = findings(index)
        assert (found.name, found.state, found.advice) == ("catalogue", ERROR, ANEW)
        assert "is damaged" in found.message

    def test_a_catalogue_that_is_missing(self, index: Path) -> None:
        (index / "catalog.sqlite").unlink()
        assert findings(index) == [
            Check("index", "catalogue", ERROR, f"the catalogue in {index} is missing", ANEW)
        ]

    def test_documents_half_done(self, index: Path, made: Path) -> None:
        with Catalog.open(index, write=True) as catalog:
            catalog.set_state([str(made / "notes" / "bread.md")], EntryState.PENDING)
        assert findings(index) == [
            Check(
                *("index", "documents", WARNING),
                "1 document is half done after an interrupted run",
                "go on with: docsearch ingest",
            )
        ]

    def test_a_root_that_is_gone(self, index: Path, made: Path) -> None:
        (made / "notes").rename(made / "elsewhere")
        try:
            found = findings(index)
        finally:
            (made / "elsewhere").rename(made / "notes")
        assert found == [
            Check(
                *("index", "root", WARNING, f"{made}/notes is not there now"),
                f"its documents are kept until: docsearch forget {made}/notes",
            )
        ]

    def test_a_transaction_that_never_reached_the_disk(self, index: Path) -> None:
        """SQLite leaves such a journal alone, which begins with zero bytes."""
        (index / "passages.words-journal").write_bytes(bytes(512))
        assert findings(index) == []

    @pytest.mark.parametrize("fault", ["missing", "damaged", "half made", "in the middle"])
    def test_a_list_of_words_at_fault(self, index: Path, fault: str) -> None:
        words = index / "passages.words"
        if fault == "missing":
            words.unlink()
        elif fault == "damaged":
            words.write_bytes(words.read_bytes()[:4096] + b"\xff" * (words.stat().st_size - 4096))
        elif fault == "half made":
            with closing(sqlite3.connect(words)) as connection, connection:
                connection.execute("PRAGMA user_version = 0")
        else:
            (index / "passages.words-journal").write_bytes(b"a transaction")
        assert findings(index) == [
            Check(
                *("index", "words", WARNING),
                "queries find whole words only, since its list of words is missing or damaged",
                "make it anew with: docsearch ingest",
            )
        ]
        assert VocabularyFile(index, "passages").fault().startswith(fault)

    def test_a_torn_file_of_the_table(self, index: Path) -> None:
        (data,) = (index / "passages.lance" / "data").glob("*.lance")
        data.write_bytes(data.read_bytes()[:-10])
        torn, table = findings(index)
        assert torn == Check("index", "files", ERROR, f"{data} is torn", REPAIR)
        assert (table.name, table.state) == ("table", ERROR)

    def test_a_file_of_the_table_that_is_missing(self, index: Path) -> None:
        (data,) = (index / "passages.lance" / "data").glob("*.lance")
        data.unlink()
        missing, table = findings(index)
        assert missing == Check("index", "files", ERROR, f"{data} is missing", REPAIR)
        assert (table.name, table.state) == ("table", ERROR)

    def test_bytes_inside_a_file_of_the_table_that_are_wrong(self, index: Path) -> None:
        (data,) = (index / "passages.lance" / "data").glob("*.lance")
        size = data.stat().st_size
        data.write_bytes(bytes(size - 1200) + data.read_bytes()[-1200:])
        assert {(check.area, check.state) for check in findings(index)} == {("index", ERROR)}

    def test_a_table_that_is_gone(self, index: Path) -> None:
        shutil.rmtree(index / "passages.lance")
        assert findings(index) == [
            Check("index", "files", ERROR, "the newest version of the table is missing", REPAIR),
            Check(
                *("index", "unfinished", WARNING),
                "an interrupted run left files that are not secured against a power cut",
                "to secure them, run: docsearch ingest",
            ),
            Check(
                *("index", "table", ERROR, f"the table of passages in {index} is missing"),
                "run: docsearch ingest, which makes it again",
            ),
        ]

    def test_a_catalogue_and_a_table_that_differ(self, index: Path, made: Path) -> None:
        with Catalog.open(index, write=True) as catalog:
            catalog.remove([str(made / "notes" / "bread.md")])
        assert findings(index) == [
            Check(
                *("index", "agreement", ERROR),
                *("the catalogue lacks 1 document of the table", ANEW),
            )
        ]

    def test_what_a_killed_run_left(self, index: Path) -> None:
        (index / "passages.lance" / "data" / ".tmpAb12").write_bytes(b"half")
        shutil.copytree(index / "passages.lance", index / "passages-2.lance")
        assert findings(index) == [
            Check(
                *("index", "unfinished", WARNING),
                "an interrupted run left files that are not secured against a power cut",
                "to secure them, run: docsearch ingest",
            ),
            Check(
                *("index", "strays", WARNING, "an interrupted run left passages-2.lance"),
                "nobody reads it; to remove it, run: docsearch ingest",
            ),
        ]

    def test_more_versions_than_the_retention_allows(self, index: Path) -> None:
        versions = index / "passages.lance" / "_versions"
        oldest = max(versions.glob("*.manifest"))
        for number in range(60):
            (versions / f"{number}{oldest.name[1:]}").write_bytes(oldest.read_bytes())
        count = len(list(versions.glob("*.manifest")))
        assert [check for check in findings(index) if check.name == "old versions"] == [
            Check(
                *("index", "old versions", WARNING),
                f"the table keeps {count} versions, more than 50",
                "to drop them, run: docsearch ingest, once a file has changed",
            )
        ]

    def test_nothing_is_said_of_files_while_another_process_writes(self, index: Path) -> None:
        (index / "passages.lance" / "data" / ".tmpAb12").write_bytes(b"half")
        with WriterLock(index), Index.open(index) as opened:
            checks = opened.doctor()
            assert findings(index) == []
        assert Check(
            *("index", "table", OK),
            f"process {os.getpid()} is writing to it now, so its files were not looked at",
        ) in checks  # fmt: skip


class TestModels:
    def test_another_embedder_than_that_of_the_index(self, index: Path) -> None:
        with Catalog.open(index, write=True) as catalog:
            fields = catalog.setting("model")
            catalog.put_setting("model", fields | {"revision": "0123456789abcdef"})
        (found,) = findings(index)
        assert found == Check(
            *("models", "embedder", ERROR),
            f"starter has the weights {fields['revision']}, and the index knows 0123456789abcdef",
            "go back to those, or embed the documents anew: docsearch ingest --reembed",
        )

    def test_a_model_that_is_not_here(self, index: Path) -> None:
        with Catalog.open(index, write=True) as catalog:
            fields = catalog.setting("model")
            catalog.put_setting("model", fields | {"embedder": "o/none", "reranker": "o/neither"})
        assert findings(index) == [
            Check(
                *("models", "embedder", ERROR, "the model o/none is not here"),
                "run: docsearch models pull o/none",
            ),
            Check(
                *("models", "reranker", WARNING, "the model o/neither is not here"),
                "run: docsearch models pull o/neither",
            ),
        ]

    def test_damaged_weights(self, tmp_path: Path) -> None:
        source = InstalledModels().folder("starter")
        folder = tmp_path / "model"
        shutil.copytree(source, folder)
        weights = folder / "model.safetensors"
        data = bytearray(weights.read_bytes())
        data[-1] ^= 1
        weights.write_bytes(data)
        used = UsedModel("embedder", str(folder), "", ERROR, "")
        assert list(model_checks((used,), InstalledModels())) == [
            Check(
                *("models", "embedder", ERROR, f"{folder} is damaged: model.safetensors"),
                "copy the folder again",
            )
        ]

    def test_a_models_folder_that_is_unplugged(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DOCSEARCH_MODELS", "/nowhere/models")
        assert list(model_checks((), InstalledModels())) == [
            Check(
                *("models", "place", WARNING),
                "the models folder /nowhere/models (from DOCSEARCH_MODELS) is not there",
                "plug in its disk, or create the folder",
            )
        ]


class TestDisk:
    def test_a_file_system_without_hard_links_and_a_network_drive(self, tmp_path: Path) -> None:
        place = str(tmp_path.resolve())
        for kind, state, message in (
            ("vfat", ERROR, f"{place} is vfat, which has no hard links; the index needs them"),
            (
                *("nfs4", WARNING),
                f"{place} is a network drive (nfs4): locks and flushes "
                "may not reach its disk, and queries are slow",
            ),
        ):
            mounts = (Mount("/", "ext4"), Mount(place, kind))
            _, found, _ = disk_checks(tmp_path / "index", mounts)
            advice = "keep the index on another disk with --index"
            assert found == Check("disk", "file system", state, message, advice)

    @pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's mount table")
    def test_the_table_of_mounts(self) -> None:
        assert mount_under("/", from_mountinfo(Path("/proc/self/mountinfo").read_text()))

    @pytest.mark.skipif(
        sys.platform != "linux" or os.getuid() != 0 or not shutil.which("unshare"),
        reason="needs the right to mount",
    )
    def test_a_small_disk(self, tmp_path: Path) -> None:
        script = (
            "import sys; from pathlib import Path\n"
            "from search.health.disk_checks import disk_checks\n"
            "from search.health.mounts import system_mounts\n"
            "for check in disk_checks(Path(sys.argv[1]), system_mounts()):\n"
            "    print(check.name, check.state, check.message, check.advice, sep='|')\n"
        )
        mount = f"mount -t tmpfs -o size=2m none '{tmp_path}' && exec \"$@\""
        command = [sys.executable, "-c", script, str(tmp_path / "index")]
        done = subprocess.run(
            ["unshare", "--mount", "sh", "-c", mount, "sh", *command],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if "permission denied" in done.stderr or "Operation not permitted" in done.stderr:
            pytest.skip("this container may not mount")
        assert done.stdout.splitlines() == [
            "room|warning|2 MB are free, and an ingest may need 100 MB to tidy up|"
            "free some space, or keep the index on another disk with --index",
            f"file system|ok|tmpfs at {tmp_path.resolve()}|",
            "locks|ok|files can be locked|",
        ]

    def test_a_folder_that_another_process_has_locked_can_be_locked(self, tmp_path: Path) -> None:
        descriptor = os.open(tmp_path, os.O_RDONLY)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        *_, found = disk_checks(tmp_path, ())
        os.close(descriptor)
        assert found == Check("disk", "locks", OK, "files can be locked")


def test_a_backend_that_is_slower_than_another(monkeypatch: pytest.MonkeyPatch) -> None:
    engine, *_ = backend_checks("mlx")
    from importlib.util import find_spec

    if find_spec("mlx") is None:
        assert engine == Check(
            *("backend", "engine", ERROR, "MLX is not installed"),
            "install it: pip install mlx; or choose the backend cpu",
        )
    elif engine.state is not OK:
        assert engine == Check(
            *("backend", "engine", WARNING),
            "MLX runs on the processor, where it is much slower than the backend cpu",
            "choose the backend auto",
        )


class TestPermissions:
    def test_files_that_others_may_read(self, index: Path, tmp_path: Path) -> None:
        state = tmp_path / "state" / "docsearch"
        state.mkdir(parents=True)
        state.chmod(0o755)
        assert findings(index) == [
            Check(
                *("permissions", "own files", WARNING),
                f"other users of this machine may read {state}",
                f"run: chmod -R go-rwx {state}",
            )
        ]

    def test_folders_without_permission(self, tmp_path: Path) -> None:
        """The rights of an ordinary user, since none are refused to root."""
        notes, index = tmp_path / "my notes", tmp_path / "index"
        for folder in (notes, index):
            folder.mkdir()
        script = (
            "import os, sys; from pathlib import Path\n"
            "from search.health.permission_checks import permission_checks\n"
            "index, notes = sys.argv[1:]\n"
            "if os.getuid() == 0: os.setgid(65534), os.setuid(65534)\n"
            "for check in permission_checks(Path(index), (notes,), (), 'darwin'):\n"
            "    print(check.name, check.state, check.message, check.advice, sep='|')\n"
        )
        for folder in tmp_path.parents:
            if folder.stat().st_uid == os.getuid() and len(folder.parts) > 2:
                folder.chmod(folder.stat().st_mode | 0o011)
        tmp_path.chmod(0o755)
        index.chmod(0o555)
        notes.chmod(0o000)
        done = subprocess.run(
            [sys.executable, "-c", script, index, notes], capture_output=True, text=True, check=True
        )
        notes.chmod(0o755)
        assert done.stdout.splitlines() == [
            f"index folder|warning|{index} may be read but not written|run: chmod u+rwx {index}",
            f"root|warning|{notes} may not be read|run: chmod u+rX '{notes}'; on macOS also: "
            "System Settings > Privacy & Security > Full Disk Access",
            "own files|ok|nobody else may read what docsearch remembers|",
        ]


class TestTerminal:
    def test_a_good_one(self) -> None:
        environment = {"LANG": "de_DE.UTF-8", "TERM": "xterm-256color"}
        assert list(checks_of(environment, 120, is_terminal=True)) == [
            Check("terminal", "encoding", OK, "LANG is de_DE.UTF-8"),
            Check("terminal", "colours", OK, "TERM is xterm-256color, with 256 colours"),
            Check("terminal", "width", OK, "it is 120 columns wide"),
        ]

    def test_a_bad_one(self) -> None:
        environment = {"LC_ALL": "de_DE.ISO-8859-1", "LANG": "de_DE.UTF-8", "TERM": "dumb"}
        assert list(checks_of(environment, 30, is_terminal=True)) == [
            Check(
                *("terminal", "encoding", WARNING),
                "LC_ALL is de_DE.ISO-8859-1, which is not UTF-8",
                "docsearch writes UTF-8; set it: export LC_ALL=C.UTF-8",
            ),
            Check(
                *("terminal", "colours", WARNING),
                "TERM is dumb, so there are no colours, and the app cannot draw",
                "set it to what the terminal is: export TERM=xterm-256color",
            ),
            Check(
                *("terminal", "width", WARNING),
                "it is 30 columns wide, so lines are broken",
                "make the window 40 columns wide, or more",
            ),
        ]

    def test_no_colour_is_no_fault(self) -> None:
        environment = {"LANG": "C.utf8", "TERM": "xterm", "NO_COLOR": "1"}
        assert [check.state for check in checks_of(environment, 80, is_terminal=True)] == [OK] * 3
