"""Ingest runs: the documents that they read, keep and remove, and their reports."""

import errno
import json
import os
import shutil
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from search.documents import Reason
from search.errors import (
    IndexDamaged,
    IndexLocked,
    ModelError,
    ModelMismatch,
    NoIndex,
    NotAnIndex,
    UsageError,
)
from search.index import Index
from search.ingest.read_ahead import MAX_ITEMS
from search.ingest.scopes import RootRules
from search.results import IngestReport, Progress
from search.storage.catalog import Catalog
from search.storage.entries import EntryState
from search.storage.lock import WriterLock
from search.storage.writable_store import WritableStore
from search.supply.model_choice import ModelChoice
from search.text.passages import PassageRules

from .settled import settle
from .toys import ToyEmbedder


def counts(report: IngestReport) -> tuple[int, int, int, int, int]:
    return report.added, report.changed, report.copied, report.removed, report.unchanged


def paths(index: Index) -> list[str]:
    return [entry.file.path for entry in index.catalog.entries() if entry.passages]


def test_the_first_run_reads_everything(index: Index, notes: Path) -> None:
    states: list[Progress] = []
    report = index.ingest([notes], on_progress=states.append)
    assert counts(report) == (4, 0, 0, 0, 0)
    assert (report.failed, report.skipped, report.warnings) == ((), (), ())
    assert (
        report.passages
        == sum(entry.passages for entry in index.catalog.entries())
        == index.store.count()
    )
    assert (states[-1].files_done, states[-1].files_total, states[-1].passages) == (
        4,
        4,
        report.passages,
    )
    assert (
        states[-1].bytes_done
        == states[-1].bytes_total
        == sum(len(path.read_bytes()) for path in notes.rglob("*.*"))
    )


def test_an_unchanged_folder_is_not_read_and_needs_no_model(index: Index, notes: Path) -> None:
    index.ingest([notes])
    index.close()

    def no_model(name: str) -> ToyEmbedder:
        raise AssertionError("the model was asked for")

    reopened = Index(index.path, None, no_model, PassageRules())
    for path in notes.rglob("*.*"):
        # Reading would fail now for every user but root.
        os.chmod(path, 0)
    reopened.ingest()
    settled = reopened.ingest()
    assert counts(settled) == (0, 0, 0, 0, 4)
    reopened.close()


def test_changed_new_moved_and_deleted_files_are_noticed(
    index: Index, notes: Path, embedder: ToyEmbedder
) -> None:
    index.ingest([notes])
    (notes / "house/boiler.md").write_text("# Boiler\n\nIt was replaced.\n")
    (notes / "new.txt").write_text("A new landlord.")
    (notes / "sea.rst").rename(notes / "tides.rst")
    (notes / "kitchen/bread.md").unlink()
    embedder.embedded.clear()
    report = index.ingest([notes])
    assert counts(report) == (1, 1, 1, 2, 1)
    assert (
        sorted(embedder.embedded) == ["A new landlord.", "# Boiler\n\nIt was replaced."][::-1]
        or len(embedder.embedded) == 2
    )
    assert paths(index) == [
        str(notes / name) for name in ("house/boiler.md", "house/lease.txt", "new.txt", "tides.rst")
    ]
    assert [hit.path for hit in index.query("tide", mode="text").hits] == [str(notes / "tides.rst")]
    assert index.store.count() == sum(entry.passages for entry in index.catalog.entries())


