"""A large run stores the words of all files first, and their vectors in a second stage."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from search.documents import Candidate, File, Passage, Row
from search.errors import ModelError
from search.index import Index
from search.ingest import run
from search.ingest.large_files import SPEED_KEY
from search.ingest.plan import RACY_NS
from search.ingest.turns import TURN
from search.query.calibration import Calibration
from search.query.legs import Legs
from search.query.ranking import rank
from search.results import IngestReport, LargeFile, Progress
from search.storage import upkeep
from search.storage.catalog import Catalog
from search.storage.entries import Entry, EntryState, doc_id
from search.storage.filters import Filter
from search.storage.writable_store import WritableStore
from search.supply.model_choice import ModelChoice
from search.text.passages import PassageRules, embedded_text

from .toys import ToyEmbedder, as_stored

HERE = Path(__file__).parent.parent
SHORT = PassageRules(max_tokens=32, overlap=0, min_tokens=4)
TOPICS = ("boiler", "rent", "bread", "tide")


class Stop(Exception):
    """Ends a run where it is."""


class WideEmbedder(ToyEmbedder):
    """A model of other weights and dimensions."""

    name = "wide"
    revision = "2"
    dimensions = 7


@pytest.fixture
def embedder() -> ToyEmbedder:
    return ToyEmbedder()


@pytest.fixture(autouse=True)
def every_run_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "SMALL_RUN", -1)


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """Ten notes of one passage each, and a log of many."""
    folder = tmp_path / "notes"
    folder.mkdir()
    for number in range(10):
        topic = TOPICS[number % len(TOPICS)]
        (folder / f"{number}.txt").write_text(
            f"Note {number} tells of the {topic} and of w{number}."
        )
    lines = (f"{number} The harbour master saw the sea at {number}.\n" for number in range(500))
    (folder / "log.txt").write_text("\n".join(lines))
    os.utime(folder / "log.txt", (10**9, 10**9))
    # A file that was changed just before it is read counts as changed in the next run too.
    time.sleep(2 * RACY_NS / 1e9)
    return folder


@pytest.fixture
def index(tmp_path: Path, embedder: ToyEmbedder) -> Iterator[Index]:
    def load(name: str) -> ToyEmbedder:
        return WideEmbedder() if name == "o/wide" else embedder

    with Index(str(tmp_path / "index"), None, load, SHORT, ModelChoice()) as index:
        yield index


def stopped(
    index: Index, folder: Path, at: Callable[[Progress], bool], states: list[Progress] | None = None
) -> None:
    """Ingest the folder until a state of the run makes `at` true."""

    def show(progress: Progress) -> None:
        if states is not None:
            states.append(progress)
        if at(progress):
            raise Stop

    with pytest.raises(Stop):
        index.ingest([folder], on_progress=show)


def at_first_vectors(progress: Progress) -> bool:
    return progress.stage == "vectors"


def states_of(index: Index) -> dict[str, str]:
    return {Path(entry.file.path).name: str(entry.state) for entry in index.catalog.entries()}


def lacking(index: Index) -> int:
    """How many stored passages have no vector."""
    docs = [entry.doc for entry in index.catalog.entries()]
    return len(index.store.without_vectors(docs))


def check_whole(index: Index) -> None:
    """Each document is complete, and each passage has the vector of its text."""
    assert set(states_of(index).values()) == {"complete"}
    toy = ToyEmbedder()
    tokens = 0
    for entry in index.catalog.entries():
        rows = list(index.store.rows(entry.doc))
        assert [row.passage.ordinal for row in rows] == list(range(entry.passages))
        texts = [embedded_text(row.passage) for row in rows]
        for row, vector in zip(rows, as_stored(toy.embed_passages(texts)), strict=True):
            assert row.vector is not None
            assert row.vector.tolist() == vector.tolist()
        tokens += sum(map(len, toy.tokenizer.spans(texts)))
    assert index.status().tokens == tokens
    assert (index.status().without_vectors, index.status().pending) == (0, 0)


def test_words_come_first_and_a_run_in_one_stage_gives_the_same(
    index: Index,
    embedder: ToyEmbedder,
    notes: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    states: list[Progress] = []
    report = index.ingest([notes], on_progress=states.append)
    assert (report.added, report.passages, report.completed) == (11, len(embedder.embedded), 0)
    stages = [state.stage for state in states]
    assert stages == sorted(stages, reverse=True)
    assert set(stages) == {"words", "vectors"}
    assert (states[-1].files_done, states[-1].bytes_done) == (11, states[-1].bytes_total)
    check_whole(index)
    once = Index(str(tmp_path / "other"), None, lambda name: ToyEmbedder(), SHORT)
    monkeypatch.setattr(run, "SMALL_RUN", 10**9)
    alike = once.ingest([notes])
    assert (alike.passages, alike.tokens) == (report.passages, report.tokens)
    for entry in index.catalog.entries():
        ours, theirs = (
            [(row.passage, row.terms, row.vector.tolist()) for row in each.store.rows(entry.doc)]  # type: ignore[union-attr]
            for each in (index, once)
        )
        assert ours == theirs
    once.close()


def test_everything_is_found_by_its_words_before_it_has_vectors(index: Index, notes: Path) -> None:
    stopped(index, notes, at_first_vectors)
    assert set(states_of(index).values()) == {"words"}
    for number in range(10):
        (hit,) = index.query(f"w{number}", mode="text").hits
        assert (Path(hit.path).name, hit.scores.vector) == (f"{number}.txt", None)
    warning = (
        "11 documents have no vectors yet, so that only words find them; run: docsearch ingest"
    )
    result = index.query("w3")
    assert [Path(hit.path).name for hit in result.hits] == ["3.txt"]
    assert (result.warnings, result.hits[0].scores.vector) == ((warning,), None)
    assert index.query("w3", mode="text").warnings == ()
    assert index.query("w3", mode="vector").hits == ()
    filtered = index.query("w3", where=Filter(paths=("3.txt",)))
    assert filtered.warnings == (
        "1 document has no vectors yet, so that only words find it; run: docsearch ingest",
    )
    assert [Path(hit.path).name for hit in index.query('"note 4 tells"').hits] == ["4.txt"]
    assert index.document(notes / "5.txt").text == "Note 5 tells of the rent and of w5."
    verdict = index.check(notes / "5.txt")
    assert (verdict.indexed, verdict.code, verdict.message) == (
        True,
        "words",
        "it is in the index, with 1 passage, which only words find yet; "
        "make vectors with: docsearch ingest",
    )
    status = index.status()
    assert (status.documents, status.without_vectors, status.pending) == (11, 11, 0)
    assert status.health == (
        "11 documents have no vectors yet, so that only words find them; "
        "go on with: docsearch ingest"
    )
    plan = index.dry_run()
    assert (plan.read, plan.unchanged, plan.waiting) == ((), 0, 11)


def test_a_mixed_answer_has_both_and_the_next_run_makes_only_vectors(
    index: Index, embedder: ToyEmbedder, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The first batch has eight passages, and of the second one nothing is stored.
    stopped(index, notes, lambda progress: progress.passages > 8)
    states = states_of(index)
    assert sorted(states.values()) == ["complete"] * 8 + ["words"] * 3
    assert (states["9.txt"], states["log.txt"]) == ("complete", "words")
    result = index.query("rent harbour", limit=12, min_score=0.0)
    known = {Path(hit.path).name: hit.scores.vector is not None for hit in result.hits}
    assert known == {
        name: state == "complete"
        for name, state in states.items()
        if state == "complete" or name == "log.txt" or name in ("1.txt", "5.txt")
    }
    assert result.warnings[0].startswith("3 documents have no vectors yet")
    before, left = len(embedder.embedded), lacking(index)
    assert left > 0
    monkeypatch.setattr(
        "search.ingest.run.read_bytes", lambda file, marks: pytest.fail(f"{file.path} was read")
    )
    report = index.ingest()
    assert (report.completed, report.unchanged, report.added) == (3, 8, 0)
    assert (report.passages, len(embedder.embedded) - before) == (left, left)
    check_whole(index)
    assert index.query("rent").warnings == ()
    assert index.ingest().unchanged == 11


def test_copies_touched_changed_and_deleted_files_between_the_stages(
    index: Index, embedder: ToyEmbedder, notes: Path
) -> None:
    stopped(index, notes, at_first_vectors)
    shutil.copy(notes / "1.txt", notes / "copy of 1.txt")
    (notes / "2.txt").rename(notes / "moved.txt")
    os.utime(notes / "3.txt", (1, 1))
    (notes / "4.txt").write_text("Another text about bread.")
    (notes / "5.txt").unlink()
    embedder.embedded.clear()
    report = index.ingest()
    assert (report.copied, report.changed, report.removed, report.added) == (2, 1, 2, 0)
    check_whole(index)
    copied = embedded_text(index.store.passages(doc_id(str(notes / "1.txt")))[0])
    assert embedder.embedded.count(copied) == 1
    assert not any("w5" in text for text in embedder.embedded)
    assert {Path(hit.path).name for hit in index.query("w2", mode="text").hits} == {"moved.txt"}


def test_a_copy_of_a_long_document_takes_its_vectors(
    index: Index, embedder: ToyEmbedder, notes: Path
) -> None:
    shutil.copy2(notes / "log.txt", notes / "log copy.txt")
    report = index.ingest([notes])
    assert (report.added, report.copied) == (11, 1)
    assert index.catalog.entry(str(notes / "log.txt")).passages > TURN  # type: ignore[union-attr]
    check_whole(index)
    assert len(set(embedder.embedded)) == len(embedder.embedded)


def test_a_changed_document_keeps_the_vectors_of_what_is_unchanged(
    index: Index, embedder: ToyEmbedder, notes: Path
) -> None:
    index.ingest([notes])
    before = len(embedder.embedded)
    with (notes / "log.txt").open("a") as log:
        log.write("\n\nAt last the harbour master went home.\n")
    stopped(index, notes, at_first_vectors)
    assert states_of(index)["log.txt"] == "words"
    assert lacking(index) == 1
    index.ingest()
    check_whole(index)
    assert len(embedder.embedded) <= before + 2


def test_forgotten_and_reembedded_documents_wait_no_more(index: Index, notes: Path) -> None:
    stopped(index, notes, at_first_vectors)
    assert index.forget(notes / "log.txt") == 1
    assert index.status().without_vectors == 10
    report = index.ingest(reembed=True, models=ModelChoice(embedder="o/wide"))
    assert (report.reembedded, report.completed, report.unchanged) == (10, 0, 10)
    assert set(states_of(index).values()) == {"complete"}
    assert (lacking(index), index.status().dimensions) == (0, 7)


def test_a_run_over_one_folder_leaves_the_vectors_of_others(index: Index, notes: Path) -> None:
    other = notes.parent / "other"
    other.mkdir()
    (other / "a.txt").write_text("A lease.")
    stopped(index, notes, at_first_vectors)
    assert (index.ingest([other]).completed, index.status().without_vectors) == (0, 11)
    assert (index.ingest().completed, index.status().without_vectors) == (11, 0)


def test_a_file_that_became_unreadable_gets_its_vectors_nevertheless(
    index: Index, notes: Path
) -> None:
    stopped(index, notes, at_first_vectors)
    doc = doc_id(str(notes / "1.txt"))
    (notes / "1.txt").write_bytes(b"%PDF-1.4 nothing")
    report = index.ingest()
    assert [skip.path for skip in report.failed] == [str(notes / "1.txt")]
    entry = index.catalog.by_doc([doc])[doc]
    assert (str(entry.state), str(entry.reason)) == ("failed", "corrupt")
    assert (lacking(index), index.status().without_vectors) == (0, 0)


def test_the_watch_makes_the_vectors_that_an_earlier_run_owes(index: Index, notes: Path) -> None:
    stopped(index, notes, at_first_vectors)
    stop = threading.Event()
    reports: list[IngestReport] = []
    for report in index.watch([notes], stop=stop):
        reports.append(report)
        stop.set()
    assert [report.completed for report in reports] == [11]
    check_whole(index)


def test_files_that_are_read_slowly_leave_time_for_vectors(
    index: Index, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_bytes = sys.modules["search.ingest.run"].read_bytes
    go_on = threading.Event()

    def slowly(file: File, marks: object) -> bytes:
        if file.path.endswith("log.txt"):
            assert go_on.wait(60)
        return bytes(read_bytes(file, marks))

    monkeypatch.setattr("search.ingest.run.read_bytes", slowly)
    monkeypatch.setattr("search.ingest.run.GRACE", 0.01)
    embedded_early: list[int] = []

    def show(progress: Progress) -> None:
        if progress.passages == 10 and not go_on.is_set():
            embedded_early.append(progress.passages)
            assert progress.stage == "words"
            go_on.set()

    timer = threading.Timer(30, go_on.set)
    timer.start()
    report = index.ingest([notes], on_progress=show)
    timer.cancel()
    assert (embedded_early, report.added) == ([10], 11)
    check_whole(index)


def test_large_files_are_told_before_they_are_read(index: Index, notes: Path) -> None:
    big, pdf = notes / "big [1].log", notes / "big.pdf"
    big.write_text("tide\n" * 1_700_000)
    pdf.write_bytes(b"%PDF-1.4 nothing" + b" " * 9_000_000)
    pattern = r"/big\ \[1\].log"
    expected = LargeFile(str(big), 8_500_000, 2_125_000, None, pattern)
    assert index.dry_run([notes]).large == (expected,)
    told: list[tuple[LargeFile, ...]] = []

    def hear(large: tuple[LargeFile, ...]) -> None:
        told.append(large)
        raise Stop

    with pytest.raises(Stop):
        index.ingest([notes], on_large=hear)
    assert told == [(expected,)]
    assert states_of(index) == {}
    big.unlink()
    index.ingest([notes])
    with Catalog.open(index.path, write=True) as catalog:
        catalog.put_setting(SPEED_KEY, {"toy": 1000.0})
    big.write_text("tide\n" * 1_700_000)
    assert index.dry_run().large == (LargeFile(str(big), 8_500_000, 2_125_000, 2125.0, pattern),)


KILLED = """
import os, signal, sys
from search.index import Index
from search.ingest import run
from tests.test_two_stages import SHORT
from tests.toys import ToyEmbedder
run.SMALL_RUN = -1
stage, count = sys.argv[3], int(sys.argv[4])
with Index(sys.argv[1], None, lambda name: ToyEmbedder(), SHORT) as index:
    def show(progress):
        global count
        if progress.stage == stage:
            count -= 1
            if count == 0:
                os.kill(os.getpid(), signal.SIGKILL)
    index.ingest([sys.argv[2]], on_progress=show)
