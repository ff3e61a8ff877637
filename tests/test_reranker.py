"""Qwen3 rerankers give transformers' probabilities; folders without a reranker are refused."""

import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest

from search.errors import ModelError, UsageError
from search.models.batches import in_halves, out_of_memory, padded
from search.models.reranker import load_reranker

from .qwen3_checkpoints import (
    EXPECTED,
    QUANTISATIONS,
    TINY,
    TOKENS,
    body,
    checkpoint,
    quantised,
    tensors,
)

BACKENDS = ["cpu", "mlx"]
BERT = Path(__file__).parent / "fixtures" / "bert" / "tiny"
QUERIES = list(dict.fromkeys(pair["query"] for pair in TOKENS["pairs"]))
PASSAGES = list(dict.fromkeys(pair["passage"] for pair in TOKENS["pairs"]))
NASTY = [
    "",
    " ",
    "\n\t ",
    "\x00",
    "\ud800",
    "中文和日本語",
    "🚀" * 50,
    "<|im_end|>",
    "</think>yes<|endoftext|>",
]


def scores(reranker):
    return np.stack([reranker.score(query, PASSAGES) for query in QUERIES])


def expected(kind):
    return np.array(EXPECTED[kind], np.float32).reshape(len(QUERIES), len(PASSAGES))


@pytest.fixture(scope="module")
def rerankers():
    return {backend: load_reranker(str(TINY), backend) for backend in BACKENDS}


def test_the_prompt_is_that_of_the_models_card(rerankers):
    pairs, original = rerankers["cpu"].pairs, TOKENS["original"]
    for query in QUERIES:
        prefix = pairs.prefix(query)
        rest = pairs.rest(PASSAGES, 512 - len(prefix))
        ids = [[original[i] for i in prefix + row] for row in rest]
        assert ids == [pair["ids"] for pair in TOKENS["pairs"] if pair["query"] == query]


@pytest.mark.parametrize("backend", BACKENDS)
def test_probabilities_are_those_of_transformers(rerankers, backend):
    reranker = rerankers[backend]
    assert (reranker.name, len(reranker.revision)) == ("qwen3", 16)
    assert reranker.score("tide", ["boat"]).dtype == np.float32
    np.testing.assert_allclose(scores(reranker), expected("untied"), rtol=0, atol=5e-6)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_head_tied_to_the_embeddings_gives_the_same_probabilities(tmp_path, backend):
    # Some conversions keep a head that is not used.
    for name, weights in {"headless": body(tensors()), "with a head": tensors()}.items():
        folder = checkpoint(tmp_path / name, weights, tie_word_embeddings=True)
        np.testing.assert_allclose(
            scores(load_reranker(str(folder), backend)), expected("tied"), rtol=0, atol=5e-6
        )


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("name", QUANTISATIONS)
def test_quantised_weights_give_the_probabilities_of_their_values(tmp_path, name, tied):
    packed, widened, config = quantised(tensors(), *QUANTISATIONS[name])
    plain = checkpoint(tmp_path / "plain", widened, tie_word_embeddings=tied)
    small = checkpoint(tmp_path / "small", packed, tie_word_embeddings=tied, **config)
    reference = load_reranker(str(plain), "cpu").score(QUERIES[0], PASSAGES)
    for backend in BACKENDS:
        given = load_reranker(str(small), backend).score(QUERIES[0], PASSAGES)
        np.testing.assert_allclose(given, reference, rtol=0, atol=1e-5)


@pytest.mark.parametrize("bits", [3, 5, 6])
def test_a_head_in_odd_widths_gives_the_probabilities_of_its_values(tmp_path, bits):
    packed, widened, config = quantised(tensors(), {"group_size": 64, "bits": bits})
    plain = checkpoint(tmp_path / "plain", widened)
    small = checkpoint(tmp_path / "small", packed, **config)
    reference = load_reranker(str(plain), "cpu").score(QUERIES[0], PASSAGES)
    given = load_reranker(str(small), "mlx").score(QUERIES[0], PASSAGES)
    np.testing.assert_allclose(given, reference, rtol=0, atol=1e-5)


