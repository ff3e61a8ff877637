"""A reranker that is stored without word embeddings and takes those of an embedder beside it."""

import json
import shutil
from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest

from search.errors import ModelError
from search.models.borrowed_words import lender, tokenizer_folder
from search.models.caches import CachedModel, ModelState, condition
from search.models.checkpoint import Checkpoint
from search.models.pairs import BertPairs, MarkedBertPairs, XlmRobertaPairs
from search.models.reranker import load_reranker

from .test_cross_encoder import (
    BACKENDS,
    PASSAGES,
    QUERIES,
    SCORES,
    TINY,
    cross_encoder,
    tensors,
)

WORDS = "bert.embeddings.word_embeddings.weight"


@pytest.fixture
def borrower(tmp_path: Path) -> Path:
    """A cross-encoder without its words, beside the embedder that has them."""
    shutil.copytree(TINY, tmp_path / "tiny-embedder")
    weights = tensors()
    del weights[WORDS]
    folder: Path = cross_encoder(
        tmp_path / "tiny-reranker", weights, word_embeddings_of="tiny-embedder"
    )
    (folder / "tokenizer.json").unlink()
    return folder


@pytest.mark.parametrize("backend", BACKENDS)
def test_scores_are_those_of_the_whole_model(borrower: Path, backend: str) -> None:
    reranker = load_reranker(str(borrower), backend)
    given = np.stack([reranker.score(query, PASSAGES) for query in QUERIES])
    np.testing.assert_allclose(given, SCORES, rtol=0, atol=1e-5)


def test_a_model_takes_the_words_of_its_neighbour_alone(borrower: Path) -> None:
    stored = Checkpoint(borrower)
    whole = Checkpoint(borrower.parent / "tiny-embedder")
    assert (stored.lender, whole.lender) == (whole.folder, None)
    np.testing.assert_array_equal(
        stored.stored(WORDS), whole.stored("embeddings.word_embeddings.weight")
    )
    assert list(stored.borrowed or ()) == [WORDS]
    # A name that leads elsewhere leads no further than beside the folder.
    outside = {"word_embeddings_of": "../../other"}
    assert lender(borrower, outside) == borrower.parent / "other"
    assert tokenizer_folder(borrower) == whole.folder
    assert tokenizer_folder(whole.folder) == whole.folder


def test_other_words_are_another_revision(borrower: Path) -> None:
    before = Checkpoint(borrower).fingerprint()
    embedder = borrower.parent / "tiny-embedder" / "model.safetensors"
    changed = {name: value + 1 for name, value in mx.load(str(embedder)).items()}
    mx.save_safetensors(str(embedder), changed)
    assert Checkpoint(borrower).fingerprint() != before


def test_a_model_whose_neighbour_is_missing_is_not_whole(borrower: Path) -> None:
    model = CachedModel("tiny-reranker", borrower, borrower)
    assert condition(model) == (ModelState.AVAILABLE, "")
    neighbour = borrower.parent / "tiny-embedder"
    neighbour.rename(borrower.parent / "elsewhere")
    assert condition(model) == (
        ModelState.PARTIAL,
        "tokenizer.json of tiny-embedder, model.safetensors of tiny-embedder missing",
    )
    with pytest.raises(ModelError, match=str(neighbour)):
        load_reranker(str(borrower), "cpu")


def test_damaged_settings_lend_nothing(tmp_path: Path) -> None:
    for text in ("", "[]", "{"):
        (tmp_path / "config.json").write_text(text)
        assert tokenizer_folder(tmp_path) == tmp_path


def test_the_marks_of_a_row_follow_the_tokenizer() -> None:
    assert [(pairs.start, pairs.middle, pairs.end) for pairs in (BertPairs, MarkedBertPairs)] == [
        (("[CLS]",), ("[SEP]",), ("[SEP]",)),
        (("<s>",), ("</s>",), ("</s>",)),
    ]
    assert XlmRobertaPairs.middle == ("</s>", "</s>")


PACKAGE = Path(__file__).parent.parent / "packages/multilingual/docsearch_multilingual"


def test_the_package_s_reranker_borrows_the_words_of_its_embedder() -> None:
    folder = PACKAGE / "multilingual-reranker"
    config = json.loads((folder / "config.json").read_text())
    assert lender(folder, config) == PACKAGE / "multilingual-e5-small"
    assert (config["tokenizer_class"], config["num_hidden_layers"]) == ("XLMRobertaTokenizer", 12)
