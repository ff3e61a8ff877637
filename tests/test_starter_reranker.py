"""The reranker that comes with the package: its scores on both engines, and its files."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from search.models import engines
from search.models.bundled import BUNDLED
from search.models.reranker import load_reranker
from search.supply.checksums import wrong_files
from search.supply.model_test import Outcome, examine

FOLDER = BUNDLED["starter-reranker"].folder
EXPECTED = json.loads((Path(__file__).parent / "fixtures" / "starter_reranker.json").read_text())


@pytest.mark.parametrize("backend", ["cpu", "mlx"])
def test_both_engines_give_the_logits_of_transformers(
    backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "precisions_for", lambda checkpoint, backend: ("float32",))
    reranker = load_reranker("starter-reranker", backend)
    assert reranker.name == "docsearch starter reranker (8-bit)"
    for query in dict.fromkeys(row["query"] for row in EXPECTED):
        rows = [row for row in EXPECTED if row["query"] == query]
        given = reranker.score(query, [row["passage"] for row in rows]).astype(np.float64)
        logits = np.log(given / (1 - given))
        np.testing.assert_allclose(logits, [row["logit"] for row in rows], rtol=0, atol=2e-3)


def test_answers_score_higher_than_other_passages() -> None:
    probability = {
        (row["query"], row["passage"]): 1 / (1 + math.exp(-row["logit"])) for row in EXPECTED
    }
    passages = list(dict.fromkeys(row["passage"] for row in EXPECTED))
    answers = {
        "the radiators stay cold": passages[0],
        "how do I read a file line by line in python": passages[1],
        "notice period of the flat": passages[2],
    }
    for query, answer in answers.items():
        assert max(passages, key=lambda passage: probability[query, passage]) == answer
    assert all(
        value < 0.2
        for (query, passage), value in probability.items()
        if answers.get(query) != passage
    )


def test_the_files_are_whole_and_small() -> None:
    assert wrong_files(FOLDER) == []
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 25_100_000
    assert sorted(path.name for path in FOLDER.iterdir()) == [
        "LICENSE",
        "README.md",
        "SHA256SUMS",
        "activations.safetensors",
        "config.json",
        "model.safetensors",
        "sentences.safetensors",
        "tokenizer.json",
    ]


def test_the_test_of_models_finds_that_it_works() -> None:
    found = examine(FOLDER, "cpu")
    assert (found.name, found.role, found.outcome, found.findings) == (
        "docsearch starter reranker (8-bit)",
        "reranker",
        Outcome.WORKS,
        (),
    )
