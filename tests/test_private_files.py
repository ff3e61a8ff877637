"""The index and the app's files, which have the user's text, are for their owner alone."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from search import Index
from search.private_files import is_private, make_private_folder
from search.storage import durability
from search.storage.durability import Durability
from tui.app.history import History
from tui.preferences import Preferences, save_preferences

NOBODY = 65534


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def modes(folder: Path) -> set[tuple[bool, int]]:
    """For a folder and each path in it: whether it is a folder, and its mode."""
    paths = [folder, *folder.rglob("*")]
    return {(path.is_dir(), stat.S_IMODE(path.lstat().st_mode)) for path in paths}


ONLY_ITS_OWNERS = {(True, 0o700), (False, 0o600)}


def test_an_index_is_for_its_owner_alone(index: Index, notes: Path, umask: int) -> None:
    index.ingest([notes])
    (notes / "more.md").write_text("# More\n\nThe tide is late.\n")
    index.ingest()
    index.forget(notes / "sea.rst")
    assert index.query("tide").hits
    assert modes(Path(index.path)) == ONLY_ITS_OWNERS
    assert index.status().health == "ok"


def test_what_a_killed_run_left_becomes_private(index: Index, notes: Path) -> None:
    index.ingest([notes])
    table = Path(index.path) / "passages.lance"
    index.store._table.delete("ordinal > 0")  # A commit that nothing flushes.
    (table / "data" / ".tmpAb12").write_text("half of a file")
    index.close()
    for path in table.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    index.ingest()
    assert modes(Path(index.path)) == ONLY_ITS_OWNERS
    assert not list(table.rglob(".tmp*"))


def test_a_file_with_the_inode_of_the_one_before_it_becomes_private(
    index: Index, notes: Path
) -> None:
    index.ingest([notes])
    hint = Path(index.path) / "passages.lance" / "_versions" / "latest_version_hint.json"
    disk = Durability(Path(index.path), "passages")
    disk.begin()
    # The file system may give a new file the inode of the one that was deleted for it.
    hint.write_bytes(hint.read_bytes())
    hint.chmod(0o644)
    disk.flush(disk.mark())
    assert modes(Path(index.path)) == ONLY_ITS_OWNERS


def test_a_mark_is_private_from_the_start(
    index: Index, notes: Path, monkeypatch: pytest.MonkeyPatch, umask: int
) -> None:
    index.ingest([notes])

    def power_cut(path: Path) -> None:
        raise OSError("the power is cut")

    monkeypatch.setattr(durability, "_flush", power_cut)
    disk = Durability(Path(index.path), "passages")
    with pytest.raises(OSError, match="the power is cut"):
        disk.put_mark(disk.mark())
    assert (Path(index.path) / "passages.synced.new").exists()
    assert modes(Path(index.path)) == ONLY_ITS_OWNERS


def test_a_torn_version_that_is_set_aside_becomes_private(index: Index, notes: Path) -> None:
    index.ingest([notes])
    newest = min((Path(index.path) / "passages.lance" / "_versions").glob("*.manifest"))
    index.close()
    newest.write_bytes(b"torn")
    newest.chmod(0o644)
    index.ingest()
    assert (Path(index.path) / "_quarantine" / newest.name).exists()
    assert modes(Path(index.path)) == ONLY_ITS_OWNERS


def test_a_folder_that_the_user_made_becomes_private(index: Index, notes: Path) -> None:
    Path(index.path).mkdir(mode=0o755)
    index.ingest([notes])
    assert modes(Path(index.path)) == ONLY_ITS_OWNERS


def test_an_older_index_is_told_and_becomes_private_at_the_next_write(
    index: Index, notes: Path
) -> None:
    index.ingest([notes])
    folder = Path(index.path)
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    assert index.status().health == (
        "other users of this machine may read it; take that from them with: docsearch ingest"
    )
    index.ingest()
    assert modes(folder) == ONLY_ITS_OWNERS
    assert index.status().health == "ok"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")
def test_another_user_cannot_read_the_text(
    index: Index, notes: Path, tmp_path: Path, umask: int
) -> None:
    for folder in (tmp_path, *tmp_path.parents[:-2]):
        folder.chmod(0o755)
    index.ingest([notes])
    files = [path for path in Path(index.path).rglob("*.lance") if path.is_file()]
    assert b"radiators" in b"".join(file.read_bytes() for file in files)
    for file in files:
        done = subprocess.run(["cat", file], user=NOBODY, capture_output=True, check=False)
        assert (done.returncode, done.stdout) == (1, b"")


def test_the_apps_files_are_private(tmp_path: Path, umask: int) -> None:
    state = tmp_path / "state" / "docsearch"
    History(state / "history").add("a secret query")
    save_preferences(state / "preferences.json", Preferences())
    assert modes(tmp_path / "state") == ONLY_ITS_OWNERS


def test_an_existing_folder_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    make_private_folder(tmp_path)
    assert not is_private(tmp_path)
    make_private_folder(tmp_path / "a" / "b")
    assert [is_private(tmp_path / "a"), is_private(tmp_path / "a" / "b")] == [True, True]
