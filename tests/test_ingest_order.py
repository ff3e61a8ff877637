"""Small and new files come first, long documents take turns, and reports keep the walk's order."""

from __future__ import annotations

import gc
import io
import os
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import docx
import pytest

from search.documents import Document, File
from search.index import Index
from search.ingest.plan import make_plan
from search.ingest.priority import SIZES, by_priority
from search.ingest.run import Ingestion
from search.ingest.scopes import Scope
from search.ingest.turns import MAX_OPEN, TURN, Source, in_turns
from search.results import Progress
from search.storage.catalog import Catalog
from search.storage.entries import EntryState, Root, doc_id
from search.storage.writable_store import WritableStore
from search.text.passages import PassageRules

from .toys import ToyEmbedder

HERE = Path(__file__).parent.parent


def file(path: str, size: int, mtime_ns: int) -> File:
    return File(path, "/d", size, mtime_ns, mtime_ns, 1)


def test_the_order_of_reading() -> None:
    small, middle, large = SIZES
    order = [
        file("/d/new", small - 1, 9),
        file("/d/a", 10, 5),
        file("/d/b", small - 1, 5),
        file("/d/old", 1, 2),
        file("/d/middle", small, 7),
        file("/d/larger", middle - 1, 6),
        file("/d/large", large - 1, 9),
        file("/d/huge", large, 9),
    ]
    assert by_priority(reversed(order)) == order


def source(
    name: str, count: int, log: list[str], size: int | None = None, held: int = 0
) -> Source[str]:
    """A document with `count` passages, which writes its beginning and its end into `log`."""

    def pieces() -> Iterator[str]:
        log.append(f"{name}(")
        for _ in range(count):
            yield name

    return Source(
        count if size is None else size, pieces(), lambda: held, lambda: log.append(f"){name}")
    )


def turns(pieces: Iterator[str]) -> list[tuple[str, int]]:
    """The runs of equal pieces, each with its length."""
    runs: list[tuple[str, int]] = []
    for piece in pieces:
        last, length = runs.pop() if runs and runs[-1][0] == piece else (piece, 0)
        runs.append((last, length + 1))
    return runs


def test_long_documents_take_turns_and_short_ones_come_first() -> None:
    log: list[str] = []
    sources = [source("a", TURN + 2, log), source("b", 2 * TURN, log), source("c", 3, log)]
    assert turns(in_turns(sources, 100)) == [
        *(("a", TURN), ("b", TURN), ("c", 3), ("a", 2), ("b", TURN)),
    ]
    assert log == ["a(", "b(", "c(", ")c", ")a", ")b"]


def test_files_of_the_same_size_take_no_turns_because_they_may_be_identical() -> None:
    log: list[str] = []
    sources = [source(name, TURN + 1, log, size=5) for name in "ab"]
    assert turns(in_turns(sources, 100)) == [("a", TURN + 1), ("b", TURN + 1)]


def test_few_documents_are_open_at_once() -> None:
    log: list[str] = []
    names = "abcdefgh"
    sources = [source(name, TURN + place, log) for place, name in enumerate(names, 1)]
    assert sum(length for _, length in turns(in_turns(sources, 100))) == 8 * TURN + 36
    opened = [entry.count("(") - entry.count(")") for entry in log]
    assert max(sum(opened[:end]) for end in range(len(opened))) == MAX_OPEN
    # Documents that hold much do not wait for each other in memory.
    log.clear()
    list(
        in_turns([source(name, TURN + 1, log, size=i, held=60) for i, name in enumerate("abc")], 50)
    )
    assert log == ["a(", ")a", "b(", ")b", "c(", ")c"]


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog.open(tmp_path / "index", create=True, write=True) as catalog:
        yield catalog


class CountingEmbedder(ToyEmbedder):
    """Counts the characters of the documents in memory each time that it embeds.

    Documents that were there before do not count: other tests have some.
    """

    def __init__(self) -> None:
        super().__init__()
        self.held: list[int] = []
        self._before = self._characters()

    def embed_passages(self, texts):  # type: ignore[no-untyped-def]
        self.held.append(self._characters() - self._before)
        return super().embed_passages(texts)

    def _characters(self) -> int:
        gc.collect()
        return sum(len(found.text) for found in gc.get_objects() if isinstance(found, Document))


def unfolding(path: Path, name: str, paragraphs: int) -> int:
    """Write a small DOCX file with many paragraphs, each the same; the characters of its text."""
    empty = io.BytesIO()
    docx.Document().save(empty)
    with zipfile.ZipFile(empty) as made, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for part in made.namelist():
            data = made.read(part)
            if part == "word/document.xml":
                head, tail = data.split(b"<w:body>")
                line = f"<w:p><w:r><w:t>{name} tells of the tide.</w:t></w:r></w:p>".encode()
                data = head + b"<w:body>" + line * paragraphs + tail
            out.writestr(part, data)
    return paragraphs * len(f"{name} tells of the tide.\n\n")