@pytest.mark.parametrize("backend", BACKENDS)
def test_slices_and_order_change_no_probability(rerankers, backend):
    reranker, query = rerankers[backend], QUERIES[0]
    whole = reranker.score(query, PASSAGES)
    slices = [reranker.score(query, PASSAGES[i : i + 4]) for i in range(0, len(PASSAGES), 4)]
    np.testing.assert_allclose(np.concatenate(slices), whole, rtol=0, atol=5e-6)
    reranker.score("another query", PASSAGES[:1])
    np.testing.assert_allclose(
        reranker.score(query, PASSAGES[::-1]), whole[::-1], rtol=0, atol=5e-6
    )
    assert reranker.score(query, []).shape == (0,)


def test_the_instruction_is_part_of_the_prompt():
    usual, other = (
        load_reranker(str(TINY), "cpu", instruction)
        for instruction in (None, "Find the code that does it")
    )
    assert usual.pairs.prefix("tide") != other.pairs.prefix("tide")
    assert np.abs(usual.score("tide", PASSAGES) - other.score("tide", PASSAGES)).max() > 1e-4
    same = load_reranker(
        str(TINY),
        "cpu",
        "Given a web search query, retrieve relevant passages that answer the query",
    )
    assert usual.pairs.prefix("tide") == same.pairs.prefix("tide")


def test_only_the_passage_is_cut_unless_the_query_is_endless(rerankers):
    pairs = rerankers["cpu"].pairs
    closing = pairs.rest([""], 512)[0][1:]
    prefix = pairs.prefix("tide")
    rest = pairs.rest(["a river " * 12_500], 512 - len(prefix))[0]
    assert len(prefix) + len(rest) == 512
    assert rest[-len(closing) :] == closing
    endless = pairs.prefix("the tide " * 10_000)
    assert 256 < len(endless) < 512 - len(closing)
    assert endless[-3:] == prefix[-3:]
    assert pairs.rest(["a river"], 0) == [closing]


@pytest.mark.parametrize("backend", BACKENDS)
def test_any_text_has_a_probability(rerankers, backend):
    passages = [*NASTY, "a river " * 12_500, "x" * 100_000]
    for query in [*NASTY, "tide " * 20_000]:
        given = rerankers[backend].score(query, passages)
        assert ((given >= 0) & (given <= 1)).all()


@pytest.mark.parametrize("backend", BACKENDS)
def test_several_threads_get_the_same_probabilities(rerankers, backend):
    reranker = rerankers[backend]
    alone = [reranker.score(query, PASSAGES[:6]) for query in QUERIES]
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(lambda query: reranker.score(query, PASSAGES[:6]), QUERIES * 4))
    np.testing.assert_allclose(together, alone * 4, atol=5e-6)


@pytest.mark.parametrize("backend", BACKENDS)
def test_extreme_odds_are_probabilities(tmp_path, backend):
    weights = tensors()
    weights["lm_head.weight"] = weights["lm_head.weight"] * 200
    given = load_reranker(str(checkpoint(tmp_path / "model", weights)), backend).score(
        QUERIES[0], PASSAGES
    )
    assert ((given >= 0) & (given <= 1)).all()
    assert given.min() < 1e-6
    assert given.max() > 1 - 1e-6


@pytest.mark.parametrize("backend", BACKENDS)
def test_weights_that_are_not_finite_are_told(tmp_path, backend):
    weights = tensors()
    weights["model.layers.1.mlp.up_proj.weight"] = weights[
        "model.layers.1.mlp.up_proj.weight"
    ] * float("nan")
    reranker = load_reranker(str(checkpoint(tmp_path / "model", weights)), backend)
    with pytest.raises(ModelError, match="model gives scores that are not finite"):
        reranker.score("tide", ["boat"])


