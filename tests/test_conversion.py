"""Converted checkpoints have mlx-lm's values and all files of the model; others are refused."""

import hashlib
import json
import re
import sys
from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest

from search.errors import ModelError, UsageError
from search.models.caches import weight_files
from search.models.embedder import load_embedder
from search.models.reranker import load_reranker
from search.supply.checksums import matches, wrong_files
from search.supply.conversion import MODES, convert
from search.supply.quantized_weights import quantized_by_matrix

from .made_models import (
    BERT,
    QWEN3,
    bfloat16,
    empty_caches,
    made,
    modules,
    one_file,
    repository,
    safetensors,
    write_model,
)

EMBEDDING, RERANKER, UNTIED = (
    "Qwen/Qwen3-Embedding-0.6B",
    "Qwen/Qwen3-Reranker-0.6B",
    "Qwen/Qwen3-Reranker-8B",
)
TEXTS = ["Tides", "the radiators stay cold", "a river of words " * 30]


@pytest.fixture(autouse=True)
def no_discovered_caches(monkeypatch, tmp_path):
    empty_caches(monkeypatch, tmp_path)


def source(tmp_path: Path, name: str) -> Path:
    return write_model(tmp_path / name, made(name))


def weights(folder: Path) -> dict[str, mx.array]:
    return {
        name: value
        for path in sorted(folder.glob("*.safetensors"))
        for name, value in mx.load(str(path)).items()
    }


def test_all_files_of_the_model_come_along(tmp_path):
    before = source(tmp_path, EMBEDDING)
    done = convert(before)
    assert done.folder == tmp_path / "data" / "docsearch" / "models" / "Qwen3-Embedding-0.6B-8bit"
    assert {
        str(path.relative_to(done.folder)) for path in done.folder.rglob("*") if path.is_file()
    } == {
        "1_Pooling/config.json",
        "README.md",
        "SHA256SUMS",
        "config.json",
        "config_sentence_transformers.json",
        "model.safetensors",
        "modules.json",
        "tokenizer.json",
        "tokenizer_config.json",
    }
    for name in (
        "1_Pooling/config.json",
        "modules.json",
        "tokenizer.json",
        "config_sentence_transformers.json",
    ):
        assert (done.folder / name).read_bytes() == (before / name).read_bytes()
    config, rules = (
        json.loads((before / "config.json").read_text()),
        {"group_size": 64, "bits": 8, "mode": "affine"},
    )
    after = json.loads((done.folder / "config.json").read_text())
    assert after == config | {"quantization": rules, "quantization_config": rules}
    assert (done.folder / "README.md").read_text() == (before / "README.md").read_text() + (
        "\n## Converted\n\n"
        "By docsearch from Qwen3-Embedding-0.6B into MLX's quantised form: "
        "affine, 8 bits, groups of 64.\n"
    )
    assert wrong_files(done.folder) == []
    assert done.source_bytes == (before / "model.safetensors").stat().st_size
    assert (
        done.bytes == (done.folder / "model.safetensors").stat().st_size < done.source_bytes * 0.6
    )
    assert not list(done.folder.parent.glob(".*"))


def test_the_checksums_are_those_of_sha256sum(tmp_path):
    folder = convert(source(tmp_path, EMBEDDING)).folder
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    assert f"{digest}  model.safetensors" in lines
    assert len(lines) == 8
    assert matches(folder / "model.safetensors", digest)
    (folder / "config.json").write_text("{}")
    (folder / "modules.json").unlink()
    assert wrong_files(folder) == ["config.json", "modules.json"]


def converted_by_mlx_lm(folder: Path, rules) -> tuple[dict[str, mx.array], dict]:
    """The tensors and settings that mlx-lm makes of a checkpoint."""
    from mlx.utils import tree_flatten
    from mlx_lm.utils import load_model, quantize_model

    model, config = load_model(folder, lazy=True)
    model, config = quantize_model(
        model, config, rules["group_size"], rules["bits"], mode=rules["mode"]
    )
    return dict(tree_flatten(model.parameters())), config


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [RERANKER, UNTIED])
@pytest.mark.parametrize(
    "rules",
    [
        {"bits": 4, "group_size": 64, "mode": "affine"},
        {"bits": 8, "group_size": 32, "mode": "affine"},
        {"bits": 4, "group_size": 32, "mode": "mxfp4"},
        {"bits": 8, "group_size": 32, "mode": "mxfp8"},
    ],
    ids=str,
)
def test_the_values_are_those_of_mlx_lm(tmp_path, name, rules):
    before = source(tmp_path, name)
    converted = weights(convert(before, **rules).folder)
    expected, config = converted_by_mlx_lm(before, rules)
    by_matrix = {
        name: array
        for arrays in quantized_by_matrix(weight_files(before), rules)
        for name, array in arrays.items()
    }
    assert set(converted) == set(expected) == set(by_matrix)
    for key, value in expected.items():
        assert converted[key].dtype == by_matrix[key].dtype == value.dtype
        assert mx.array_equal(converted[key], value), key
        assert mx.array_equal(by_matrix[key], value), key
    assert config["quantization"] == rules
    assert ("lm_head.scales" in converted) == (name == UNTIED)