def test_what_files_unfold_to_is_bounded_and_not_their_bytes(
    tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    # In one stage, documents are held while others are embedded.
    monkeypatch.setattr("search.ingest.run.SMALL_RUN", 10**9)
    folder = tmp_path / "notes"
    folder.mkdir()
    characters = max(unfolding(folder / f"{n}.docx", f"N{n:02}", 5_000 + n) for n in range(8))
    # The files themselves would all fit into the memory that is given.
    max_memory = 1_800_000
    assert sum(path.stat().st_size for path in folder.iterdir()) < max_memory
    embedder = CountingEmbedder()
    store = WritableStore(tmp_path / "index", embedder.dimensions)
    # A block costs about 150 bytes of memory, so that each document holds 0.9 MB.
    Ingestion(
        catalog,
        lambda: store,
        lambda: embedder,
        PassageRules(),
        lambda progress: None,
        max_memory=max_memory,
    ).run([make_plan(catalog, Scope(Root(str(folder), max_file_size=1_000_000)), prune=False)])
    assert {entry.state for entry in catalog.entries()} == {EntryState.COMPLETE}
    assert characters <= max(embedder.held) <= 3 * characters


def test_reports_keep_the_order_of_the_walk(index: Index, tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    for age, name in enumerate(["c.pdf", "a.pdf", "b.pdf"]):
        (folder / name).write_bytes(b"%PDF-1.4 nothing" + b" " * 100_000 * age)
        os.utime(folder / name, (age, age))
    for age, name in enumerate(["f.txt", "d.txt", "e.txt"]):
        (folder / name).write_bytes(b"\0\1\2" * 20)
        os.utime(folder / name, (age, age))
    planned = [Path(one.path).name for one in index.dry_run([folder]).read]
    assert planned == ["a.pdf", "b.pdf", "c.pdf", "d.txt", "e.txt", "f.txt"]
    report = index.ingest([folder])
    assert [Path(skip.path).name for skip in report.failed] == planned[:3]
    assert [Path(skip.path).name for skip in report.skipped] == planned[3:]


SHORT = PassageRules(max_tokens=32, overlap=0, min_tokens=4)
"""Rules that make many passages of small files."""


def large_and_small(folder: Path) -> None:
    """Three large files whose names come first, and 40 small ones."""
    folder.mkdir()
    words = "the tide in the harbour came late. "
    (folder / "a.log").write_text("".join(f"{n} Monday {words}\n" for n in range(5_000)))
    (folder / "b.txt").write_text("".join(f"{n} Tuesday {words}" for n in range(4_500)))
    (folder / "c.csv").write_text("".join(f"{n},Wednesday {words}\n" for n in range(2_500)))
    for number in range(40):
        (folder / f"note {number}.txt").write_text(f"Note {number} tells of bread number {number}.")


def test_small_documents_are_embedded_in_the_first_batches(tmp_path: Path) -> None:
    large_and_small(tmp_path / "notes")
    index = Index(str(tmp_path / "index"), None, lambda name: ToyEmbedder(), SHORT)

    class Stop(Exception):
        pass

    states: list[Progress] = []

    def stop_late(progress: Progress) -> None:
        states.append(progress)
        # No batch has more than 2,048 passages. So the notes and the first turns are embedded.
        if progress.passages > 2500:
            raise Stop

    with pytest.raises(Stop):
        index.ingest([tmp_path / "notes"], on_progress=stop_late)
    for mode in ("text", "vector"):
        hits = index.query("bread", limit=100, mode=mode, min_score=0.0).hits
        found = {Path(hit.path).name for hit in hits if "note " in hit.path}
        assert found == {f"note {number}.txt" for number in range(40)}
    # Of each of the large files, all words are in, and some vectors.
    for day, name in (("Monday", "a.log"), ("Tuesday", "b.txt"), ("Wednesday", "c.csv")):
        assert Path(index.query(day, mode="text").hits[0].path).name == name
        rows = list(index.store.rows(doc_id(str(tmp_path / "notes" / name))))
        assert 0 < sum(row.vector is not None for row in rows) < len(rows)
    for stage in ("words", "vectors"):
        done = [state.bytes_done for state in states if state.stage == stage]
        assert done == sorted(done)
        assert done[0] < done[-1]
    assert [stage for stage, _ in groupby(states, lambda state: state.stage)] == [
        *("words", "vectors")
    ]
    index.close()


def test_ctrl_c_loses_nothing_that_was_committed(tmp_path: Path) -> None:
    large_and_small(tmp_path / "notes")
    program = """
import sys
from search.index import Index
from tests.test_ingest_order import SHORT
from tests.toys import ToyEmbedder
with Index(sys.argv[1], None, lambda name: ToyEmbedder(), SHORT) as index:
    def say(progress):
        print(progress.passages, flush=True)
    index.ingest([sys.argv[2]], on_progress=say)
"""
    run = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "index"), str(tmp_path / "notes")],
        cwd=HERE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert run.stdout is not None
    embedded = 0
    for line in run.stdout:
        embedded = int(line)
        if embedded > 2500:
            run.send_signal(signal.SIGINT)
            break
    drain = threading.Thread(target=run.stdout.read)
    drain.start()
    assert run.wait(60) in (1, 130, -signal.SIGINT)
    drain.join(10)
    run.stdout.close()
    embedder = ToyEmbedder()
    with Index(str(tmp_path / "index"), None, lambda name: embedder, SHORT) as index:
        assert len(index.query("bread", limit=100, mode="text").hits) == 40
        report = index.ingest([tmp_path / "notes"])
        assert (report.added, report.changed, report.completed, report.failed) == (0, 0, 3, ())
        assert index.status().documents == 43
        # What was stored before the interruption is not embedded again: that is all but a batch.
        assert not any("bread" in text for text in embedder.embedded)
        assert embedded > 2500
        assert len(embedder.embedded) == report.passages
        assert report.passages <= index.status().passages - 2 * TURN
        assert index.ingest().unchanged == 43
