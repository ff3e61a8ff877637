"""The verdicts of `models test` on the shipped weights, and on made and damaged models."""

import json
import shutil
from pathlib import Path

import mlx.core as mx
import pytest

from search.errors import ModelError, UsageError
from search.models.bundled import BUNDLED
from search.supply.conversion import convert
from search.supply.known_scores import furthest, published
from search.supply.model_probes import Measurement
from search.supply.model_test import Finding, Outcome, examine, example_scores

from .made_models import MADE, empty_caches, made, write_model

STARTER = BUNDLED["starter"].folder


@pytest.fixture(autouse=True)
def no_discovered_caches(monkeypatch, tmp_path):
    empty_caches(monkeypatch, tmp_path)


@pytest.fixture(scope="module")
def plain(tmp_path_factory) -> Path:
    """The shipped weights in half precision, as a standard checkpoint."""
    folder = tmp_path_factory.mktemp("models") / "bge-small-en-v1.5"
    shutil.copytree(STARTER, folder)
    (folder / "SHA256SUMS").unlink()
    stored = mx.load(str(STARTER / "model.safetensors"))
    tensors = {}
    for name, value in stored.items():
        module = name.removesuffix(".weight")
        if f"{module}.scales" in stored and name.endswith(".weight"):
            parts = (stored[f"{module}.scales"], stored[f"{module}.biases"])
            tensors[name] = mx.dequantize(value, *parts, group_size=64, bits=8).astype(mx.float16)
        elif not name.endswith((".scales", ".biases")):
            tensors[name] = value
    mx.save_safetensors(str(folder / "model.safetensors"), tensors)
    config = json.loads((folder / "config.json").read_text())
    del config["quantization"]
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def copy_of(folder: Path, tmp_path: Path, name: str = "") -> Path:
    return shutil.copytree(folder, tmp_path / (name or folder.name), copy_function=shutil.copyfile)


def test_the_shipped_model_works():
    found = examine(STARTER, "cpu")
    assert (found.name, found.role, found.engine) == (
        "bge-small-en-v1.5 (8-bit)",
        "embedder",
        "cpu",
    )
    assert (found.outcome, found.findings) == (Outcome.WORKS, ())
    score, expected = furthest(found.scores, published("bge-small-en-v1.5").scores)
    assert abs(score - expected) < 0.01
    assert [(measured.what, measured.unit) for measured in found.measurements] == [
        ("load", "s"),
        ("passages", "tokens/s"),
        ("memory", "GB"),
    ]
    assert all(measured.value > 0 for measured in found.measurements)


def test_four_bits_make_a_difference(plain, tmp_path):
    found = examine(convert(plain, bits=4, out=tmp_path / "bge-small-en-v1.5-4bit").folder, "cpu")
    assert found.outcome == "works with these differences"
    assert found.findings == (
        Finding("a known pair scores 0.4584 where 0.4181 is published", False),
    )


def test_eight_bits_make_no_difference(plain, tmp_path):
    found = examine(convert(plain, out=tmp_path / "bge-small-en-v1.5-8bit").folder, "cpu")
    assert (found.outcome, found.findings) == (Outcome.WORKS, ())


def test_weights_of_another_model_do_not_work(plain, tmp_path):
    folder = copy_of(plain, tmp_path)
    tensors = mx.load(str(plain / "model.safetensors"))
    bias = "encoder.layer.11.output.LayerNorm.bias"
    mx.save_safetensors(str(folder / "model.safetensors"), tensors | {bias: tensors[bias] + 1})
    found = examine(folder, "cpu")
    assert found.outcome == "does not work"
    assert "a known pair scores" in found.findings[0].text


def test_wrong_bytes_are_found_by_their_checksum(tmp_path):
    folder = copy_of(STARTER, tmp_path, "bge-small-en-v1.5")
    data = bytearray((folder / "model.safetensors").read_bytes())
    data[-1] ^= 1
    (folder / "model.safetensors").write_bytes(data)
    found = examine(folder, "cpu")
    assert found.outcome is Outcome.FAILS
    assert found.findings == (
        Finding("model.safetensors has a wrong checksum: pull the model again", True),
    )


