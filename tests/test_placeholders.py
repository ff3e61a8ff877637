"""Files that a cloud service keeps online: they are never opened, never fetched and never lost."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from search.documents import File, Reason
from search.errors import Unreadable
from search.index import Index
from search.ingest.file_bytes import read_bytes
from search.ingest.placeholders import (
    SF_DATALESS,
    CloudMarks,
    Placeholder,
    Stub,
    placeholder_at,
    stub_at,
    stub_path_for,
)
from search.ingest.scopes import RootRules
from search.results import IngestReport
from search.text.passages import PassageRules

from .settled import settle
from .toys import ToyEmbedder

OPENED: set[str] = set()
"""The paths of the files that this process opened."""


def note_opened(event: str, arguments: tuple[object, ...]) -> None:
    if event in ("open", "os.scandir", "os.listdir"):
        OPENED.add(str(arguments[0]))


@pytest.fixture(scope="module", autouse=True)
def noting_opened() -> None:
    sys.addaudithook(note_opened)


class Cloud(CloudMarks):
    """A cloud that keeps the contents of some paths; it also gives extended attributes."""

    def __init__(self) -> None:
        self.online: set[str] = set()
        self.xattrs: dict[tuple[str, str], bytes] = {}

    def flags(self, path: str, status: os.stat_result) -> int:
        return SF_DATALESS if path in self.online else 0

    def xattr(self, path: str, name: str) -> bytes | None:
        return self.xattrs.get((path, name))

    def evict(self, path: Path) -> None:
        """Take the contents off the disk: of the file's times only the ctime changes."""
        self.online.add(str(path))
        path.chmod(0o600)

    def bring(self, path: Path) -> None:
        self.online.discard(str(path))
        path.chmod(0o644)


@pytest.fixture
def cloud() -> Cloud:
    return Cloud()


@pytest.fixture
def index(tmp_path: Path, embedder: ToyEmbedder, cloud: Cloud) -> Iterator[Index]:
    rules = PassageRules()
    with Index(str(tmp_path / "index"), None, lambda name: embedder, rules, marks=cloud) as index:
        yield index


def opened(index: Index, **options: RootRules) -> tuple[set[str], IngestReport]:
    """What a run over all roots opens, and its report."""
    OPENED.clear()
    report = index.ingest(**options)
    return set(OPENED), report


def counts(report: IngestReport) -> tuple[int, int, int, int]:
    return report.added, report.changed, report.removed, report.unchanged


def test_changes_of_the_ctime_alone_read_nothing(index: Index, notes: Path) -> None:
    index.ingest([notes])
    settle(notes)
    index.ingest()
    for path in notes.rglob("*.*"):
        path.chmod(0o600)
    paths, report = opened(index)
    assert (counts(report), {path for path in paths if path.endswith((".md", ".rst"))}) == (
        (0, 0, 0, 4),
        set(),
    )


def test_a_known_document_that_is_evicted_keeps_its_passages(
    index: Index, notes: Path, cloud: Cloud
) -> None:
    index.ingest([notes])
    settle(notes)
    index.ingest()
    boiler = notes / "house/boiler.md"
    cloud.evict(boiler)
    paths, report = opened(index)
    assert (counts(report), report.passed_over, str(boiler) in paths) == ((0, 0, 0, 4), (), False)
    assert index.query("radiators", mode="text").hits[0].path == str(boiler)
    verdict = index.check(boiler)
    assert (verdict.indexed, verdict.code) == (True, "not_downloaded")
    # It is known to be another one in the cloud, and is counted.
    os.utime(boiler, (1_800_000_000, 1_800_000_000))
    paths, report = opened(index)
    assert (counts(report), report.passed_over) == ((0, 0, 0, 4), (("not_downloaded", 1),))
    assert str(boiler) not in paths
    assert index.status().skipped == (("not_downloaded", 1),)
    # Once it is here, it is read again.
    cloud.bring(boiler)
    paths, report = opened(index)
    assert (str(boiler) in paths, report.passed_over) == (True, ())