"""


@pytest.mark.parametrize(("stage", "count"), [("words", 2), ("vectors", 1), ("vectors", 3)])
def test_a_kill_in_either_stage_is_mended_by_the_next_run(
    index: Index, embedder: ToyEmbedder, notes: Path, stage: str, count: int
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, index.path, str(notes), stage, str(count)],
        cwd=HERE,
        capture_output=True,
        text=True,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    states = states_of(index)
    in_words = sum(state == "words" for state in states.values())
    if stage == "vectors":
        assert set(states.values()) <= {"words", "complete"}
        found = index.query("harbour", mode="text", limit=1).hits
        assert [Path(hit.path).name for hit in found] == ["log.txt"]
    left = lacking(index)
    report = index.ingest([notes])
    assert (report.completed, report.failed) == (in_words, ())
    if stage == "vectors":
        assert (report.added, report.changed, len(embedder.embedded)) == (0, 0, left)
    check_whole(index)


def test_a_passage_without_a_vector_takes_its_place_by_its_words() -> None:
    def candidate(doc: int, vector: list[float] | None) -> Candidate:
        known = None if vector is None else np.array(vector, np.float32)
        return Candidate(doc, Passage(0, "tide", (), None, 1, 1, 0, 4), known, 0.0)

    near, far, unknown = candidate(1, [1, 0]), candidate(2, [0.2, 0.98]), candidate(3, None)
    legs = Legs(
        candidates={found.id: found for found in (near, far, unknown)},
        vector={near.id: 0.9, far.id: 0.2},
        text={unknown.id: 4.0},
        query_vector=np.array([0.9, 0.44], np.float32),
        word_count=1,
        passage_count=3,
    )
    curve = Calibration(middle=0.6, width=0.1, noise=0.0, weak=0.0)
    ranked = rank(legs, "hybrid", curve)
    # Its cosine counts as 0.5, and a full match of words by one document alone adds 0.26 and 0.01,
    # since the nearest passage leaves a little doubt.
    assert [(item.row.key, round(item.row.fused, 2)) for item in ranked[:2]] == [
        (near.id, 0.9),
        (unknown.id, 0.77),
    ]
    assert (ranked[1].row.feedback, ranked[2].row.key) == (0.0, far.id)
    # Words weigh half as much where cosines lie a quarter as far apart: 0.5 + 0.13.
    narrow = rank(legs, "hybrid", replace(curve, unit=0.25))
    assert round(narrow[1].row.fused, 2) == 0.63


WIDTH = 8


def row(doc: int, ordinal: int, vector: bool) -> Row:
    passage = Passage(ordinal, f"passage {ordinal} of {doc}", (), None, 1, 1, 0, 10)
    value = np.eye(WIDTH, dtype=np.float32)[ordinal % WIDTH] if vector else None
    return Row(doc, passage, f"{passage.text} tide", value)


def test_the_store_keeps_passages_without_vectors(tmp_path: Path) -> None:
    store = WritableStore(tmp_path / "index", WIDTH)
    store.upsert([row(1, 0, True), row(1, 1, False), row(2, 0, False)])
    question = np.ones(WIDTH, dtype=np.float32)
    assert [found.id for found in store.nearest(question, 9)] == [f"{1:016x}-0"]
    matched = {found.id: found.vector is not None for found in store.matching([(1.0, "tide")], 9)}
    assert matched == {f"{1:016x}-0": True, f"{1:016x}-1": False, f"{2:016x}-0": False}
    assert [one.vector is not None for one in store.rows(1)] == [True, False]
    assert store.without_vectors([1, 2]) == [row(2, 0, False), row(1, 1, False)]
    assert store.without_vectors([1, 2], 1) == [row(1, 1, False)]
    assert store.without_vectors([1], 0, 1) == []
    store.upsert([row(1, 1, True), row(2, 0, True)])
    assert store.without_vectors([1, 2]) == []
    assert len(store.nearest(question, 9)) == store.count() == 3
    bad = Row(3, row(3, 0, True).passage, "tide", np.zeros(WIDTH, dtype=np.float32))
    with pytest.raises(ModelError):
        store.upsert([row(3, 1, False), bad])


def test_the_vector_index_is_trained_on_what_has_vectors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "VECTOR_INDEX_ROWS", 300)
    chance = np.random.default_rng(0)
    vectors = chance.normal(size=(900, WIDTH)).astype(np.float32)

    def rows(numbers: range, known: bool) -> list[Row]:
        return [
            Row(n, row(n, 0, False).passage, "tide", vectors[n] if known else None) for n in numbers
        ]

    store = WritableStore(tmp_path / "index", WIDTH)

    def check(count: int, trained: int) -> None:
        store.maintain()
        store.sync()
        assert store._place.mark().trained == trained
        question = np.ones(WIDTH, dtype=np.float32)
        cosines = vectors[:count] @ question / np.linalg.norm(vectors[:count], axis=1)
        best = np.argsort(-cosines)[:10].tolist()
        assert [found.doc for found in store.nearest(question, 10)] == best

    store.upsert(rows(range(600), known=False))
    store.maintain()
    assert store.nearest(vectors[0], 5) == []
    store.upsert(rows(range(200), known=True))
    check(200, trained=0)
    store.upsert(rows(range(200, 400), known=True))
    check(400, trained=400)
    store.upsert(rows(range(600, 900), known=False))
    check(400, trained=400)
    store.upsert(rows(range(400, 900), known=True))
    check(900, trained=900)


def test_a_table_that_goes_back_takes_its_documents_along(tmp_path: Path) -> None:
    with Catalog.open(tmp_path / "index", create=True) as catalog:

        def entry(path: str, state: EntryState, passages: int, version: int) -> Entry:
            file = File(path, "/d", 1, 1, 1, 1)
            return Entry(file, doc_id(path), path, passages=passages, state=state, version=version)

        entries = [
            entry("/d/a", EntryState.WORDS, 2, 3),
            entry("/d/b", EntryState.WORDS, 2, 5),
            entry("/d/c", EntryState.COMPLETE, 2, 5),
        ]
        catalog.put(entries)
        assert catalog.words_only.count() == 2
        assert catalog.words_only.entries("/d") == entries[:2]
        assert catalog.words_only.entries("/d/b") == [entries[1]]
        assert catalog.same_content("/d/a") == entries[0]
        assert catalog.mark_pending_after(4) == 2
        states = {found.file.path: str(found.state) for found in catalog.entries()}
        assert states == {"/d/a": "words", "/d/b": "pending", "/d/c": "pending"}
        assert catalog.reconcile({doc_id("/d/a"): 1}) == frozenset()
        assert [str(found.state) for found in catalog.entries()] == ["pending"] * 3


def test_an_earlier_index_takes_a_run_of_two_stages(
    tmp_path: Path, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The run makes no vectors while it waits for a file, however slow the machine is.
    monkeypatch.setattr("search.ingest.run.GRACE", 60)
    with tarfile.open(HERE / "tests" / "fixtures" / "earlier_index.tar.xz") as archive:
        archive.extractall(tmp_path, filter="data")
    with Index.open(tmp_path / "index", backend="cpu") as index:
        stopped(index, notes, at_first_vectors)
        assert index.status().without_vectors == 11
        (hit,) = index.query("w7", mode="text").hits
        assert Path(hit.path).name == "7.txt"
        paths = {hit.path for hit in index.query("tide").hits}
        assert {"/tmp/earlier/notes/sea.rst", str(notes / "3.txt")} <= paths
        assert index.ingest([notes]).completed == 11
        assert lacking(index) == 0
        assert "7.txt" in {Path(hit.path).name for hit in index.query("tide", mode="vector").hits}


def test_the_commands_tell_of_both(tmp_path: Path, notes: Path) -> None:
    def docsearch(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "tui", "--index", str(tmp_path / "index"), *arguments]
        return subprocess.run(command, cwd=HERE, capture_output=True, text=True)

    (notes / "big.log").write_text("tide\n" * 1_700_000)
    listed = docsearch("ingest", "--dry-run", "--json", str(notes))
    (large,) = json.loads(listed.stdout)["large"]
    assert large == {
        "path": str(notes / "big.log"),
        "size": 8_500_000,
        "tokens": 2_125_000,
        "seconds": None,
        "pattern": "/big.log",
    }
    line = (
        f"large: {notes / 'big.log'}: 8.5 MB, up to about 2,125,000 tokens; it comes last; "
        "to leave it out: --exclude /big.log"
    )
    assert line in listed.stderr.splitlines()