def test_a_document_that_shrinks_leaves_no_old_passage(index: Index, tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    file = root / "long.md"
    file.write_text(
        "\n\n".join(f"# Part {n}\n\n" + "harbour wall and pier. " * 40 for n in range(8))
    )
    index.ingest([root])
    before = index.store.count()
    file.write_text("# Part 0\n\nshort\n")
    index.ingest([root])
    assert (before > 4, index.store.count()) == (True, 1)


def test_an_empty_or_missing_root_deletes_nothing_without_prune(index: Index, notes: Path) -> None:
    index.ingest([notes])
    away = notes.with_name("away")
    notes.rename(away)
    missing = index.ingest()
    notes.mkdir()
    empty = index.ingest([notes])
    assert counts(missing) == counts(empty) == (0, 0, 0, 0, 0)
    assert missing.warnings == (
        f"{notes} is not there; its 4 documents stay in the index (use --prune to forget them)",
    )
    assert empty.warnings == (
        f"{notes} holds nothing to read now; "
        "its 4 documents stay in the index (use --prune to forget them)",
    )
    assert len(paths(index)) == 4
    assert counts(index.ingest(prune=True)) == (0, 0, 0, 4, 0)
    assert (paths(index), index.store.count()) == ([], 0)


def test_a_part_of_a_root_is_refreshed_alone(index: Index, notes: Path) -> None:
    index.ingest([notes])
    (notes / "house/boiler.md").unlink()
    (notes / "sea.rst").unlink()
    assert counts(index.ingest([notes / "house"])) == (0, 0, 0, 1, 1)
    assert [root.path for root in index.status().roots] == [str(notes)]
    assert str(notes / "sea.rst") in paths(index)
    shutil.rmtree(notes / "house")
    assert counts(index.ingest([notes / "house"])) == (0, 0, 0, 1, 0)


def test_a_root_above_takes_over_the_roots_in_it(index: Index, notes: Path) -> None:
    index.ingest([notes / "house", notes / "sea.rst"])
    report = index.ingest([notes])
    assert counts(report)[:4] == (1, 0, 0, 0)
    status = index.status()
    assert [(root.path, root.documents) for root in status.roots] == [(str(notes), 4)]


def test_rules_stay_with_a_root(index: Index, notes: Path) -> None:
    index.ingest([notes], rules=RootRules(exclude=("kitchen/",)))
    assert len(paths(index)) == 3
    index.ingest()
    assert len(paths(index)) == 3
    index.ingest([notes], rules=RootRules(exclude=()))
    assert len(paths(index)) == 4
    with pytest.raises(
        UsageError, match=f"{notes}/house is part of {notes}; give these options with {notes}"
    ):
        index.ingest([notes / "house"], rules=RootRules(hidden=True))


def test_one_bad_file_is_reported_and_the_run_goes_on(index: Index, notes: Path) -> None:
    (notes / "broken.pdf").write_bytes(b"%PDF-1.4\nnothing of a PDF")
    (notes / "empty.md").write_bytes(b"")
    report = index.ingest([notes])
    assert [(skip.path, str(skip.reason)) for skip in report.failed] == [
        (str(notes / "broken.pdf"), "corrupt")
    ]
    assert [(skip.path, str(skip.reason)) for skip in report.skipped] == [
        (str(notes / "empty.md"), "empty")
    ]
    assert report.added == 4
    second = index.ingest()
    assert (second.failed, second.skipped) == (report.failed, report.skipped)
    assert index.skips() == (*report.failed, *report.skipped)
    status = index.status()
    assert (status.failed, status.skipped) == ((("corrupt", 1),), (("empty", 1),))
    assert status.models is not None
    assert (status.models.profile, status.models.reranker) == ("starter", "starter-reranker")


def test_a_file_that_breaks_keeps_its_last_good_version(
    index: Index, notes: Path, tmp_path: Path
) -> None:
    samples = Path(__file__).parent.parent / "sample_corpus"
    pdf = next(samples.rglob("*.pdf"))
    shutil.copy(pdf, notes / "a.pdf")
    index.ingest([notes])
    before = index.document(notes / "a.pdf")
    (notes / "a.pdf").write_bytes(b"%PDF-1.4\ncut off")
    report = index.ingest()
    assert [str(skip.reason) for skip in report.failed] == ["corrupt"]
    assert index.document(notes / "a.pdf") == before


def test_a_file_that_becomes_empty_leaves_the_index(index: Index, notes: Path) -> None:
    index.ingest([notes])
    (notes / "sea.rst").write_text("")
    report = index.ingest()
    assert ([str(skip.reason) for skip in report.skipped], report.removed) == (["empty"], 1)
    assert index.query("tide harbour", mode="text").hits == ()


def test_an_upgrade_reads_all_files_again_and_reuses_the_vectors_of_equal_texts(
    index: Index, notes: Path, embedder: ToyEmbedder
) -> None:
    index.ingest([notes])
    settle(notes)
    index.ingest([notes])
    with Catalog.open(index.path, write=True) as catalog:
        path = str(notes / "sea.rst")
        entry = catalog.entry(path)
        assert entry is not None
        catalog.put([replace(entry, state=EntryState.SKIPPED, reason=Reason.BINARY, passages=0)])
        recipes = catalog.setting("recipes", {})
        current = json.loads(recipes[str(notes)])
        catalog.put_setting(
            "recipes",
            {
                str(notes): json.dumps(
                    {**current, "readers": current["readers"] - 1}, sort_keys=True
                )
            },
        )
    assert path not in paths(index)
    embedder.embedded.clear()
    assert counts(index.ingest([notes])) == (0, 4, 0, 0, 0)
    assert path in paths(index)
    assert embedder.embedded == ["Tides\n=====\n\nThe tide in the harbour turns every six hours."]
    assert counts(index.ingest([notes])) == (0, 0, 0, 0, 4)


def test_pending_documents_are_read_again(index: Index, notes: Path) -> None:
    index.ingest([notes])
    with index.catalog.open(Path(index.path), write=True) as catalog:
        entry = next(catalog.entries())
        catalog.put([replace(entry, state=type(entry.state).PENDING)])
    assert (
        index.status().health
        == "1 document is half done after an interrupted run; go on with: docsearch ingest"
    )
    report = index.ingest()
    assert report.added + report.changed + report.copied == 1
    assert index.status().health == "ok"


def test_identical_files_share_their_vectors(
    index: Index, notes: Path, embedder: ToyEmbedder
) -> None:
    index.ingest([notes])
    embedder.embedded.clear()
    shutil.copy(notes / "sea.rst", notes / "copy of sea.rst")
    report = index.ingest()
    assert (counts(report)[:3], embedder.embedded) == ((0, 0, 1), [])
    (hit,) = index.query("harbour tide", mode="text").hits
    assert {hit.path, *hit.copies} == {str(notes / "sea.rst"), str(notes / "copy of sea.rst")}


def test_an_embedder_that_fails_leaves_nothing_half_done(notes: Path, tmp_path: Path) -> None:
    class Failing(ToyEmbedder):
        def embed_passages(self, texts):  # type: ignore[no-untyped-def]
            if self.embedded:
                raise KeyboardInterrupt
            return super().embed_passages(texts)

    failing = Failing()
    place = str(tmp_path / "index")
    with Index(place, None, lambda name: failing, PassageRules()) as index:
        index.ingest([notes / "house"])
        with pytest.raises(KeyboardInterrupt):
            index.ingest([notes / "kitchen"])
    with Index(place, None, lambda name: ToyEmbedder(), PassageRules()) as whole:
        report = whole.ingest()
        assert (report.added + report.changed, report.unchanged) == (1, 2)
        assert whole.store.count() == sum(entry.passages for entry in whole.catalog.entries())


def test_wrong_calls_are_refused(index: Index, notes: Path, tmp_path: Path) -> None:
    with pytest.raises(
        UsageError, match="no folder was ingested yet; name one: docsearch ingest FOLDER"
    ):
        index.ingest()
    with pytest.raises(UsageError, match=f"{tmp_path}/nowhere does not exist; check the path"):
        index.ingest([tmp_path / "nowhere"])
    with pytest.raises(NoIndex):
        index.query("anything")
    with (
        Index(str(notes), None, lambda name: ToyEmbedder(), PassageRules()) as wrong,
        pytest.raises(NotAnIndex),
    ):
        wrong.ingest([notes])
    assert sorted(path.name for path in notes.iterdir()) == ["house", "kitchen", "sea.rst"]


def test_a_locked_index_can_be_queried_but_not_written(index: Index, notes: Path) -> None:
    index.ingest([notes])
    with WriterLock(Path(index.path)), pytest.raises(IndexLocked, match="is writing to this index"):
        index.ingest()
    with WriterLock(Path(index.path)):
        assert index.query("tide", mode="text").hits[0].path == str(notes / "sea.rst")


def test_another_model_or_profile_is_refused(index: Index, notes: Path) -> None:
    index.ingest([notes])
    other = ToyEmbedder()
    other.revision = "2"
    with (
        Index(index.path, None, lambda name: other, PassageRules()) as changed,
        pytest.raises(
            ModelMismatch,
            match=r"this index was made with toy \(1\), the model here is toy \(2\)",
        ),
    ):
        changed.query("tide")
    with Catalog.open(index.path, write=True) as catalog:
        catalog.put_setting(
            "model", catalog.setting("model") | {"profile": "fast", "embedder": "another"}
        )
    with (
        Index(index.path, ModelChoice("starter"), lambda name: other, PassageRules()) as changed,
        pytest.raises(
            ModelMismatch, match="this index was made with the profile fast, not starter"
        ),
    ):
        changed.ingest()


def test_forgotten_parts_stay_out_until_they_are_named(index: Index, notes: Path) -> None:
    index.ingest([notes])
    assert index.forget(notes / "house") == 2
    index.ingest()
    assert len(paths(index)) == 2
    index.ingest([notes / "house"])
    assert len(paths(index)) == 4
    assert index.forget(notes) == 4
    assert index.status().roots == ()
    with pytest.raises(UsageError, match="the index holds nothing under"):
        index.forget(notes)


def test_an_unreadable_folder_loses_nothing(index: Index, notes: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root reads every folder")
    index.ingest([notes])
    os.chmod(notes / "house", 0)
    try:
        report = index.ingest()
    finally:
        os.chmod(notes / "house", 0o755)
    assert ([str(skip.reason) for skip in report.failed], report.removed) == (["unreadable"], 0)
    assert os.strerror(errno.EACCES) in report.failed[0].message


def test_an_unknown_profile_makes_no_index(tmp_path: Path, notes: Path) -> None:
    with pytest.raises(
        UsageError, match="there is no profile 'large'; the profiles are: starter, "
    ):
        Index(
            str(tmp_path / "index"),
            ModelChoice("large"),
            lambda name: ToyEmbedder(),
            PassageRules(),
        ).ingest([notes])
    assert not (tmp_path / "index").exists()


def interrupted(index: Index, paths: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Run an ingest that ends after a batch is stored, before the catalogue has it complete."""

    def cut(store: WritableStore) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(WritableStore, "sync", cut)
        index.ingest(paths)


@pytest.mark.parametrize("removal", ["forgotten", "deleted", "emptied"])
def test_passages_of_an_interrupted_run_leave_with_their_file(
    index: Index, notes: Path, monkeypatch: pytest.MonkeyPatch, removal: str
) -> None:
    interrupted(index, [notes], monkeypatch)
    secret = notes / "sea.rst"
    if removal == "forgotten":
        index.forget(secret)
    elif removal == "deleted":
        secret.unlink()
    else:
        secret.write_text("")
    index.ingest([notes])
    assert index.query("tide harbour", mode="text").hits == ()
    assert index.store.count() == sum(entry.passages for entry in index.catalog.entries()) == 3


def test_nested_and_repeated_paths_are_read_once(index: Index, notes: Path) -> None:
    report = index.ingest([notes / "house", notes, notes / "house/boiler.md", notes])
    assert counts(report) == (4, 0, 0, 0, 0)
    assert [root.path for root in index.status().roots] == [str(notes)]


def test_a_root_above_an_interrupted_one_is_completed(
    index: Index, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.ingest([notes / "house"])
    interrupted(index, [notes], monkeypatch)
    (notes / "house/new.txt").write_text("A new lease.")
    index.ingest()
    assert len(paths(index)) == 5
    assert index.status().health == "ok"


def test_an_empty_path_is_not_the_working_folder(
    index: Index, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(notes)
    index.ingest(["."])
    for call in (
        lambda: index.ingest([""]),
        lambda: index.forget(""),
        lambda: index.check(""),
        lambda: index.document(""),
    ):
        with pytest.raises(UsageError, match="the path is empty; name a file or folder"):
            call()
    assert len(paths(index)) == 4


def test_new_exclusions_bring_nothing_forgotten_back(index: Index, notes: Path) -> None:
    index.ingest([notes])
    index.forget(notes / "house")
    index.ingest([notes], rules=RootRules(exclude=("*.log",)))
    assert len(paths(index)) == 2


def test_a_wrong_path_in_a_known_root_is_an_error(index: Index, notes: Path) -> None:
    index.ingest([notes])
    with pytest.raises(UsageError, match=r"kettel\.md does not exist; check the path"):
        index.ingest([notes / "kettel.md"])


def test_excluded_files_leave_the_index_even_when_nothing_else_is_found(
    index: Index, notes: Path
) -> None:
    index.ingest([notes])
    report = index.ingest([notes], rules=RootRules(exclude=("*",)))
    assert (report.removed, report.warnings, paths(index)) == (4, (), [])


def test_prune_drops_a_root_that_is_gone(index: Index, notes: Path) -> None:
    index.ingest([notes])
    shutil.rmtree(notes)
    index.ingest(prune=True)
    assert index.status().roots == ()


def test_links_and_real_names_mean_the_same(index: Index, notes: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(notes)
    index.ingest([link])
    index.ingest()
    assert index.check(link / "sea.rst").code == "indexed"
    assert index.document(link / "sea.rst") == index.document(notes / "sea.rst")
    assert index.forget(link) == 4


def test_a_time_in_the_future_is_no_change(index: Index, notes: Path) -> None:
    os.utime(notes / "sea.rst", (4_000_000_000, 4_000_000_000))
    index.ingest([notes])
    index.ingest()
    assert index.ingest().unchanged == 4
    assert index.check(notes / "sea.rst").code == "indexed"


def test_a_renamed_file_takes_its_new_name(index: Index, notes: Path) -> None:
    (notes / "alpha.py").write_text("print(1)\n")
    index.ingest([notes])
    (notes / "alpha.py").rename(notes / "omega.py")
    assert index.ingest().copied == 1
    assert [hit.title for hit in index.query("omega", mode="text").hits] == ["omega.py"]
    assert index.query("alpha", mode="text").hits == ()


def test_a_torn_table_is_told(index: Index, notes: Path) -> None:
    index.ingest([notes])
    index.close()
    for file in Path(index.path).glob("passages.lance/data/*"):
        file.write_bytes(b"")
    with pytest.raises(IndexDamaged, match="delete"):
        index.ingest()


def test_a_file_that_goes_during_the_run_is_no_failure(notes: Path, tmp_path: Path) -> None:
    class Deleting(ToyEmbedder):
        @property
        def tokenizer(self):  # type: ignore[no-untyped-def]
            (notes / "sea.rst").unlink(missing_ok=True)
            return super().tokenizer

    # There are more files than are read ahead of the first passage.
    for number in range(MAX_ITEMS):
        (notes / "house" / f"{number}.txt").write_text(f"rent {number}")
    with Index(str(tmp_path / "index"), None, lambda name: Deleting(), PassageRules()) as index:
        report = index.ingest([notes])
        assert (report.added, report.failed) == (3 + MAX_ITEMS, ())


def test_a_default_size_counts_for_new_roots_only(index: Index, notes: Path) -> None:
    index.ingest([notes], rules=RootRules(max_file_size=1000))
    index.ingest([notes / "house"], default_max_file_size=5)
    index.ingest(default_max_file_size=5)
    assert len(paths(index)) == 4


def test_status_names_the_process_that_writes(index: Index, notes: Path) -> None:
    index.ingest([notes])
    with WriterLock(Path(index.path)):
        assert index.status().health == f"process {os.getpid()} is writing to it now"
    assert index.status().health == "ok"


def test_a_missing_model_fixes_no_profile(tmp_path: Path, notes: Path) -> None:
    def missing(name: str) -> ToyEmbedder:
        raise ModelError(f"the model {name} is not here", f"run: docsearch models pull {name}")

    with (
        Index(str(tmp_path / "index"), ModelChoice("balanced"), missing, PassageRules()) as index,
        pytest.raises(ModelError),
    ):
        index.ingest([notes])
    with Index(
        str(tmp_path / "index"),
        None,
        lambda name: ToyEmbedder(),
        PassageRules(),
        ModelChoice("starter"),
    ) as index:
        assert index.ingest([notes]).added == 4
        assert index.status().models.profile == "starter"


def test_threads_of_one_process_take_turns(index: Index, notes: Path) -> None:
    is_writing, pause = threading.Event(), threading.Event()
    reports: list[IngestReport] = []

    def write_slowly(progress: Progress) -> None:
        if not is_writing.is_set():
            is_writing.set()
            # The other thread asks to write meanwhile.
            pause.wait(0.5)

    first = threading.Thread(
        target=lambda: reports.append(index.ingest([notes / "house"], on_progress=write_slowly))
    )
    first.start()
    assert is_writing.wait(30)
    reports.append(index.ingest([notes / "kitchen"]))
    first.join(30)
    assert sorted(report.added for report in reports) == [1, 2]
    assert index.status().documents == 3
