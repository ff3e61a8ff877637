"""BERT cross-encoders give transformers' probabilities on both engines."""

import json
import shutil
from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest

from search.errors import ModelError, UsageError
from search.models.reranker import load_reranker

FIXTURES = Path(__file__).parent / "fixtures"
TINY = FIXTURES / "bert" / "tiny"
EXPECTED = json.loads((FIXTURES / "cross_encoder" / "expected.json").read_text())
QUERIES = list(dict.fromkeys(item["query"] for item in EXPECTED))
PASSAGES = list(dict.fromkeys(item["passage"] for item in EXPECTED))
SCORES = np.array([item["score"] for item in EXPECTED], np.float32).reshape(
    len(QUERIES), len(PASSAGES)
)
BACKENDS = ["cpu", "mlx"]


def tensors():
    body = {
        f"bert.{name}": value for name, value in mx.load(str(TINY / "model.safetensors")).items()
    }
    return body | mx.load(str(FIXTURES / "cross_encoder" / "head.safetensors"))


def cross_encoder(folder, weights, **config):
    """A checkpoint laid out as cross-encoder/ms-marco-MiniLM-L6-v2."""
    folder.mkdir(parents=True)
    shutil.copy(TINY / "tokenizer.json", folder)
    mx.save_safetensors(str(folder / "model.safetensors"), weights)
    settings = json.loads((TINY / "config.json").read_text()) | {
        "architectures": ["BertForSequenceClassification"],
        "id2label": {"0": "LABEL_0"},
        "label2id": {"LABEL_0": 0},
    }
    (folder / "config.json").write_text(json.dumps(settings | config))
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return cross_encoder(tmp_path_factory.mktemp("models") / "ms-marco-MiniLM-tiny", tensors())


@pytest.mark.parametrize("backend", BACKENDS)
def test_probabilities_are_those_of_transformers(folder, backend):
    reranker = load_reranker(str(folder), backend)
    assert reranker.name == "ms-marco-MiniLM-tiny"
    given = np.stack([reranker.score(query, PASSAGES) for query in QUERIES])
    np.testing.assert_allclose(given, SCORES, rtol=0, atol=1e-5)


def test_the_rows_of_tokens_are_those_of_the_reference(folder):
    pairs = load_reranker(str(folder), "cpu").pairs
    rows = []
    for query in QUERIES:
        prefix = pairs.prefix(query)
        rows += [prefix + rest for rest in pairs.rest(PASSAGES, 48 - len(prefix))]
    assert rows == [item["ids"] for item in EXPECTED]


@pytest.mark.parametrize("backend", BACKENDS)
def test_slices_change_no_probability(folder, backend):
    reranker = load_reranker(str(folder), backend)
    slices = [reranker.score(QUERIES[1], PASSAGES[i : i + 2]) for i in range(0, len(PASSAGES), 2)]
    np.testing.assert_allclose(np.concatenate(slices), SCORES[1], rtol=0, atol=1e-5)
    assert reranker.score("sea", []).shape == (0,)


@pytest.mark.parametrize("backend", BACKENDS)
def test_any_text_has_a_probability(folder, backend):
    reranker = load_reranker(str(folder), backend)
    for query in ["", "\x00", "\ud800", "🚀", "[SEP]", "sea " * 25_000]:
        given = reranker.score(
            query, ["", " ", "\udfff", "中文", "[PAD]" * 30, "the sea " * 12_500]
        )
        assert ((given >= 0) & (given <= 1)).all()


@pytest.mark.parametrize("group_size", [32, 64])
def test_quantised_weights_give_the_probabilities_of_their_values(tmp_path, group_size):
    packed, widened = {}, {}
    for name, value in tensors().items():
        if value.ndim != 2 or "_type_" in name:
            packed[name] = widened[name] = value
            continue
        parts = mx.quantize(value.astype(mx.float32), group_size=group_size, bits=8)
        module = name.removesuffix(".weight")
        packed |= {
            f"{module}.{part}": p
            for part, p in zip(("weight", "scales", "biases"), parts, strict=True)
        }
        widened[name] = mx.dequantize(*parts, group_size=group_size, bits=8)
    rules = {"group_size": group_size, "bits": 8, "mode": "affine"}
    plain = cross_encoder(tmp_path / "plain", widened)
    small = cross_encoder(tmp_path / "small", packed, quantization=rules)
    reference = load_reranker(str(plain), "cpu").score(QUERIES[1], PASSAGES)
    for backend in BACKENDS:
        np.testing.assert_allclose(
            load_reranker(str(small), backend).score(QUERIES[1], PASSAGES),
            reference,
            rtol=0,
            atol=1e-5,
        )


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_model_with_one_kind_of_token_scores_as_one_with_two_equal_kinds(tmp_path, backend):
    types = "bert.embeddings.token_type_embeddings.weight"
    weights = tensors()
    two_equal = cross_encoder(
        tmp_path / "two_equal", weights | {types: mx.concatenate([weights[types][:1]] * 2)}
    )
    single = cross_encoder(
        tmp_path / "single", weights | {types: weights[types][:1]}, type_vocab_size=1
    )
    first, second = (
        load_reranker(str(model), backend).score(QUERIES[1], PASSAGES)
        for model in (two_equal, single)
    )
    np.testing.assert_allclose(first, second, rtol=0, atol=1e-6)


REFUSED = {
    "two labels": (
        {"classifier.weight": mx.zeros((2, 64)), "classifier.bias": mx.zeros(2)},
        "has 2 labels, where a reranker has one; choose a reranker",
    ),
    "no classifier": (
        {"classifier.weight": None, "classifier.bias": None},
        "is not a reranker: it has no classifier",
    ),
    "no pooler": ({"bert.pooler.dense.weight": None}, "lacks the weights bert.pooler.dense.weight"),
    "a pooler of another size": (
        {"bert.pooler.dense.weight": mx.zeros((64, 32))},
        r"bert.pooler.dense.weight as \(64, 32\)",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_wrong_head_is_refused(tmp_path, name):
    changes, message = REFUSED[name]
    weights = {key: value for key, value in (tensors() | changes).items() if value is not None}
    model = cross_encoder(tmp_path / "model", weights)
    with pytest.raises(ModelError, match=message):
        load_reranker(str(model), "cpu")


def test_an_instruction_is_refused(folder):
    with pytest.raises(
        UsageError,
        match="a BERT reranker takes no instruction; leave it out, or choose a Qwen3 reranker",
    ):
        load_reranker(str(folder), "cpu", instruction="Find the code")