def test_after_an_upgrade_a_placeholder_is_read_when_it_is_here_again(
    index: Index, notes: Path, cloud: Cloud
) -> None:
    index.ingest([notes])
    settle(notes)
    index.ingest()
    boiler = notes / "house/boiler.md"
    cloud.evict(boiler)
    index.rules = PassageRules(overlap=0)
    paths, report = opened(index)
    assert (str(boiler) in paths, report.removed) == (False, 0)
    assert index.query("radiators", mode="text").hits[0].path == str(boiler)
    cloud.bring(boiler)
    settle(notes)
    paths, report = opened(index)
    assert (str(boiler) in paths, report.unchanged) == (True, 3)
    paths, report = opened(index)
    assert (str(boiler) in paths, report.unchanged) == (False, 4)


def test_placeholders_that_no_run_has_met_are_counted(
    index: Index, notes: Path, cloud: Cloud
) -> None:
    (notes / "film.mp4").write_bytes(b"\0")
    cloud.online |= {
        str(notes / "house/boiler.md"),
        str(notes / "kitchen"),
        str(notes / "film.mp4"),
    }
    OPENED.clear()
    report = index.ingest([notes])
    assert not {path for path in OPENED if path in cloud.online}
    assert (report.added, report.passed_over) == (2, (("binary", 1), ("not_downloaded", 2)))
    assert index.status().skipped == (("binary", 1), ("not_downloaded", 2))
    verdict = index.check(notes / "house/boiler.md")
    assert (verdict.indexed, verdict.code, verdict.message) == (
        False,
        "not_downloaded",
        "its contents are in the cloud and not on this disk; to download and read it: "
        "docsearch ingest --fetch-cloud FOLDER",
    )
    assert index.check(notes / "kitchen/bread.md").code == "not_downloaded"
    assert str(notes / "house/boiler.md") not in OPENED


def test_they_are_fetched_where_the_root_says_so(index: Index, notes: Path, cloud: Cloud) -> None:
    cloud.online |= {str(notes / "house/boiler.md"), str(notes / "kitchen")}
    index.ingest([notes])
    report = index.ingest([notes], rules=RootRules(fetch_cloud=True))
    assert (report.added, report.passed_over) == (2, ())
    settle(notes)
    # The root keeps the rule.
    (notes / "sea2.md").write_text("The sea.")
    cloud.online.add(str(notes / "sea2.md"))
    assert index.ingest().added == 1
    (notes / "sea3.md").write_text("The sea, too.")
    cloud.online.add(str(notes / "sea3.md"))
    assert index.ingest([notes], rules=RootRules(fetch_cloud=False)).added == 0
    assert len([entry for entry in index.catalog.entries() if entry.passages]) == 5


def test_a_folder_that_is_evicted_keeps_its_documents(
    index: Index, notes: Path, cloud: Cloud
) -> None:
    index.ingest([notes])
    cloud.online.add(str(notes / "house"))
    paths, report = opened(index)
    assert (report.removed, report.passed_over) == (0, (("not_downloaded", 1),))
    assert str(notes / "house") not in paths
    assert index.status().documents == 4
    # The whole root may be away as well.
    cloud.online = {str(notes)}
    assert (index.ingest().removed, index.status().documents) == (0, 4)


def test_stubs_of_icloud_stand_for_their_files(index: Index, notes: Path) -> None:
    index.ingest([notes])
    settle(notes)
    index.ingest()
    boiler, stub = notes / "house/boiler.md", notes / "house/.boiler.md.icloud"
    boiler.unlink()
    stub.write_bytes(b"bplist00")
    (notes / "house/.new.md.icloud").write_bytes(b"bplist00")
    (notes / "house/..secret.icloud").write_bytes(b"bplist00")
    paths, report = opened(index)
    assert (counts(report), report.passed_over) == (
        (0, 0, 0, 4),
        (("hidden", 1), ("not_downloaded", 1)),
    )
    assert str(stub) not in paths
    assert (index.check(boiler).indexed, index.check(boiler).code) == (True, "not_downloaded")
    verdict = index.check(notes / "house/new.md")
    assert (verdict.indexed, verdict.code) == (False, "not_downloaded")
    assert verdict.message.endswith("make it available offline in iCloud Drive")
    # The watch names the paths that changed, and those may be looked at alone.
    assert index.ingest([boiler]).removed == 0
    assert index.check(notes / "none.md").code == "missing"