def test_weights_that_are_not_finite_do_not_work(plain, tmp_path):
    folder = copy_of(plain, tmp_path)
    tensors = mx.load(str(plain / "model.safetensors"))
    tensors["embeddings.LayerNorm.weight"] *= float("nan")
    mx.save_safetensors(str(folder / "model.safetensors"), tensors)
    found = examine(folder, "cpu")
    assert (found.outcome, found.scores) == (Outcome.FAILS, ())
    assert "gives vectors that are not finite" in found.findings[0].text


@pytest.mark.parametrize("name", MADE)
def test_made_models_load_and_are_told_from_the_published_ones(tmp_path, name):
    width = published(name.split("/")[1]).width
    found = examine(write_model(tmp_path / name, made(name)), "cpu")
    assert found.outcome is Outcome.DIFFERS
    assert [finding.text for finding in found.findings] == [
        f"its hidden size is 64, that of the published model is {width}: "
        "the scores are not compared"
    ]
    assert len(found.measurements) == 3


@pytest.mark.parametrize(
    "name", ["mlx-community/Qwen3-Embedding-8B-4bit-DWQ", "Qwen/Qwen3-Reranker-8B"]
)
def test_made_models_load_on_mlx_too(tmp_path, name):
    found = examine(write_model(tmp_path / name, made(name)), "mlx")
    assert (found.engine, found.outcome) == ("mlx", Outcome.DIFFERS)


def test_a_reranker_without_its_head_does_not_work(tmp_path):
    files = made("Qwen/Qwen3-Reranker-0.6B")
    config = json.loads(files["config.json"]) | {"tie_word_embeddings": False}
    found = examine(
        write_model(
            tmp_path / "Qwen3-Reranker-8B-mxfp8",
            files | {"config.json": json.dumps(config).encode()},
        ),
        "cpu",
    )
    assert found.outcome is Outcome.FAILS
    assert "lacks lm_head, so it cannot answer yes or no" in found.findings[0].text


def test_a_pooling_that_is_not_supported_does_not_work(tmp_path):
    files = made("mlx-community/bge-small-en-v1.5-bf16")
    files["1_Pooling/config.json"] = b'{"pooling_mode_max_tokens": true}'
    found = examine(write_model(tmp_path / "bge-small-en-v1.5-bf16", files), "cpu")
    assert found.outcome is Outcome.FAILS
    assert "pools by max" in found.findings[0].text


def test_the_bench_has_the_targets(tmp_path):
    embedder = write_model(tmp_path / "Qwen3-Embedding-0.6B", made("Qwen/Qwen3-Embedding-0.6B"))
    reranker = write_model(tmp_path / "Qwen3-Reranker-0.6B", made("Qwen/Qwen3-Reranker-0.6B"))
    measured = [
        m
        for folder in (embedder, reranker)
        for m in examine(folder, "cpu", bench=True).measurements
        if m.target
    ]
    assert [Measurement(m.what, 0, m.unit, m.target) for m in measured] == [
        Measurement("32 × 256 tokens", 0, "tokens/s", "12,000 or more"),
        Measurement("query", 0, "ms", "15 or less"),
        Measurement("rerank 20 × 200 tokens", 0, "s", "0.4 or less"),
    ]


def test_other_models_are_refused(tmp_path):
    files = {
        k: v
        for k, v in made("mlx-community/bge-small-en-v1.5-bf16").items()
        if not k.startswith("1_Pooling")
    }
    folder = write_model(tmp_path / "Llama-4", files)
    message = "is neither an embedder nor a reranker by its name and files"
    with pytest.raises(ModelError, match=message):
        examine(folder)
    with pytest.raises(ModelError, match=message):
        example_scores(folder)
    with pytest.raises(UsageError, match="there is no backend tpu"):
        examine(STARTER, "tpu")