def test_a_language_model_needs_mlx_lm(tmp_path, monkeypatch):
    before = source(tmp_path, RERANKER)
    for module in ("mlx_lm", "mlx_lm.utils"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ModelError) as caught:
        convert(before)
    assert caught.value.message.startswith("converting this model needs the package mlx-lm, which")
    assert caught.value.hint == "install it: pip install mlx-lm"
    assert convert(source(tmp_path, EMBEDDING)).folder.is_dir()


@pytest.mark.parametrize("rules", [{}, {"bits": 4}, {"mode": "mxfp8"}], ids=str)
def test_a_converted_embedder_embeds(tmp_path, rules):
    before = source(tmp_path, EMBEDDING)
    # Rounding random weights to 4 bits moves vectors further than rounding trained ones.
    min_cosine = 0.8 if rules else 0.999
    after = load_embedder(
        str(convert(before, **rules).folder), "mlx" if rules.get("mode") else "cpu"
    )
    vectors = load_embedder(str(before), "cpu").embed_passages(TEXTS)
    assert np.vecdot(vectors, after.embed_passages(TEXTS)).min() > min_cosine


@pytest.mark.parametrize("name", [RERANKER, UNTIED])
def test_a_converted_reranker_keeps_its_head(tmp_path, name):
    before = source(tmp_path, name)
    after = convert(before).folder
    scores = [
        load_reranker(str(folder), "cpu").score("when is high water", TEXTS)
        for folder in (before, after)
    ]
    np.testing.assert_allclose(scores[0], scores[1], atol=0.05)
    assert len(set(np.round(scores[1], 6))) == 3


def test_a_bert_of_float32_is_converted_with_its_pooling(tmp_path):
    tensors = {
        name: value.astype(mx.float32)
        for name, value in mx.load(str(BERT / "model.safetensors")).items()
    }
    extra = {
        "1_Pooling/config.json": (BERT / "1_Pooling" / "config.json").read_bytes(),
        "LICENSE": b"MIT License",
    }
    before = write_model(
        tmp_path / "bge-tiny", repository(BERT, "bge-tiny", one_file(tensors), "mit", extra)
    )
    after = convert(before).folder
    assert (after / "LICENSE").read_bytes() == b"MIT License"
    unquantised = {
        name
        for name, value in weights(after).items()
        if value.dtype != mx.uint32 and value.ndim == 2 and ".scales" not in name
    }
    assert {name for name in unquantised if not name.endswith(".biases")} == {
        "embeddings.position_embeddings.weight",
        "embeddings.token_type_embeddings.weight",
    } | {name for name in tensors if name == "pooler.dense.weight"}
    vectors = [
        load_embedder(str(folder), "cpu").embed_passages(TEXTS) for folder in (before, after)
    ]
    assert np.vecdot(*vectors).min() > 0.999


def test_the_modules_after_the_pooling_come_along(tmp_path):
    dense = {"linear.weight": mx.random.normal((24, 64)), "linear.bias": mx.random.normal((24,))}
    extra = {
        "1_Pooling/config.json": (BERT / "1_Pooling" / "config.json").read_bytes(),
        "modules.json": modules("Transformer", "Pooling", "Dense"),
        "2_Dense/config.json": b'{"activation_function": "torch.nn.modules.activation.Tanh"}',
        "2_Dense/model.safetensors": safetensors(dense),
    }
    weights = one_file(mx.load(str(BERT / "model.safetensors")))
    plain = load_embedder(str(BERT), "cpu")
    before = write_model(tmp_path / "projected", repository(BERT, "x", weights, "mit", extra))
    vectors = [
        load_embedder(str(folder), "cpu").embed_passages(TEXTS)
        for folder in (before, convert(before).folder)
    ]
    hidden = plain.encoder.encode(plain.tokenizer.encode(TEXTS, plain.max_tokens))
    expected = np.tanh(hidden @ np.array(dense["linear.weight"]).T + np.array(dense["linear.bias"]))
    np.testing.assert_allclose(
        vectors[0], expected / np.linalg.norm(expected, axis=1, keepdims=True), atol=1e-6
    )
    assert np.vecdot(*vectors).min() > 0.99


