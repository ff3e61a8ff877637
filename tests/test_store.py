"""The table of passages, tested on real LanceDB tables."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import lancedb
import numpy as np
import pyarrow as pa
import pytest
from lancedb.index import FTS

from search.documents import Candidate, Passage, Row, passage_id
from search.errors import (
    IndexDamaged,
    IndexFailure,
    IndexLocked,
    ModelError,
    ModelMismatch,
    NoIndex,
    StorageFull,
)
from search.storage import passage_table
from search.storage.arrow_rows import arrow_table, schema_of
from search.storage.durability import QUARANTINE, Durability, Mark, probe_hard_links
from search.storage.filters import Admitted
from search.storage.lance import preload
from search.storage.lance_errors import lance_errors
from search.storage.store import Store
from search.storage.upkeep import tail_limit
from search.storage.writable_store import WritableStore

HERE = Path(__file__).parent.parent
WIDTH = 4
AXES = np.eye(WIDTH, dtype=np.float32)


def row(doc, ordinal, text="some words", vector=AXES[0], headings=("Top", "Sub"), page=None):
    start = ordinal * 100
    passage = Passage(
        ordinal, text, headings, page, ordinal + 1, ordinal + 2, start, start + len(text)
    )
    return Row(doc, passage, text, np.asarray(vector, dtype=np.float32))


def manifests(folder):
    """The manifests of the table, newest first."""
    return sorted((folder / "passages.lance" / "_versions").glob("*.manifest"))


@pytest.fixture
def store(tmp_path):
    return WritableStore(tmp_path / "index", WIDTH)


@pytest.fixture
def folder(store, tmp_path):
    return tmp_path / "index"


class TestReading:
    def test_passages_come_back_as_they_were(self, store):
        rows = [
            row(7, 1, "second", page=3),
            row(7, 0, "first", headings=()),
            row(2**63 - 1, 0, "日本 \N{PILE OF POO}"),
        ]
        store.upsert(rows)
        assert store.passages(7) == [rows[1].passage, rows[0].passage]
        assert store.passages(2**63 - 1) == [rows[2].passage]
        assert store.passages(8) == []
        assert store.count() == 3
        assert store.counts() == {7: 2, 2**63 - 1: 1}

    def test_a_part_of_a_document_is_read(self, store):
        store.upsert([row(1, ordinal, "x" * 10) for ordinal in range(5)])
        ordinals = [passage.ordinal for passage in store.passages(1, 109, 201)]
        assert ordinals == [1, 2]
        assert [passage.ordinal for passage in store.passages(1, 110, 200)] == []
        assert [passage.ordinal for passage in store.passages(1, start_char=300)] == [3, 4]

    def test_a_passage_is_found_by_its_id(self, store):
        only = row(255, 3)
        store.upsert([only])
        assert store.passage("00000000000000ff-3") == only.passage
        assert store.passage(passage_id(255, 4)) is None
        assert store.passage("' OR true --") is None

    def test_the_nearest_passages_are_ordered_by_their_cosine(self, store):
        store.upsert(
            [row(1, 0, vector=AXES[0]), row(2, 0, vector=[3, 4, 0, 0]), row(3, 0, vector=-AXES[0])]
        )
        found = store.nearest(AXES[0] * 5, 10)
        assert [(candidate.doc, round(candidate.score, 6)) for candidate in found] == [
            (1, 1.0),
            (2, 0.6),
            (3, -1.0),
        ]
        assert [candidate.vector.tolist() for candidate in found] == [
            [1, 0, 0, 0],
            [3, 4, 0, 0],
            [-1, 0, 0, 0],
        ]
        assert found[1].passage == row(2, 0).passage
        assert [candidate.doc for candidate in store.nearest(AXES[0], 2)] == [1, 2]

    def test_the_nearest_passages_of_given_documents_are_found(self, store):
        store.upsert([row(doc, 0, vector=AXES[doc % WIDTH] + 0.1) for doc in range(8)])
        assert {
            candidate.doc
            for candidate in store.nearest(AXES[0], 10, Admitted(frozenset({2, 3, 99})))
        } == {2, 3}
        assert store.nearest(AXES[0], 10, Admitted(frozenset())) == []
        assert store.nearest(AXES[0], 10, Admitted(frozenset(range(20_000))))[0].doc in {0, 4}

    def test_equal_scores_keep_one_order(self, store):
        store.upsert([row(doc, ordinal) for doc in (3, 1, 2) for ordinal in (1, 0)])
        order = [(1, 0), (1, 1), (2, 0), (2, 1), (3, 0), (3, 1)]
        assert [(hit.doc, hit.passage.ordinal) for hit in store.nearest(AXES[0], 10)] == order
        assert [
            (hit.doc, hit.passage.ordinal) for hit in store.matching([(1.0, "words")], 10)
        ] == order

    def test_matching_takes_any_word_and_knows_endings(self, store):
        store.upsert(
            [row(1, 0, "retrieval of passages"), row(2, 0, "a passage"), row(3, 0, "nothing of it")]
        )
        found = store.matching([(1.0, "passages retrieved")], 10)
        assert [candidate.doc for candidate in found] == [1, 2]
        assert found[0].score > found[1].score > 0
        # Vectors have no equality of their own, so they stay out of the comparison.
        assert replace(found[0], vector=None) == Candidate(
            1, row(1, 0, "retrieval of passages").passage, None, found[0].score
        )
        assert [
            candidate.doc
            for candidate in store.matching([(1.0, "passages")], 10, Admitted(frozenset({2})))
        ] == [2]
        assert store.matching([(1.0, "passages")], 10, Admitted(frozenset())) == []

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("to be or not to be", "not to be"),
            ("我来到北京清华大学", "北京"),
            ("東京に行く", "東京"),
            ("call foo_bar now", "bar"),
            ("café", "cafe"),
            ('he said "quoted words"', '"quoted words"'),
            ("c'est l'avenir", "l'avenir"),
            ("a (b) [c] {d} *e* ~f^2", "(b AND f^2) OR *"),
        ],
    )
    def test_words_of_many_kinds_match(self, store, text, words):
        store.upsert([row(1, 0, text), row(2, 0, "nil")])
        assert [candidate.doc for candidate in store.matching([(1.0, words)], 10)] == [1]

    @pytest.mark.parametrize("words", ["", "  ", "?!", "zzz"])
    def test_words_that_no_passage_has_match_nothing(self, store, words):
        store.upsert([row(1, 0)])
        assert store.matching([(1.0, words)], 10) == []

    def test_words_of_a_greater_weight_count_more(self, store):
        store.upsert([row(1, 0, "wing"), row(2, 0, "flutter"), row(3, 0, "nil")])
        found = store.matching([(1.0, "wing"), (1.8, "flutter")], 10)
        assert [candidate.doc for candidate in found] == [2, 1]
        assert found[0].score == pytest.approx(1.8 * found[1].score)

    def test_an_empty_table_has_no_passages(self, store):
        assert store.nearest(AXES[0], 5) == []
        assert store.matching([(1.0, "x")], 5) == []
        assert store.counts() == {}
        assert store.count() == 0
        store.maintain()

    def test_a_limit_of_zero_gives_no_passages(self, store):
        store.upsert([row(1, 0)])
        assert store.nearest(AXES[0], 0) == store.matching([(1.0, "words")], 0) == []

    def test_threads_share_one_store(self, store):
        store.upsert([row(doc, 0) for doc in range(20)])
        seen = []

        def read():
            seen.append(
                (
                    len(store.nearest(AXES[0], 10)),
                    len(store.matching([(1.0, "words")], 10)),
                    store.count(),
                )
            )

        threads = [threading.Thread(target=read) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert seen == [(10, 10, 20)] * 6


class TestWriting:
    def test_upsert_replaces_a_passage(self, store):
        store.upsert([row(1, 0, "old"), row(1, 1, "keep")])
        store.upsert([row(1, 0, "new", AXES[1])])
        assert [passage.text for passage in store.passages(1)] == ["new", "keep"]
        assert store.matching([(1.0, "old")], 5) == []
        assert [candidate.passage.text for candidate in store.nearest(AXES[1], 1)] == ["new"]

    def test_upsert_of_nothing_makes_no_version(self, store):
        before = store.version
        store.upsert([])
        store.trim({})
        store.trim({9: 0})
        store.delete([])
        store.delete([9])
        assert store.version == before

    def test_the_same_passage_twice_is_refused(self, store):
        with pytest.raises(ValueError, match="two rows are the same passage"):
            store.upsert([row(1, 0), row(1, 0)])
        assert store.count() == 0

    def test_trim_cuts_each_document_at_its_number(self, store):
        store.upsert([row(doc, ordinal) for doc in (1, 2, 3) for ordinal in range(4)])
        before = store.version
        store.trim({1: 2, 2: 0, 3: 4, 4: 0})
        assert store.counts() == {1: 2, 3: 4}
        assert store.version == before + 1
        assert [passage.ordinal for passage in store.passages(1)] == [0, 1]

    def test_trim_takes_many_documents(self, store):
        store.upsert([row(doc, ordinal) for doc in range(1500) for ordinal in range(2)])
        store.trim(dict.fromkeys(range(1500), 1))
        assert store.count() == 1500

    def test_delete_removes_documents(self, store):
        store.upsert([row(doc, 0) for doc in range(5)])
        store.delete({1, 3, 77})
        assert store.counts() == {0: 1, 2: 1, 4: 1}
        assert [candidate.doc for candidate in store.matching([(1.0, "words")], 9)] == [0, 2, 4]

    def test_rows_are_read_in_order_with_words_and_vectors(self, store):
        rows = [row(1, ordinal, f"text {ordinal}", AXES[ordinal]) for ordinal in (2, 0, 1)]
        store.upsert([*rows, row(2, 0)])
        found = list(store.rows(1))
        assert [(each.doc, each.passage, each.terms, each.vector.tolist()) for each in found] == [
            (1, each.passage, each.terms, each.vector.tolist())
            for each in (rows[1], rows[2], rows[0])
        ]
        assert list(store.rows(3)) == []

    def test_lone_surrogates_are_replaced_one_for_one(self, store):
        store.upsert([row(1, 0, "a\ud800b", headings=("\udcff",))])
        assert [(passage.text, passage.headings) for passage in store.passages(1)] == [
            ("a\ufffdb", ("\ufffd",))
        ]

    @pytest.mark.parametrize(
        "vector", [[1, 0, 0, np.nan], [np.inf, 0, 0, 0], [0, 0, 0, 0], [1, 0, 0]]
    )
    def test_a_vector_that_cannot_be_found_is_refused(self, store, vector):
        with pytest.raises(ModelError):
            store.upsert([row(1, 0), row(1, 1, vector=vector)][-1:])
        with pytest.raises(ModelError):
            store.nearest(np.asarray(vector, dtype=np.float32), 5)
        assert store.count() == 0

    def test_another_handle_sees_commits_at_once(self, store, folder):
        reader = Store(folder, WIDTH)
        store.upsert([row(1, 0)])
        assert reader.count() == 1
        assert reader.version == store.version

    def test_a_reader_outlives_a_cleanup(self, store, folder):
        for doc in range(5):
            store.upsert([row(doc, 0)])
        reader = Store(folder, WIDTH)
        assert reader.count() == 5
        other = lancedb.connect(folder).open_table("passages")
        other.optimize(cleanup_older_than=timedelta(milliseconds=1), delete_unverified=True)
        assert len(reader.nearest(AXES[0], 9)) == len(reader.matching([(1.0, "words")], 9)) == 5
        assert reader.counts() == dict.fromkeys(range(5), 1)


TIDY = """
import sys
from search.storage.store import Store
from search.storage.writable_store import WritableStore
from tests.test_store import WIDTH
store = WritableStore(sys.argv[1], WIDTH)
print("begins", flush=True)
store.maintain()
print("done", flush=True)
"""


class TestMaintenance:
    def test_few_passages_are_missing_in_the_word_index_however_large_the_table(self):
        assert [tail_limit(rows) for rows in (0, 9, 50, 3000, 100_000, 1_000_000)] == [
            *(0, 0, 5, 300, 425, 650)
        ]

    def test_the_word_index_has_no_positions(self, store):
        (index,) = (index for index in store._table.list_indices() if index.name == "terms")
        assert index.index_details["with_position"] is False

    def test_an_older_word_index_is_replaced(self, store, folder):
        store.upsert([row(doc, 0, f"words of {doc}") for doc in range(30)])
        older = FTS(
            with_position=True,
            base_tokenizer="icu/split",
            language="English",
            remove_stop_words=False,
        )
        store._table.create_index("terms", config=older, name="terms", replace=True)
        before = store.matching([(1.0, "words 7")], 9)
        store.upsert([row(30 + doc, 0, f"others of {doc}") for doc in range(30)])
        store.maintain()
        (index,) = (index for index in store._table.list_indices() if index.name == "terms")
        assert index.index_details["with_position"] is False
        assert [hit.id for hit in store.matching([(1.0, "words 7")], 9)][0] == before[0].id

    def test_the_vocabulary_is_made_anew_once_half_of_the_passages_went(self, store, folder):
        def known():
            return len(store.vocabulary.related([], ["kess"]))

        store.upsert([row(doc, 0, f"Kessel{'abcdefghij'[doc]}tausch") for doc in range(10)])
        assert known() == 10
        store.delete(range(3))
        store.maintain()
        store.sync()
        assert known() == 10
        # A later process goes on counting, and replaced passages count as well.
        store = WritableStore(folder, WIDTH)
        store.upsert([row(4, 0, "Brot")])
        store.sync()
        store.upsert([row(5, 0, "Brot")], words_known=True)
        store.delete([6])
        store.maintain()
        assert known() == 4

    def test_small_files_are_merged_and_words_indexed(self, store, folder):
        for doc in range(12):
            store.upsert([row(doc, 0)])
        store.maintain()
        table = lancedb.connect(folder).open_table("passages")
        assert table.index_stats("terms").num_unindexed_rows == 0
        assert table.stats()["fragment_stats"]["num_fragments"] == 1
        assert [hit.doc for hit in store.matching([(1.0, "words")], 20)] == list(range(12))
        assert Durability(folder, "passages").mark().version == store.version

    def test_maintenance_waits_until_enough_has_changed(self, store):
        store.upsert([row(doc, 0) for doc in range(100)])
        store.maintain()
        tidy = store.version
        store.upsert([row(doc, 0) for doc in range(100, 105)])
        store.maintain()
        assert store.version == tidy + 1
        assert len(store.matching([(1.0, "words")], 200)) == 105
        store.delete(range(20))
        store.maintain()
        assert store.version > tidy + 2
        assert store.count() == 85

    def test_ctrl_c_ends_it_and_loses_nothing(self, store, folder):
        words = " ".join(f"word{number}" for number in range(60))
        store.upsert([row(doc, 0, f"{words} {doc}") for doc in range(10_000)])
        store.sync()
        process = subprocess.Popen(
            [sys.executable, "-c", TIDY, str(folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=HERE,
        )
        assert process.stdout.readline() == b"begins\n"
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=60)
        assert (process.returncode, output) == (-signal.SIGINT, b"")
        store = WritableStore(folder, WIDTH)
        assert (store.count(), store.healed_to) == (10_000, None)
        store.maintain()
        assert [hit.doc for hit in store.matching([(1.0, "7777")], 9)] == [7777]

    @pytest.mark.slow
    def test_a_large_table_gets_a_vector_index(self, tmp_path):
        generator = np.random.default_rng(7)
        width, number = 32, 41_000
        vectors = generator.normal(size=(number, width)).astype(np.float32)
        store = WritableStore(tmp_path / "big", width)
        store.upsert([row(doc, 0, "w", vectors[doc]) for doc in range(36_000)])
        store.maintain()

        def names():
            table = lancedb.connect(tmp_path / "big").open_table("passages")
            return {index.name for index in table.list_indices()}

        assert names() == {"id", "doc", "terms"}
        store.upsert([row(doc, 0, "w", vectors[doc]) for doc in range(36_000, number)])
        store.maintain()
        assert names() == {"id", "doc", "terms", "vector"}
        unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        hits = 0
        for query in unit[:20]:
            best = set(np.argsort(-(unit @ query))[:10].tolist())
            found = store.nearest(query, 10)
            hits += len(best & {candidate.doc for candidate in found})
            assert found[0].score == pytest.approx(1, abs=1e-5)
        assert hits >= 198
        assert {
            candidate.doc
            for candidate in store.nearest(unit[0], 10, Admitted(frozenset({5, 40_500})))
        } == {
            5,
            40_500,
        }
        assert Durability(tmp_path / "big", "passages").mark().trained == number


class TestOpening:
    def test_a_missing_table_is_no_index(self, tmp_path):
        with pytest.raises(NoIndex, match="nothing was ingested"):
            Store(tmp_path / "none", WIDTH)
        assert not (tmp_path / "none").exists()

    def test_other_dimensions_are_refused(self, store, folder):
        with pytest.raises(ModelMismatch, match="vectors of 4 numbers, the model gives 5"):
            Store(folder, 5)

    def test_opening_again_changes_nothing(self, store, folder):
        store.upsert([row(1, 0)])
        store.sync()
        version = store.version
        reopened = WritableStore(folder, WIDTH)
        assert (reopened.version, reopened.count(), reopened.healed_to) == (version, 1, None)

    def test_a_half_made_table_is_completed(self, tmp_path):
        folder = tmp_path / "index"
        WritableStore(folder, WIDTH)
        table = lancedb.connect(folder).open_table("passages")
        table.drop_index("terms")
        table.drop_index("doc")
        store = WritableStore(folder, WIDTH)
        store.upsert([row(1, 0)])
        assert [candidate.doc for candidate in store.matching([(1.0, "words")], 5)] == [1]

    def test_a_table_of_an_older_version_is_read_and_is_completed_by_a_writer(self, store, folder):
        store.upsert([row(1, 0), row(1, 1)])
        lancedb.connect(folder).open_table("passages").drop_columns(["section", "opening"])
        older = Store(folder, WIDTH)
        assert [
            (stored.ordinal, stored.section, stored.opening) for stored in older.passages(1)
        ] == [
            (0, None, ""),
            (1, None, ""),
        ]
        assert [found.passage.section for found in older.nearest(AXES[0], 5)] == [None, None]
        writer = WritableStore(folder, WIDTH)
        assert [(stored.section, stored.opening) for stored in writer.passages(1)] == [
            (None, ""),
            (None, ""),
        ]
        opened = row(1, 1)
        opened = replace(opened, passage=replace(opened.passage, section=0, opening="some words"))
        writer.upsert([opened])
        assert Store(folder, WIDTH).passages(1) == [row(1, 0).passage, opened.passage]

    def test_a_table_without_any_manifest_is_made_again(self, store, folder):
        store.upsert([row(1, 0)])
        store.sync()
        for manifest in manifests(folder):
            manifest.unlink()
        with pytest.raises(IndexDamaged, match="missing"):
            Store(folder, WIDTH)
        remade = WritableStore(folder, WIDTH)
        assert (remade.count(), remade.healed_to) == (0, 0)

    def test_a_file_system_without_hard_links_is_refused(self, tmp_path):
        class NoLinks(type(Path())):
            def hardlink_to(self, target):
                raise OSError(errno.EPERM, "Operation not permitted", str(self), None, str(target))

            def with_segments(self, *parts):
                return type(self)(*parts)

        (tmp_path / "fat").mkdir()
        with pytest.raises(IndexFailure, match="no hard links"):
            probe_hard_links(NoLinks(tmp_path / "fat"))
        assert list((tmp_path / "fat").iterdir()) == []

    def test_an_index_folder_may_have_an_odd_name(self, tmp_path):
        folder = tmp_path / "a b#c?%20'ü"
        WritableStore(folder, WIDTH).upsert([row(1, 0)])
        assert Store(folder, WIDTH).count() == 1


class TestPowerCut:
    """A power cut leaves files that are empty, full of zeros, or cut off."""

    @pytest.fixture
    def torn(self, store, folder):
        """The newest manifest, after one flushed batch and one that was not flushed."""
        store.upsert([row(1, 0)])
        store.sync()
        self.flushed = store.version
        store.upsert([row(2, 0)])
        return manifests(folder)[0]

    @pytest.mark.parametrize(
        "damage",
        [
            lambda data: b"",
            lambda data: bytes(len(data)),
            lambda data: data[: len(data) // 2],
            lambda data: data[:-3000] + bytes(2900) + data[-100:],
        ],
        ids=["empty", "zeros", "half", "zeros before the end"],
    )
    def test_a_torn_manifest_is_taken_back_to_the_last_flushed_version(self, torn, folder, damage):
        torn.write_bytes(damage(torn.read_bytes()))
        with pytest.raises(IndexDamaged) as failure:
            Store(folder, WIDTH)
        assert "docsearch ingest" in failure.value.hint
        healed = WritableStore(folder, WIDTH)
        assert (healed.healed_to, healed.counts()) == (self.flushed, {1: 1})
        assert [file.name for file in (folder / QUARANTINE).iterdir()] == [torn.name]
        # A caller that ended before it told the catalogue is told again.
        assert WritableStore(folder, WIDTH).healed_to == self.flushed
        healed.upsert([row(2, 0), row(3, 0)])
        healed.sync()
        assert healed.healed_to is None
        reopened = WritableStore(folder, WIDTH)
        assert (reopened.healed_to, reopened.counts()) == (None, {1: 1, 2: 1, 3: 1})

    @pytest.mark.parametrize("size", [0, 10])
    def test_a_torn_data_file_is_taken_back_to_the_last_flushed_version(self, torn, folder, size):
        newest = max(
            (folder / "passages.lance" / "data").iterdir(), key=lambda file: file.stat().st_mtime_ns
        )
        newest.write_bytes(newest.read_bytes()[:size])
        healed = WritableStore(folder, WIDTH)
        assert (healed.healed_to, healed.counts()) == (self.flushed, {1: 1})

    @pytest.mark.parametrize(
        "damage",
        [
            lambda file: file.unlink(),
            lambda file: file.write_bytes(bytes(file.stat().st_size)),
            lambda file: file.write_bytes(file.read_bytes()[:8]),
            lambda file: file.write_bytes(b""),
        ],
        ids=["missing", "zeros", "short", "empty"],
    )
    @pytest.mark.parametrize("deleted", [2, 5500], ids=["few", "many"])
    def test_a_torn_deletion_file_is_taken_back(self, store, folder, damage, deleted):
        """Few deleted rows are kept as an Arrow file, and many as a bitmap."""
        store.upsert([row(number, 0) for number in range(6000)])
        store.sync()
        flushed = store.version
        store.delete(range(deleted))
        (file,) = (folder / "passages.lance" / "_deletions").iterdir()
        assert file.suffix == (".arrow" if deleted == 2 else ".bin")
        damage(file)
        assert Durability(folder, "passages").is_damaged()
        healed = WritableStore(folder, WIDTH)
        assert (healed.healed_to, len(healed.counts())) == (flushed, 6000)
        assert not Durability(folder, "passages").is_damaged()

    @pytest.mark.parametrize("part", ["data", "_indices"])
    def test_a_file_that_never_reached_its_folder_is_taken_back(self, torn, folder, part):
        """A power cut takes away names that were not flushed, and leaves the manifest that needs
        their files.
        """
        disk = Durability(folder, "passages")
        newest = max(
            (file for file in (folder / "passages.lance" / part).rglob("*") if file.is_file()),
            key=lambda file: file.stat().st_mtime_ns,
        )
        newest.unlink()
        if newest not in disk.missing_files():
            pytest.skip("the newest version does not need that file")
        assert disk.is_damaged()
        if part == "data":
            healed = WritableStore(folder, WIDTH)
            assert (healed.healed_to, healed.counts()) == (self.flushed, {1: 1})

    def test_a_block_of_zeros_in_a_file_that_was_not_flushed_is_taken_back(self, store, folder):
        store.upsert([row(1, 0)])
        store.sync()
        flushed = store.version
        store.upsert([row(2, number) for number in range(2000)])
        newest = max(
            (folder / "passages.lance" / "data").iterdir(), key=lambda file: file.stat().st_mtime_ns
        )
        data = newest.read_bytes()
        newest.write_bytes(data[:8192] + bytes(4096) + data[12288:])
        healed = WritableStore(folder, WIDTH)
        assert (healed.healed_to, healed.counts()) == (flushed, {1: 1})

    def test_a_torn_manifest_of_an_old_version_costs_no_file(self, store, folder):
        """Its version may need files that no other manifest names, so they are only set aside."""
        store.upsert([row(1, 0)])
        store.sync()
        store.upsert([row(2, 0)])
        store.sync()
        old = manifests(folder)[1]
        old.write_bytes(bytes(old.stat().st_size))
        stray = folder / "passages.lance" / "data" / "0101.lance"
        stray.write_bytes(bytes(10))
        reopened = WritableStore(folder, WIDTH)
        assert (reopened.healed_to, reopened.counts()) == (None, {1: 1, 2: 1})
        assert sorted(file.name for file in (folder / QUARANTINE).iterdir()) == sorted(
            [old.name, stray.name]
        )
        assert not Durability(folder, "passages").is_damaged()

    def test_only_files_that_are_newer_than_the_mark_are_looked_at(self, store, folder):
        store.upsert([row(1, 0)])
        store.sync()
        (data,) = (folder / "passages.lance" / "data").iterdir()
        disk = Durability(folder, "passages")
        assert (disk.is_torn(), disk.torn_files()) == (False, [])
        mark = folder / "passages.synced"
        data.write_bytes(data.read_bytes()[:10])
        assert (disk.is_torn(), disk.torn_files()) == (True, [data])
        later = data.stat().st_mtime_ns + 10**9
        os.utime(mark, ns=(later, later))
        assert (disk.is_torn(), disk.torn_files()) == (False, [data])

    def test_a_batch_that_was_not_flushed_but_is_whole_stays(self, torn, folder):
        reopened = WritableStore(folder, WIDTH)
        assert (reopened.healed_to, reopened.counts()) == (None, {1: 1, 2: 1})

    def test_a_damaged_data_file_that_was_flushed_is_told(self, store, folder):
        store.upsert([row(1, 0)])
        store.sync()
        (data,) = (folder / "passages.lance" / "data").iterdir()
        data.write_bytes(bytes(data.stat().st_size))
        reader = Store(folder, WIDTH)
        for call in (lambda: reader.nearest(AXES[0], 5), lambda: reader.passages(1), reader.counts):
            with pytest.raises(IndexDamaged) as failure:
                call()
            assert "ingest again" in failure.value.hint

    def test_a_table_that_vanishes_is_told(self, store, folder):
        store.upsert([row(1, 0)])
        shutil.rmtree(folder / "passages.lance")
        with pytest.raises(IndexDamaged):
            store.count()

    def test_an_unreadable_mark_counts_as_none(self, store, folder):
        store.upsert([row(1, 0)])
        store.sync()
        (folder / "passages.synced").write_text("{", encoding="ascii")
        assert Durability(folder, "passages").mark() == Mark()
        assert WritableStore(folder, WIDTH).counts() == {1: 1}


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (
            RuntimeError(
                "lance error: LanceError(IO): No space left on device (os error 28), /a/b.rs:1"
            ),
            StorageFull,
        ),
        (
            RuntimeError("lance error: LanceError(IO): File too large (os error 27), /a/b.rs:1"),
            StorageFull,
        ),
        (OSError(errno.ENOSPC, "No space left on device"), StorageFull),
        (OSError(errno.EACCES, "Permission denied"), IndexFailure),
        (RuntimeError("Commit conflict for version 3: retries"), IndexLocked),
        (ValueError("file does not appear to be a Lance file"), IndexDamaged),
    ],
)
def test_errors_of_lancedb_become_ours(error, kind):
    with (
        pytest.raises(IndexFailure if kind is not StorageFull else StorageFull) as failure,
        lance_errors(Path("/i")),
    ):
        raise error
    assert type(failure.value) is kind
    assert failure.value.hint
    assert ".rs" not in failure.value.message


def test_an_error_of_the_program_stays_as_it_is():
    with pytest.raises(KeyError), lance_errors(Path("/i")):
        raise KeyError("x")


FILL = """
import sys
import numpy as np
from pathlib import Path
from search.documents import Passage, Row
from search.errors import StorageFull
from search.storage.store import Store
from search.storage.writable_store import WritableStore
from search.storage.upkeep import tail_limit
if sys.argv[2] == "limit":
    import resource, signal
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = WritableStore(Path(sys.argv[1]), 128)
if sys.argv[2] == "limit":
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
vector = np.ones(128, dtype=np.float32)
stored = 0
try:
    for batch in range(100):
        passages = [Passage(n, "text " * 40, (), None, 1, 1, 0, 200) for n in range(1000)]
        store.upsert([Row(batch, passage, "text", vector) for passage in passages])
        stored += 1000
        store.sync()
