"""Both ways to read a table give the same, and the short one needs little of LanceDB."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import lancedb
import numpy as np
import pytest

from search.documents import Passage, Row
from search.storage.arrow_rows import COLUMNS
from search.storage.durability import Durability
from search.storage.filters import Admitted
from search.storage.lance import is_usable, preload_native
from search.storage.lance_reader import LanceReader
from search.storage.native_reader import NativeReader
from search.storage.passage_table import open_table
from search.storage.writable_store import WritableStore

HERE = Path(__file__).parent.parent
WIDTH = 4
TEXTS = ("the kettle has scale", "descale the kettle", "a cold radiator", "scale and scale again")


def row(number):
    vector = np.random.default_rng(number).standard_normal(WIDTH).astype(np.float32)
    text = TEXTS[number % len(TEXTS)] + f" {number}"
    passage = Passage(number % 3, text, ("Top",), None, 1, 2, 0, len(text))
    # One in five was not embedded yet.
    return Row(number // 3, passage, text, vector if number % 5 else None)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("index")
    store = WritableStore(folder, WIDTH)
    store.upsert([row(number) for number in range(300)])
    store.sync()
    store.maintain()
    # These lie in a file of their own, which no index of words has.
    store.upsert([row(number) for number in range(300, 330)])
    store.sync()
    return folder


@pytest.fixture
def readers(folder):
    """A reader through all of LanceDB, and one through its compiled module."""
    readers = [
        open_table(Durability(folder, "passages"), WIDTH, find)
        for find in (lambda: None, preload_native)
    ]
    assert list(map(type, readers)) == [LanceReader, NativeReader]
    return readers


QUERY = np.asarray([0.5, -1, 0.25, 2], np.float32)
FEW = Admitted(frozenset({1, 2, 3, 5}), {8: (0, 1)})
SOME = "doc IN (1, 2, 3, 5, 8, 101) AND ordinal < 2"


@pytest.mark.parametrize(
    ("ask", "rows"),
    [
        (lambda reader: reader.rows([*COLUMNS, "terms", "vector"]), 330),
        (lambda reader: reader.rows(COLUMNS, SOME), 12),
        (lambda reader: reader.rows(COLUMNS, "id = 'nonsense'"), 0),
        (lambda reader: reader.nearest(QUERY, 100, [*COLUMNS, "vector"]), 100),
        (lambda reader: reader.nearest(QUERY, 100, COLUMNS, SOME), 9),
        (lambda reader: reader.nearest(QUERY, 100, COLUMNS, reader.condition(FEW)), 10),
        (lambda reader: reader.matching([(1.0, "kettle")], 99, COLUMNS, reader.condition(FEW)), 8),
        (lambda reader: reader.matching([(1.0, "scale")], 500, [*COLUMNS, "vector"]), 165),
        (lambda reader: reader.matching([(1.0, "kettle"), (0.5, "again")], 500, COLUMNS), 248),
        (lambda reader: reader.matching([(1.0, "kettle"), (2.0, "cold")], 99, COLUMNS, SOME), 8),
        (lambda reader: reader.matching([(1.0, "nonsense")], 9, COLUMNS), 0),
    ],
)
def test_both_give_the_same(readers, ask, rows):
    # LanceDB gives rows of the same score in any order.
    whole, native = (
        ask(reader).sort_by([("doc", "ascending"), ("ordinal", "ascending")]) for reader in readers
    )
    assert native.equals(whole)
    assert len(native) == rows


def test_both_give_the_best(readers):
    words = [(1.0, "scale kettle"), (0.5, "again")]
    whole, native = (reader.matching(words, 9, COLUMNS)["_score"] for reader in readers)
    assert native.equals(whole)
    assert len(native) == 9


def test_both_tell_the_same_of_the_table(readers, folder):
    whole, native = readers
    assert native.schema.equals(whole.schema, check_metadata=True)
    assert native.version == whole.version == Durability(folder, "passages").version_on_disk()
    assert native.count() == whole.count() == 330


def test_both_give_the_same_batches(readers):
    whole, native = (list(reader.batches(["id", "vector"])) for reader in readers)
    assert [batch.num_rows for batch in native] == [batch.num_rows for batch in whole]
    assert all(one.equals(other) for one, other in zip(native, whole, strict=True))


def test_both_raise_the_same(readers):
    messages = []
    for reader in readers:
        with pytest.raises((RuntimeError, ValueError)) as told:
            reader.rows(["nonsense"])
        messages.append((told.type, str(told.value)))
    assert messages[0] == messages[1]


def test_a_module_that_lacks_anything_is_not_used():
    assert is_usable(lancedb._lancedb)
    assert not is_usable(SimpleNamespace(connect=None, Session=None))


def test_a_query_needs_little_of_lancedb_and_leaves_it_whole(folder):
    code = """
import sys
import numpy as np
from search.storage.store import Store
from search.storage.writable_store import WritableStore
store = Store(sys.argv[1], 4)
found = store.nearest(np.ones(4, np.float32), 5)
found += store.matching([(1.0, "kettle")], 5)
print(len(found), sorted(name for name in sys.modules if name.split(".")[0] == "lancedb"))
print("pydantic" in sys.modules)
import lancedb
from lancedb.background_loop import LOOP
table = lancedb.connect(sys.argv[1]).open_table("passages")
print(table.count_rows(), store.count(), lancedb.db.LOOP is LOOP)
"""
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, str(folder)], capture_output=True, text=True, cwd=HERE,
        env={"PYTHONPATH": str(HERE)}, timeout=60, check=False,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == (
        "10 ['lancedb._lancedb', 'lancedb.background_loop']\nFalse\n330 330 True\n", "",
    )  # fmt: skip