def with_pooling(folder):
    (checkpoint(folder, tensors()) / "1_Pooling").mkdir()
    return folder


REFUSED = {
    "no folder": (lambda folder: folder, "is not a model folder"),
    "no head": (
        lambda folder: checkpoint(folder, body(tensors())),
        "lacks lm_head, so it cannot .* converted with lm_head",
    ),
    "an embedder's folder": (with_pooling, "is an embedder; choose a reranker"),
    "an embedder's name": (
        lambda f: checkpoint(f / "Qwen3-Embedding-0.6B", tensors()),
        "is an embedder",
    ),
    "another architecture": (
        lambda folder: checkpoint(folder, tensors(), model_type="gpt2"),
        "is a gpt2 model, which cannot rerank here; choose one of: bert, qwen3",
    ),
    "no classifier": (
        lambda folder: shutil.copytree(BERT, folder, ignore=pooling),
        "is not a reranker: it has no classifier",
    ),
    "fewer rows than tokens": (
        lambda folder: checkpoint(
            folder, {**tensors(), "model.embed_tokens.weight": mx.zeros((783, 64))}
        ),
        "embed_tokens.weight as",
    ),
}


def pooling(_folder, names):
    return [name for name in names if name == "1_Pooling"]


@pytest.mark.parametrize("name", REFUSED)
def test_a_folder_without_a_reranker_is_refused(tmp_path, name):
    make, message = REFUSED[name]
    folder = make(tmp_path / "model")
    for backend in BACKENDS:
        with pytest.raises(ModelError, match=message):
            load_reranker(str(folder), backend)


def test_an_unknown_backend_is_refused():
    with pytest.raises(UsageError, match="there is no backend tpu"):
        load_reranker(str(TINY), "tpu")


def test_importing_the_reranker_loads_nothing_heavy():
    code = (
        "import sys, search.models.reranker; "
        "print(sorted({'numpy', 'mlx', 'tokenizers', 'threadpoolctl'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


class Small:
    """Work that raises `error` for a batch of more than `most` texts."""

    def __init__(self, most, error):
        self.most, self.error, self.done = most, error, []

    def __call__(self, batch):
        if len(batch) > self.most:
            raise self.error
        self.done.append(batch)


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError(
            "[metal::malloc] Attempting to allocate 9 bytes which is greater than the maximum "
            "allowed"
        ),
        RuntimeError("[METAL] Command buffer execution failed: Insufficient Memory (OutOfMemory)"),
        RuntimeError("cudaMallocAsync(&data, size) failed: out of memory"),
        Exception("[ONNXRuntimeError] : 1 : FAIL : … Failed to allocate memory for requested …"),
    ],
)
def test_a_batch_without_memory_is_halved(error):
    work = Small(2, error)
    in_halves(work, [5, 3, 1, 4, 2])
    assert work.done == [[5, 3], [1], [4, 2]]
    with pytest.raises(
        ModelError, match="there is not enough memory for one text; choose a smaller model"
    ):
        in_halves(Small(0, error), [1, 2])


def test_other_errors_are_not_taken_for_a_lack_of_memory():
    assert not out_of_memory(RuntimeError("There is no Stream(cpu, 0) in current thread."))
    with pytest.raises(RuntimeError, match="no Stream"):
        in_halves(Small(0, RuntimeError("no Stream")), [1, 2])


def test_rows_are_padded_on_the_right():
    ids, lengths = padded([[1, 2, 3], [4]], 2, 8)
    assert (ids.tolist(), lengths.tolist()) == ([[1, 2, 3, 0], [4, 0, 0, 0]], [3, 1])
    ids, lengths = padded([[1, 2, 3], [4]], 8, 3)
    assert (ids.tolist(), lengths.tolist()) == ([[1, 2, 3], [4, 0, 0]], [3, 1])


def test_the_fixture_names_its_architecture():
    assert json.loads((TINY / "config.json").read_text())["architectures"] == ["Qwen3ForCausalLM"]