except StorageFull as error:
    assert error.hint
    count = store.count()
    name, reopened = type(error).__name__, Store(sys.argv[1], 128)
    print(name, count - stored in (0, 1000), count == reopened.count())
"""


def test_the_words_of_deleted_passages_go_with_them(tmp_path):
    store = WritableStore(tmp_path, WIDTH)
    store.upsert([row(1, 0, "Krankenversicherung"), row(2, 0, "Kesselaustausch")])
    assert store.vocabulary.related(["versicherung", "kessel"]) == [
        "krankenversicherung",
        "kesselaustausch",
    ]
    store.delete([1])
    store.maintain()
    assert store.vocabulary.related(["versicherung", "kessel"]) == ["kesselaustausch"]


def test_each_table_has_a_vocabulary_of_its_own(tmp_path):
    in_use = WritableStore(tmp_path, WIDTH)
    in_use.upsert([row(1, 0, "Krankenversicherung"), row(2, 0, "Kesselaustausch")])
    half_filled = WritableStore(tmp_path, WIDTH, table="passages-2")
    half_filled.upsert([row(2, 0, "Kesselaustausch")])
    half_filled.maintain()
    found = [
        store.vocabulary.related(["versicherung", "kessel"]) for store in (in_use, half_filled)
    ]
    assert found == [["krankenversicherung", "kesselaustausch"], ["kesselaustausch"]]


@pytest.mark.parametrize("limitation", ["limit", "full"])
def test_a_full_disk_loses_nothing_that_was_stored(tmp_path, limitation):
    place = tmp_path / "disk"
    place.mkdir()
    command = [sys.executable, "-c", FILL, str(place / "index"), limitation]
    if limitation == "full":
        mount = f"mount -t tmpfs -o size=4m none '{place}' && exec \"$@\""
        inside = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, "sh"]
        if not shutil.which("unshare") or subprocess.run([*inside, "true"], check=False).returncode:
            pytest.skip("a small disk cannot be made here")
        command = [*inside, *command]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=HERE)
    assert (done.stdout.strip(), done.returncode) == ("StorageFull True True", 0), done.stderr


@pytest.mark.parametrize(("level", "is_silent"), [(None, True), ("warn", False)])
def test_the_log_of_lancedb_stays_off_stderr_unless_it_is_asked_for(tmp_path, level, is_silent):
    # LanceDB warns of a search that does not name its distance.
    code = (
        "import sys\n"
        "from search.storage.lance import preload\n"
        "rows = [{'vector': [1.0, 2.0]}]\n"
        "table = preload().connect(sys.argv[1]).create_table('table', rows)\n"
        "assert table.search([1.0, 0.0]).select(['vector']).to_list()\n"
    )
    environment = {name: value for name, value in os.environ.items() if name != "LANCEDB_LOG"}
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=HERE,
        env=environment | ({"LANCEDB_LOG": level} if level else {}),
    )
    assert (done.stderr == "") is is_silent


def test_preload_gives_lancedb_from_any_thread():
    code = (
        "import sys, threading\n"
        "from search.storage.lance import preload\n"
        "assert 'lancedb' not in sys.modules and 'numpy' not in sys.modules "
        "and 'pyarrow' not in sys.modules\n"
        "found = []\n"
        "threads = "
        "[threading.Thread(target=lambda: found.append(preload())) for _ in range(3)]\n"
        "[t.start() for t in threads]; [t.join() for t in threads]\n"
        "assert len(set(map(id, found))) == 1; print(found[0].__name__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=HERE
    )
    assert (done.stdout, done.stderr) == ("lancedb\n", "")
    assert preload() is lancedb


class TestNumbers:
    """The numbers of the vectors have 16 bits, and 32 in the table of an older index."""

    @pytest.fixture
    def older(self, tmp_path, monkeypatch):
        """A table with numbers of 32 bits, which holds one passage."""
        schema = schema_of(WIDTH, pa.float32())
        monkeypatch.setattr(passage_table, "schema_of", lambda dimensions: schema)
        store = WritableStore(tmp_path, WIDTH)
        store.upsert([row(1, 0, vector=[0.1, 0.2, 0.3, 0.4])])
        store.sync()
        monkeypatch.undo()
        return WritableStore(tmp_path, WIDTH)

    def test_a_new_table_rounds_to_11_bits(self, tmp_path):
        store = WritableStore(tmp_path, WIDTH)
        store.upsert([row(1, 0, vector=[0.1, 1, -(2**-14), 1 + 2**-12])])
        assert store.schema.field("vector").type == pa.list_(pa.float16(), WIDTH)
        (found,) = store.nearest(AXES[1], 1)
        assert found.vector.dtype == np.float32
        assert found.vector.tolist() == [0.0999755859375, 1, -(2**-14), 1]

    def test_an_older_table_stays_as_it_is_and_takes_new_passages(self, older, tmp_path):
        vectors = {1: [0.1, 0.2, 0.3, 0.4], 2: [0.7, 0.1, 0.1, 0.1], 3: None}
        older.upsert([row(2, 0, vector=vectors[2]), replace(row(3, 0), vector=None)])
        older.maintain()
        older.sync()
        for store in (older, Store(tmp_path, WIDTH)):
            assert store.schema.field("vector").type == pa.list_(pa.float32(), WIDTH)
            found = {doc: next(store.rows(doc)).vector for doc in vectors}
            assert found[3] is None
            for doc in (1, 2):
                assert found[doc].tolist() == np.float32(vectors[doc]).tolist()
            assert [hit.doc for hit in store.nearest(AXES[0], 9)] == [2, 1]

    def test_batches_of_either_size_are_appended_to_a_table_of_either_size(self, older, tmp_path):
        rows = [row(5, 0, vector=[0.1, 0.2, 0.3, 0.4]), replace(row(6, 0), vector=None)]
        newer = WritableStore(tmp_path / "newer", WIDTH)
        for store in (older, newer):
            before = store.count()
            for number in (pa.float16(), pa.float32()):
                table = arrow_table(rows, WIDTH, number)
                version = store.version
                assert (
                    store.append(lambda columns, table=table: table.select(columns).to_batches(1))
                    == 2
                )
                assert store.version == version + 1
            assert store.append(lambda columns: iter(())) == 0
            assert store.count() == before + 4
            vectors = [each.vector for each in (*store.rows(5), *store.rows(6))]
            assert vectors[2:] == [None, None]
            for vector in vectors[:2]:
                assert vector.tolist() == pytest.approx([0.1, 0.2, 0.3, 0.4], abs=1e-4)
