"""An index that was exported and imported answers as it did before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from search.errors import IndexFailure, IndexLocked, NoIndex, UsageError
from search.index import Index
from search.results import QueryResult, Transfer
from search.storage.catalog_tables import EXPORTED
from search.storage.lock import WriterLock
from search.storage.transfer import FORMAT
from search.text.passages import PassageRules
from tui.group import cli

from .test_mailboxes import LETTERS
from .toys import ToyEmbedder, as_stored

QUERIES = ("cold radiators", "rent landlord", "fold the dough", "tide harbour")


def opened(folder: Path) -> Index:
    return Index(str(folder), None, lambda name: ToyEmbedder(), PassageRules())


def answers(index: Index) -> list[QueryResult]:
    """All that queries bring, but for the time that they took."""
    return [
        replace(index.query(text, mode=mode, explain=True), took_ms=0)
        for text in QUERIES
        for mode in ("hybrid", "vector", "text")
    ]


@pytest.fixture
def source(index: Index, notes: Path) -> Index:
    """An index of the notes and of a mailbox, of which a document was changed and one removed."""
    (notes / "inbox.mbox").write_text("".join(LETTERS))
    (notes / "gone.txt").write_text("The tide will be forgotten.")
    (notes / "empty.txt").write_text("")
    index.ingest([notes])
    (notes / "sea.rst").write_text("Tides\n=====\n\nThe tide in the harbour turns at six.\n")
    (notes / "gone.txt").unlink()
    index.ingest()
    return index


def test_an_imported_index_finds_the_same_and_knows_its_files(
    source: Index, notes: Path, tmp_path: Path
) -> None:
    before, status = answers(source), source.status()
    done = source.export(tmp_path / "backup")
    assert done == Transfer(status.documents, status.passages)
    files = {path.name for path in (tmp_path / "backup").iterdir()}
    assert files == {f"{name}.parquet" for name in (*EXPORTED, "passages")}
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "backup").iterdir()} == {0o600}
    with opened(tmp_path / "restored") as restored:
        assert restored.import_(tmp_path / "backup") == done
        assert answers(restored) == before
        after = restored.status()
        assert (after.documents, after.passages, after.roots, after.skipped) == (
            *(status.documents, status.passages, status.roots, status.skipped),
        )
        assert restored.skips() == source.skips()
        # Nothing is read or embedded anew, and a change is noticed.
        report = restored.ingest()
        assert (report.unchanged, report.passages) == (status.documents, 0)
        (notes / "sea.rst").write_text("Tides\n=====\n\nThe tide turns at seven.\n")
        assert restored.ingest().changed == 1


def test_passages_are_a_table_that_other_programs_read(source: Index, tmp_path: Path) -> None:
    source.export(tmp_path / "backup")
    table = pq.read_table(tmp_path / "backup" / "passages.parquet")
    assert len(table) == source.status().passages
    (hit,) = source.query("fold the dough", limit=1).hits
    (bread,) = (row for row in table.to_pylist() if row["id"] == hit.id)
    assert (bread["text"], bread["headings"]) == (hit.text, list(hit.headings))
    assert table.schema.field("vector").type == pa.list_(pa.float32(), ToyEmbedder.dimensions)
    assert bread["vector"] == as_stored(ToyEmbedder().embed_passages([hit.text])[0]).tolist()


def test_an_import_that_was_interrupted_is_done_again(source: Index, tmp_path: Path) -> None:
    source.export(tmp_path / "backup")
    documents = tmp_path / "backup" / "documents.parquet"
    whole = documents.read_bytes()
    table = pq.read_table(documents)
    pq.write_table(table.append_column("new", pa.array([1] * len(table))), documents)
    with opened(tmp_path / "restored") as restored:
        with pytest.raises(UsageError, match=r"a column that is not known: documents\.new"):
            restored.import_(tmp_path / "backup")
        documents.write_bytes(whole)
        restored.import_(tmp_path / "backup")
        assert answers(restored) == answers(source)


class TestRefusals:
    def test_a_folder_that_holds_something(self, source: Index, notes: Path) -> None:
        with pytest.raises(UsageError, match="is not an empty folder"):
            source.export(notes)

    def test_an_index_without_documents(self, index: Index, tmp_path: Path) -> None:
        with pytest.raises(NoIndex):
            index.export(tmp_path / "backup")

    def test_an_index_with_documents(self, source: Index, tmp_path: Path) -> None:
        source.export(tmp_path / "backup")
        with pytest.raises(UsageError, match="holds documents already"):
            source.import_(tmp_path / "backup")

    def test_an_export_of_a_newer_program(self, source: Index, tmp_path: Path) -> None:
        source.export(tmp_path / "backup")
        file = tmp_path / "backup" / "roots.parquet"
        newer = {b"docsearch_export": str(FORMAT + 1).encode()}
        pq.write_table(pq.read_table(file).replace_schema_metadata(newer), file)
        with (
            opened(tmp_path / "restored") as restored,
            pytest.raises(IndexFailure, match="by a newer docsearch") as refusal,
        ):
            restored.import_(tmp_path / "backup")
        assert refusal.value.hint == "update docsearch"
        assert not (tmp_path / "restored").exists()

    @pytest.mark.parametrize("harm", ["missing", "cut", "foreign"])
    def test_an_export_that_is_not_whole(self, source: Index, tmp_path: Path, harm: str) -> None:
        source.export(tmp_path / "backup")
        file = tmp_path / "backup" / "passages.parquet"
        if harm == "missing":
            file.unlink()
        elif harm == "cut":
            file.write_bytes(file.read_bytes()[:-100])
        else:
            pq.write_table(pa.table({"text": ["Theirs."]}), file)
        with opened(tmp_path / "restored") as restored:
            with pytest.raises(UsageError, match=r"is not a whole export: passages\.parquet"):
                restored.import_(tmp_path / "backup")
            with pytest.raises(NoIndex):
                restored.status()


def test_the_commands_tell_what_they_did(source: Index, tmp_path: Path) -> None:
    backup, restored = str(tmp_path / "backup"), str(tmp_path / "restored")
    source.close()
    done = CliRunner().invoke(cli, ["--index", source.path, "export", backup])
    assert (done.exit_code, done.stdout) == (0, "")
    counts = "5 documents with 9 passages"
    assert done.stderr == f"{counts} are in {backup}\n"
    done = CliRunner().invoke(cli, ["--index", restored, "import", backup])
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr == f"{counts} are in the index now\n"
    # Another process that writes is not disturbed.
    with WriterLock(Path(restored)):
        done = CliRunner().invoke(cli, ["--index", restored, "export", str(tmp_path / "other")])
    assert isinstance(done.exception, IndexLocked)
    assert not (tmp_path / "other").exists()