def test_an_ignore_file_in_the_cloud_is_reported_and_not_opened(
    index: Index, notes: Path, cloud: Cloud
) -> None:
    (notes / ".gitignore").write_text("*.rst\n")
    cloud.online.add(str(notes / ".gitignore"))
    OPENED.clear()
    report = index.ingest([notes])
    assert str(notes / ".gitignore") not in OPENED
    assert [(skip.reason, skip.message) for skip in report.failed] == [
        (
            Reason.UNREADABLE,
            "the ignore file cannot be read: it is in the cloud and not on this disk",
        )
    ]


def test_a_file_that_is_evicted_after_the_walk_is_not_opened(tmp_path: Path, cloud: Cloud) -> None:
    path = tmp_path / "a.md"
    path.write_text("Words")
    file = File(str(path), str(tmp_path), 5, 0, 0, 0)
    assert read_bytes(file, cloud) == b"Words"
    cloud.evict(path)
    OPENED.clear()
    with pytest.raises(Unreadable) as caught:
        read_bytes(file, cloud)
    assert (caught.value.reason, str(path) in OPENED) == (Reason.NOT_DOWNLOADED, False)


def test_a_download_that_macos_refuses_is_no_failure(tmp_path: Path) -> None:
    class Refusing(CloudMarks):
        def flags(self, path: str, status: os.stat_result) -> int:
            raise OSError(errno.EDEADLK, os.strerror(errno.EDEADLK))

    (tmp_path / "a.md").write_text("Words")
    with pytest.raises(Unreadable) as caught:
        read_bytes(File(str(tmp_path / "a.md"), str(tmp_path), 5, 0, 0, 0), Refusing())
    assert caught.value.reason is Reason.NOT_DOWNLOADED


@pytest.mark.parametrize(
    ("name", "value", "placeholder"),
    [
        ("com.dropbox.placeholder", b"", Placeholder("Dropbox", opening_downloads=False)),
        ("user.nextcloud.hydrate_exec", b"x", Placeholder("Nextcloud", opening_downloads=False)),
        (
            "user.cifs.dosattrib",
            (0x40_0020).to_bytes(4, sys.byteorder),
            Placeholder("the cloud", opening_downloads=True),
        ),
        ("user.cifs.dosattrib", (0x20).to_bytes(4, sys.byteorder), None),
        ("com.google.drivefs.item-id#S", b"x", None),
    ],
)
def test_attributes_tell_placeholders(
    tmp_path: Path, cloud: Cloud, name: str, value: bytes, placeholder: Placeholder | None
) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"")
    cloud.xattrs[str(path), name] = value
    assert placeholder_at(str(path), path.stat(), cloud) == placeholder
    # A file whose contents are here is not asked for its attributes.
    path.write_text("Words")
    assert placeholder_at(str(path), path.stat(), cloud) is None


def test_a_real_attribute_tells_a_placeholder(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b" ")
    assert placeholder_at(str(path), path.stat()) is None
    try:
        os.setxattr(path, "user.nextcloud.hydrate_exec", b"nextcloud")
    except OSError:
        pytest.skip("this file system has no extended attributes")
    assert placeholder_at(str(path), path.stat()) == Placeholder("Nextcloud", False)


def test_names_of_stubs(tmp_path: Path) -> None:
    for name in (".a.md.icloud", "b.md.nextcloud", ".icloud", "c.md.owncloud", "c.md"):
        (tmp_path / name).write_bytes(b" ")
    (tmp_path / "notes.nextcloud").write_text("a file of the user's own")
    found = {
        path.name: stub_at(str(path), path.stat())
        for path in sorted(tmp_path.iterdir())
        if path.is_file()
    }
    assert found == {
        ".a.md.icloud": Stub(f"{tmp_path}/a.md", Placeholder("iCloud Drive", False)),
        ".icloud": None,
        "b.md.nextcloud": Stub(f"{tmp_path}/b.md", Placeholder("Nextcloud", False)),
        "c.md": None,
        "c.md.owncloud": None,
        "notes.nextcloud": None,
    }
    assert stub_path_for(f"{tmp_path}/a.md") == f"{tmp_path}/.a.md.icloud"
    assert stub_path_for(f"{tmp_path}/none.md") is None