def test_large_models_are_written_in_parts(tmp_path):
    before = source(tmp_path, UNTIED)
    whole = weights(convert(before, out=tmp_path / "Qwen3-Reranker-8B-whole").folder)
    parts = convert(before, out=tmp_path / "Qwen3-Reranker-8B-parts", shard_bytes=60_000).folder
    names = sorted(path.name for path in parts.glob("*.safetensors"))
    assert names == [f"model-{i + 1:05}-of-{len(names):05}.safetensors" for i in range(len(names))]
    assert len(names) > 1
    index = json.loads((parts / "model.safetensors.index.json").read_text())
    assert set(index["weight_map"]) == set(whole)
    assert index["metadata"]["total_size"] == sum((parts / name).stat().st_size for name in names)
    for name, value in weights(parts).items():
        assert mx.array_equal(value, whole[name])
    assert load_reranker(str(parts), "cpu").score("tide", TEXTS).shape == (3,)


def test_a_conversion_goes_to_the_named_folder_or_the_users(tmp_path, monkeypatch):
    before = source(tmp_path, EMBEDDING)
    (tmp_path / "disk").mkdir()
    assert (
        convert(before, mode="mxfp4", cache_folder=str(tmp_path / "disk")).folder
        == tmp_path / "disk" / "Qwen3-Embedding-0.6B-mxfp4"
    )
    named = tmp_path / "new" / "qwen3-embedding-0.6b-mine"
    assert convert(before, out=named).folder == named
    with pytest.raises(
        UsageError,
        match=(
            r"qwen3-embedding-0.6b-mine is there already; "
            r"remove it, or name another folder with --out"
        ),
    ):
        convert(before, out=named)
    with pytest.raises(
        UsageError,
        match=r"must begin with Qwen3-Embedding-0\.6B; its prompts are found by that name",
    ):
        convert(before, out=tmp_path / "mine")
    with pytest.raises(
        ModelError, match=r"away \(from --cache-folder\) is not there; plug in its disk"
    ):
        convert(before, cache_folder=str(tmp_path / "away"))


REFUSED = {
    "bits": ({"bits": 3}, "affine has no bits of 3; choose 4 or 8"),
    "groups": ({"group_size": 16}, "affine has no group size of 16; choose 32 or 64 or 128"),
    "bits of a mode": ({"bits": 8, "mode": "mxfp4"}, "mxfp4 has no bits of 8; choose 4"),
    "groups of a mode": (
        {"group_size": 64, "mode": "mxfp8"},
        "mxfp8 has no group size of 64; choose 32",
    ),
    "mode": ({"mode": "gguf"}, f"there is no mode gguf; choose one of: {', '.join(MODES)}"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_settings_that_mlx_does_not_have_are_refused(tmp_path, case):
    settings, message = REFUSED[case]
    with pytest.raises(UsageError, match=re.escape(message)):
        convert(source(tmp_path, EMBEDDING), **settings)


def test_models_that_cannot_be_converted_are_refused(tmp_path):
    quantised = source(tmp_path, "mlx-community/Qwen3-Embedding-0.6B-4bit-DWQ")
    with pytest.raises(
        ModelError,
        match=(
            r"Qwen3-Embedding-0.6B-4bit-DWQ is quantised already; "
            r"convert the standard checkpoint"
        ),
    ):
        convert(quantised)
    foreign = repository(
        QWEN3,
        "x",
        one_file(bfloat16(mx.load(str(QWEN3 / "model.safetensors")))),
        "mit",
        model_type="llama",
    )
    with pytest.raises(
        ModelError, match="is a llama model; only qwen3, bert, xlm-roberta models are converted"
    ):
        convert(write_model(tmp_path / "x", foreign))
    with pytest.raises(ModelError, match="is not a model folder"):
        convert(tmp_path / "none")
    assert not (tmp_path / "data").exists()


def test_an_xlm_roberta_is_converted_with_its_vectors(tmp_path):
    plain = Path(__file__).parent / "fixtures" / "foreign" / "xlm-roberta"
    small = convert(plain, bits=8, group_size=32, out=tmp_path / "xlm-roberta-8bit").folder
    vectors = [
        load_embedder(str(folder), "cpu").embed_passages(["the river", "the stone bridge"])
        for folder in (plain, small)
    ]
    assert np.vecdot(*vectors).min() > 0.999
