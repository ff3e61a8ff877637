"""The benchmark of growth: its passages are the same each time, and it gives every figure."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.made_passages import PER_DOCUMENT, MadePassages
from benchmarks.measure import RESULTS

HERE = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def made():
    return MadePassages(seed=3)


def test_passages_do_not_depend_on_how_they_are_cut(made):
    rows, entries = made.batch(0, 4 * PER_DOCUMENT)
    again, later = MadePassages(seed=3).batch(2 * PER_DOCUMENT, 2 * PER_DOCUMENT)
    assert entries[2:] == later
    assert [(row.doc, row.passage, row.terms) for row in rows[2 * PER_DOCUMENT :]] == [
        (row.doc, row.passage, row.terms) for row in again
    ]
    assert all(
        np.array_equal(one.vector, other.vector)
        for one, other in zip(rows[2 * PER_DOCUMENT :], again, strict=True)
    )
    assert np.allclose([np.linalg.norm(row.vector) for row in rows], 1)
    assert len({row.passage.text for row in rows}) == len(rows)


def test_another_seed_makes_other_passages(made):
    rows, _ = made.batch(0, PER_DOCUMENT)
    others, _ = MadePassages(seed=4).batch(0, PER_DOCUMENT)
    assert rows[0].passage.text != others[0].passage.text


def test_a_query_has_words_of_a_passage_that_is_near(made):
    rows, _ = made.batch(0, 40 * PER_DOCUMENT)
    vectors = np.stack([row.vector for row in rows])
    for text, vector in made.queries(5, 40 * PER_DOCUMENT):
        best = rows[int(np.argmax(vectors @ vector))]
        assert set(text.split()) <= set(best.passage.text.split())


@pytest.mark.slow
def test_the_benchmark_gives_every_figure(tmp_path):
    before = (RESULTS / "scale.json").read_bytes() if (RESULTS / "scale.json").exists() else None
    command = [sys.executable, "-m", "benchmarks.scale", "--sizes", "1500", "--files", "60"]
    try:
        subprocess.run([*command, "--keep", str(tmp_path)], check=True, cwd=HERE)
        rows = json.loads((RESULTS / "scale.json").read_text())["rows"]
    finally:
        if before is not None:
            (RESULTS / "scale.json").write_bytes(before)
    figures = {row["what"].removesuffix(", 1,500 passages"): row["value"] for row in rows}
    assert figures["recall of the vector leg at 10"] == 1.0
    assert figures["versions after 200 saves of a file"] < 250
    assert "ingest of 60 unchanged files" in figures
    assert len(figures) == 19
    assert (tmp_path / "1500" / "catalog.sqlite").exists()
