"""Watched folders: the changes that are reported, and the ingests of an index that follow."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from search import Index, IngestReport
from search.ingest.news import News
from search.ingest.refresh import NOTHING_DONE
from search.ingest.watch import Changes, Watch
from search.paths import real
from search.results import Progress
from search.storage.lock import WriterLock

from .commands import COMMAND


class Script:
    """A notifier with a script: each session reports the next of `batches`, then nothing more."""

    def __init__(self, *batches: Sequence[Collection[str]]) -> None:
        self.batches = list(batches)
        self.watched: list[list[str]] = []

    def __call__(self, folders: Sequence[str], stop: threading.Event) -> Iterator[Collection[str]]:
        self.watched.append(list(folders))
        batches = self.batches.pop(0) if self.batches else ()
        if isinstance(batches, OSError):
            raise batches
        yield from batches
        while not self.batches:
            yield ()


@pytest.fixture
def stop() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def until(reports: Iterator[IngestReport]) -> tuple[int, int, int, int]:
    """Wait for the next report that is not empty.

    Returns its numbers of documents added, changed, moved or copied, and removed.
    """
    report = next(report for report in reports if report != NOTHING_DONE)
    return report.added, report.changed, report.copied, report.removed


def ignore_progress(progress: Progress) -> None:
    pass


def test_the_system_reports_changes_and_only_those_in_a_root_count(
    tmp_path: Path, stop: threading.Event
) -> None:
    root = Path(real(tmp_path)) / "docs"
    root.mkdir()
    changes = Watch(lambda: [str(root)], stop).changes()
    assert next(changes) == Changes((str(root),))
    (root / "a.md").write_text("a")
    (tmp_path / "b.md").write_text("b")
    change_seen = next(change for change in changes if change.paths)
    assert change_seen == Changes((str(root / "a.md"),))
    stop.set()
    assert [change for change in changes if change.paths] == []


def test_a_root_that_vanishes_and_returns_is_reported_once_each(
    tmp_path: Path, stop: threading.Event
) -> None:
    root = tmp_path / "disk"
    root.mkdir()
    changes = Watch(lambda: [str(root)], stop, tick_seconds=0.01).changes()
    assert next(changes) == Changes((str(root),))
    root.rename(tmp_path / "elsewhere")
    change_seen = next(change for change in changes if change.warnings)
    away = (
        f"{root} is not there now; "
        "its documents stay in the index, and it is taken up again when it is back"
    )
    assert change_seen == Changes((), (away,))
    for _ in range(5):
        assert next(changes) == Changes()
    (tmp_path / "elsewhere").rename(root)
    assert next(change for change in changes if change != Changes()) == Changes((str(root),))


def test_a_folder_that_is_replaced_is_watched_anew(tmp_path: Path, stop: threading.Event) -> None:
    root, script = tmp_path / "docs", Script([()] * 3)
    root.mkdir()
    changes = Watch(lambda: [str(root)], stop, script).changes()
    assert [next(changes), next(changes)] == [Changes((str(root),)), Changes()]
    (tmp_path / "new").mkdir()
    root.rmdir()
    (tmp_path / "new").rename(root)
    assert next(change for change in changes if change != Changes()) == Changes((str(root),))
    assert script.watched == [[str(root)]] * 2


def test_a_root_may_be_a_file_and_roots_may_be_added(tmp_path: Path, stop: threading.Event) -> None:
    file, folder = tmp_path / "a.md", tmp_path / "docs"
    file.write_text("one")
    folder.mkdir()
    roots = [str(file)]
    changes = Watch(lambda: list(roots), stop, tick_seconds=0.01).changes()
    assert next(changes) == Changes((str(file),))
    (tmp_path / "new").write_text("three")
    (tmp_path / "new").rename(file)
    assert next(change for change in changes if change != Changes()) == Changes((str(file),))
    roots.append(str(folder))
    assert next(change for change in changes if change != Changes()) == Changes(
        (str(file), str(folder))
    )


def test_folders_that_the_system_cannot_watch_are_walked_at_intervals(
    tmp_path: Path, stop: threading.Event
) -> None:
    class Refusing:
        def __call__(
            self, folders: Sequence[str], stop: threading.Event
        ) -> Iterator[Collection[str]]:
            raise OSError(28, "OS file watch limit reached")
            yield ()

    changes = Watch(lambda: [str(tmp_path)], stop, Refusing(), tick_seconds=0.001).changes()
    warned = next(changes)
    assert warned.paths == ()
    assert warned.warnings[0].startswith(
        "the system cannot watch these folders ([Errno 28] OS file watch limit reached); "
        "they are looked through every"
    )
    if Path("/proc/sys/fs/inotify").exists():
        assert "sudo sysctl fs.inotify.max_user_watches=" in warned.warnings[0]
    found = [next(change for change in changes if change != Changes()) for _ in range(3)]
    assert found == [Changes((str(tmp_path),))] * 3


def test_an_index_follows_its_folder(index: Index, notes: Path, stop: threading.Event) -> None:
    index.ingest([notes])
    reports = index._refresh().follow([], ignore_progress, stop)
    (notes / "new.md").write_text("# Made before the watch\n\nRent.\n")
    assert until(reports) == (1, 0, 0, 0)
    (notes / "new.md").write_text("# Made anew\n\nThe rent of the flat.\n")
    assert until(reports) == (0, 1, 0, 0)
    (notes / "new.md").rename(notes / "kitchen" / "moved.md")
    assert until(reports) == (0, 0, 1, 1)
    (notes / "deep" / "er").mkdir(parents=True)
    (notes / "deep" / "er" / "tide.md").write_text("# Tide\n\nIt turns.\n")
    assert until(reports) == (1, 0, 0, 0)
    assert [hit.path for hit in index.query("turns", mode="text", limit=1).hits] == [
        str(notes / "deep/er/tide.md")
    ]
    (notes / ".ignore").write_text("deep/\n")
    assert until(reports) == (0, 0, 0, 1)
    shutil.rmtree(notes / "kitchen")
    assert until(reports) == (0, 0, 0, 2)


def test_excluded_files_and_the_index_itself_cause_no_run(
    index: Index, notes: Path, stop: threading.Event, tmp_path: Path
) -> None:
    inside = Index(str(notes / "index"), None, index.opened.load_embedder, index.rules)
    (notes / ".ignore").write_text("build/\n")
    inside.ingest([notes])
    inside.forget(notes / "sea.rst")
    reports = inside._refresh().follow([], ignore_progress, stop)
    first = next(reports)
    assert (first.unchanged, first.added) == (3, 0)
    for name in ("a.png", ".hidden.md", "build/x.md", "index/x.md", "sea.rst"):
        (notes / name).parent.mkdir(exist_ok=True)
        (notes / name).write_text("x")
    before = inside.store.version
    (notes / "last.md").write_text("# Last\n\nOven.\n")
    assert until(reports) == (1, 0, 0, 0)
    written = inside.store.version
    # The index's own writing comes back as changes, which cause no run.
    for _ in range(2):
        assert next(reports) == NOTHING_DONE
    assert before < written == inside.store.version
    assert inside.status().documents == 4
    inside.close()


def test_a_root_that_vanishes_keeps_its_documents_and_is_followed_again(
    index: Index, notes: Path, stop: threading.Event
) -> None:
    index.ingest([notes])
    reports = index._refresh().follow([str(notes)], ignore_progress, stop)
    next(reports)
    notes.rename(notes.with_name("unplugged"))
    report = next(report for report in reports if report != NOTHING_DONE)
    assert report == replace(NOTHING_DONE, warnings=report.warnings)
    assert index.status().documents == 4
    (notes.with_name("unplugged") / "kitchen" / "bread.md").unlink()
    notes.with_name("unplugged").rename(notes)
    assert until(reports) == (0, 0, 0, 1)


def test_changes_wait_while_another_process_writes(
    index: Index, notes: Path, stop: threading.Event
) -> None:
    index.ingest([notes])
    reports = index._refresh().follow([], ignore_progress, stop)
    next(reports)
    with WriterLock(index.path):
        (notes / "new.md").write_text("# New\n\nRent.\n")
        assert [next(reports), next(reports)] == [NOTHING_DONE] * 2
    assert until(reports) == (1, 0, 0, 0)


def test_a_watch_does_not_keep_the_lock(index: Index, notes: Path, stop: threading.Event) -> None:
    reports = index.watch([notes], stop=stop)
    assert next(reports).added == 4
    (notes / "new.md").write_text("# New\n\nRent.\n")
    assert index.ingest([notes]).added == 1
    stop.set()
    assert list(reports) == []


def test_many_changes_cause_one_walk(index: Index, notes: Path, stop: threading.Event) -> None:
    index.ingest([notes])
    reports = index._refresh().follow([], ignore_progress, stop)
    next(reports)
    for number in range(250):
        (notes / f"{number}.md").write_text(f"# Note {number}\n\nRent.\n")
    added = 0
    while added < 250:
        added += until(reports)[0]
    assert index.status().documents == 254


def test_news_are_told_once(notes: Path) -> None:
    news, warned = News(), replace(NOTHING_DONE, warnings=("it is away",))
    changed = replace(NOTHING_DONE, changed=1, seconds=os.times().elapsed)
    is_new = [
        news.is_in(report)
        for report in (NOTHING_DONE, warned, warned, changed, NOTHING_DONE, warned)
    ]
    assert is_new == [False, True, False, True, False, True]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_refreshes_until_a_signal(
    notes: Path, tmp_path: Path, number: signal.Signals
) -> None:
    command = [COMMAND, "--index", tmp_path / "index", "ingest", "--watch", "--json", notes]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        assert json.loads(process.stdout.readline())["added"] == 4
        assert (
            next(line for line in process.stderr if "watching" in line)
            == "watching for changes; Ctrl-C ends it\n"
        )
        (notes / "new.md").write_text("# New\n\nRent.\n")
        assert json.loads(process.stdout.readline())["added"] == 1
        assert process.stderr.readline().startswith("documents: 1 added")
        (notes / "new.md").unlink()
        assert json.loads(process.stdout.readline())["removed"] == 1
        process.send_signal(number)
        rest = process.stderr.read()
        assert (process.wait(60), process.stdout.read()) == (128 + number, "")
        assert [
            line for line in rest.splitlines() if not line.startswith("documents: 1 removed")
        ] == []
