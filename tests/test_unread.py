"""What could not be read is told by `status`, `check` and the app until it can be read."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from search.documents import Reason, Skip
from search.index import Index

from .settled import settle

NOBODY = 65534
HOMES = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "HF_HOME")

SCRIPT = """
import json, os, sys, tempfile
from pathlib import Path
from search.index import Index
from search.text.passages import PassageRules
from tests.toys import ToyEmbedder


def opened(folder):
    return Index(folder, None, lambda name: ToyEmbedder(), PassageRules())


# Everything is imported before the rights go: an ordinary user may not read this Python.
with tempfile.TemporaryDirectory() as folder, opened(folder + "/index") as index:
    (Path(folder) / "notes").mkdir()
    (Path(folder) / "notes/a.md").write_text("Words.")
    index.ingest([folder + "/notes"])
    index.query("words", mode="text")
    index.check(folder + "/notes/a.md")
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
with opened(sys.argv[1]) as index:
    report = index.ingest(sys.argv[2:])
    counts = [report.added, report.changed, report.removed, report.unchanged]
    status = index.status()
    print(json.dumps({
        "counts": counts,
        "warnings": report.warnings,
        "failed": dict(status.failed),
        "documents": status.documents,
        "health": status.health,
        "unread": [[skip.path, skip.message] for skip in status.unread],
        "skips": [[skip.path, skip.reason] for skip in index.skips()],
        "found": [hit.path for hit in index.query("radiators", mode="text").hits],
        "checked": [index.check(skip.path).code for skip in status.unread],
    }))
"""


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder of an ordinary user, to whom modes are barriers."""
    if os.geteuid() != 0:
        pytest.skip("only root can act as another user")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        (folder / "notes/house").mkdir(parents=True)
        (folder / "notes/house/boiler.md").write_text("The radiators stay cold.")
        (folder / "notes/sea.md").write_text("The tide turns.")
        settle(folder / "notes")
        give(folder)
        yield folder


def give(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)


def as_nobody(place: Path, *roots: Path) -> dict[str, object]:
    """What an ingest as an ordinary user leaves behind."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(place / "index"), *map(str, roots)],
        cwd=Path(__file__).parent.parent,
        env=dict(os.environ, **{name: str(place / "home") for name in HOMES}),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_a_folder_and_a_file_without_permission(place: Path) -> None:
    notes = place / "notes"
    assert as_nobody(place, notes)["failed"] == {}
    closed, boiler = notes / "closed", notes / "house/boiler.md"
    (closed / "deep").mkdir(parents=True)
    (closed / "deep/a.md").write_text("Words.")
    give(place)
    boiler.chmod(0)
    closed.chmod(0)
    found = as_nobody(place)
    told = {
        "failed": {"unreadable": 2},
        "documents": 2,
        "health": f"{closed} and 1 more could not be read: the folder cannot be read: permission "
        "denied; once that is mended, run: docsearch ingest",
        "unread": [
            [str(closed), "the folder cannot be read: permission denied"],
            [str(boiler), "the file cannot be read: permission denied"],
        ],
        "skips": [[str(closed), "unreadable"], [str(boiler), "unreadable"]],
        "found": [str(boiler)],
        "checked": ["unreadable", "unreadable"],
    }
    assert found == {"counts": [0, 0, 0, 1], "warnings": [], **told}
    # A refresh of another part, and a further run over all, tell the same.
    assert as_nobody(place, notes / "sea.md") == {"counts": [0, 0, 0, 1], "warnings": [], **told}
    assert as_nobody(place) == {"counts": [0, 0, 0, 1], "warnings": [], **told}
    # With the permissions nothing is left of it.
    boiler.chmod(0o644)
    closed.chmod(0o755)
    found = as_nobody(place)
    assert (found["counts"], found["failed"], found["health"]) == ([1, 1, 0, 1], {}, "ok")
    assert (found["documents"], found["found"], found["unread"]) == (3, [str(boiler)], [])


def test_a_folder_of_known_documents_without_permission(place: Path) -> None:
    notes, house = place / "notes", place / "notes/house"
    as_nobody(place, notes)
    house.chmod(0)
    found = as_nobody(place)
    assert (found["documents"], found["failed"]) == (2, {"unreadable": 1})
    assert found["found"] == [str(house / "boiler.md")]
    assert found["warnings"] == ["1 document could not be looked for; the index keeps what it has"]
    house.chmod(0o755)
    found = as_nobody(place)
    assert (found["counts"], found["failed"]) == ([0, 0, 0, 2], {})


def test_a_folder_that_is_closed_around_a_closed_one_is_told_once(place: Path) -> None:
    notes, inner = place / "notes", place / "notes/outer/inner"
    inner.mkdir(parents=True)
    give(place)
    inner.chmod(0)
    assert as_nobody(place, notes)["skips"] == [[str(inner), "unreadable"]]
    inner.parent.chmod(0)
    assert as_nobody(place)["skips"] == [[str(inner.parent), "unreadable"]]
    # What is unreadable and then deleted is not told of any longer.
    inner.parent.chmod(0o755)
    shutil.rmtree(inner.parent)
    assert as_nobody(place)["skips"] == []


def test_an_ignore_file_without_permission(place: Path) -> None:
    notes = place / "notes"
    (notes / ".gitignore").write_text("*.log\n")
    give(place)
    (notes / ".gitignore").chmod(0)
    found = as_nobody(place, notes)
    assert found["unread"] == [
        [str(notes / ".gitignore"), "the ignore file cannot be read: permission denied"]
    ]
    (notes / ".gitignore").chmod(0o644)
    assert as_nobody(place)["failed"] == {}


def test_names_that_are_too_long(index: Index, tmp_path: Path) -> None:
    root = tmp_path / "notes"
    root.mkdir()
    (root / "a.md").write_text("Words.")
    here = os.open(".", os.O_RDONLY)
    name, depth = "d" * 250, 18
    try:
        os.chdir(root)
        for _ in range(depth):
            os.mkdir(name)
            os.chdir(name)
        report = index.ingest([root])
    finally:
        os.fchdir(here)
        os.close(here)
    assert (report.added, len(report.failed)) == (1, 1)
    skips = index.skips()
    assert [(skip.reason, skip.message.rpartition(": ")[2]) for skip in skips] == [
        (Reason.UNREADABLE, "file name too long")
    ]
    assert index.status().unread == skips
    assert index.status().failed == (("unreadable", 1),)
    shutil.rmtree(root / name)
    index.ingest()
    assert (index.status().failed, index.skips()) == ((), ())


def test_an_ignore_file_that_is_too_large(index: Index, notes: Path) -> None:
    rules = notes / ".docsearchignore"
    rules.write_bytes(b"*" * 1_000_001)
    index.ingest([notes])
    message = "the ignore file cannot be read: it is larger than 1,000,000 bytes"
    assert index.skips() == (Skip(str(rules), Reason.UNREADABLE, message),)
    assert index.check(rules).code == "unreadable"
    assert index.status().health == (
        f"{rules} could not be read: {message}; once that is mended, run: docsearch ingest"
    )
    rules.unlink()
    index.ingest()
    assert (index.skips(), index.status().health) == ((), "ok")
