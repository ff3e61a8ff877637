"""The best passages that a filter admits, whichever way they are searched."""

from dataclasses import replace

import lancedb
import numpy as np
import pyarrow as pa
import pytest

from search.documents import File, Passage, Row
from search.storage.catalog import Catalog
from search.storage.entries import Entry, EntryState, doc_id
from search.storage.filters import Admitted, Filter
from search.storage.limited import Limits, condition
from search.storage.writable_store import WritableStore

from .toys import as_stored

WIDTH = 8
DOCS = range(200)
PER_DOC = 3
LIMITS = [1, 4, 100, 1000]
"""With the first two, the deeper list is searched, with the others a condition is."""


@pytest.fixture(scope="module")
def rows():
    draw = np.random.default_rng(5)
    words = [f"word{number}" for number in range(40)]
    return [
        Row(
            doc,
            Passage(ordinal, "text", (), None, 1, 1, 0, 4),
            # The first documents alone have the word "early", and the length of all texts differs.
            " ".join([*draw.choice(words, 6 + (doc + ordinal) % 9), *["early"] * (doc < 20)]),
            draw.standard_normal(WIDTH).astype(np.float32),
        )
        for doc in DOCS
        for ordinal in range(PER_DOC)
    ]


@pytest.fixture(scope="module")
def store(rows, tmp_path_factory):
    store = WritableStore(tmp_path_factory.mktemp("index"), WIDTH)
    store._limits = Limits(store._reader.condition, documents_per_row=10)
    store.upsert(rows)
    store.maintain()
    return store


def admitted(share_known, *, odd=False):
    """Half of the documents, and single passages of one more."""
    docs = frozenset(doc for doc in DOCS if doc >= 100 or (odd and doc % 2))
    return Admitted(docs, {7: (0, 2)}, share=len(docs) / len(DOCS) if share_known else 0.0)


def found(candidates):
    return [(hit.doc, hit.passage.ordinal, round(hit.score, 5)) for hit in candidates]


@pytest.mark.parametrize("limit", LIMITS)
def test_the_nearest_admitted_passages_are_those_of_an_exact_search(store, rows, limit):
    query = np.ones(WIDTH, np.float32)
    only = admitted(share_known=True)
    exact = sorted(
        (
            (row.doc, row.passage.ordinal, float(cosine(as_stored(row.vector), query)))
            for row in rows
            if only.admits(row.doc, row.passage.ordinal)
        ),
        key=lambda hit: -hit[2],
    )
    hits = store.nearest(query, limit, only)
    assert [(hit.doc, hit.passage.ordinal) for hit in hits] == [hit[:2] for hit in exact[:limit]]
    scores = [score for _, _, score in exact[:limit]]
    assert [hit.score for hit in hits] == pytest.approx(scores, abs=1e-6)
    assert found(store.nearest(query, limit, replace(only, share=0.0))) == found(hits)


@pytest.mark.parametrize("limit", LIMITS)
def test_the_matching_admitted_passages_are_those_of_a_search_with_a_condition(store, limit):
    words = [(1.0, "word3 word17"), (1.8, "word21")]
    ways = [
        found(store.matching(words, limit, admitted(share_known))) for share_known in (True, False)
    ]
    assert ways[0] == ways[1]
    assert ways[0]


def test_admitted_passages_are_found_where_the_others_match_better(store):
    # Only documents that the filter does not admit have the word that counts most.
    words = [(9.0, "early"), (1.0, "word3")]
    ways = [found(store.matching(words, 5, admitted(share_known))) for share_known in (True, False)]
    assert ways[0] == ways[1]
    assert {doc for doc, _, _ in ways[0]} <= {7, *range(100, 200)}


def test_a_list_that_falls_short_is_searched_again_with_a_condition():
    asked = []

    def search(limit, where):
        asked.append((limit, where))
        docs = [1] * limit if where == "" else [2, 2, 2]
        return pa.table({"doc": docs, "ordinal": list(range(len(docs)))})

    many = frozenset(range(2, 50))
    limits, only = Limits(repr, documents_per_row=10), Admitted(many, share=0.5)
    table = limits.best(search, 2, only)
    assert asked == [(6, ""), (2, repr(only))]
    assert table["doc"].to_pylist() == [2, 2, 2]


def test_few_documents_are_searched_with_a_condition_at_once():
    asked = []

    def search(limit, where):
        asked.append((limit, where))

    few = Admitted(frozenset({2}), {3: (1,)}, share=0.5)
    Limits(repr).best(search, 2, few)
    Limits(repr).best(search, 2, None)
    assert asked == [(2, repr(few)), (2, "")]
    expression = condition(few, lancedb._lancedb)
    assert expression.to_sql() == "(doc IN (2) OR ((doc = 3) AND ordinal IN (1)))"


def test_the_share_counts_passages(tmp_path):
    with Catalog.open(tmp_path / "index", create=True) as catalog:
        catalog.put(
            Entry(
                File(path, "/notes", 1, 1, 1, 1),
                doc_id(path),
                passages=passages,
                state=EntryState.COMPLETE,
            )
            for path, passages in (("/notes/a.md", 30), ("/notes/b.txt", 10))
        )
        assert catalog.documents(Filter(types=("md",))).share == 0.75
        assert catalog.documents(Filter(types=("pdf",))).share == 0.0


def cosine(one, other):
    return one @ other / np.linalg.norm(one) / np.linalg.norm(other)
