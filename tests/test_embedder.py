"""Embedders give a unit vector for any text, and say what is wrong with a model."""

import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest

from search.errors import ModelError, UsageError
from search.models.batches import by_length
from search.models.embedder import load_embedder
from search.models.names import model_name
from search.models.recipes import Recipe, recipe_for

TINY = Path(__file__).parent / "fixtures" / "bert" / "tiny"
BACKENDS = ["cpu", "mlx"]
NASTY = [
    "",
    " ",
    "\n\t ",
    "\x00",
    "a\x00b",
    "\ud800",
    "中文和日本語",
    "🚀" * 50,
    "é" * 300,
    "[SEP] [PAD]",
    "\u202eabc",
    "ﬁ ǅ ß",
]


@pytest.fixture(scope="module")
def starter():
    return load_embedder("starter", "cpu")


@pytest.fixture
def folder(tmp_path):
    """A copy of the small model, which a test may damage."""
    return Path(shutil.copytree(TINY, tmp_path / "model"))


def test_the_starter_is_the_bundled_bge(starter):
    assert (starter.name, starter.dimensions, starter.max_tokens) == (
        "bge-small-en-v1.5 (8-bit)",
        384,
        512,
    )
    assert starter.recipe.query == "Represent this sentence for searching relevant passages: "
    assert starter.recipe.passage == ""
    assert starter.revision == load_embedder("starter", "mlx").revision
    assert len(starter.revision) == 16


def test_meaning_beats_words(starter):
    passages = [
        "Turn the valve under the sink clockwise to stop the flow of water.",
        "The bank raised its interest rate by a quarter of a point.",
        "Clockwise rotation is positive in this coordinate system.",
    ]
    scores = starter.embed_passages(passages) @ starter.embed_query(
        "how do I shut off the tap in my kitchen?"
    )
    assert scores.argmax() == 0


def test_no_texts_give_no_vectors(starter):
    assert starter.embed_passages([]).shape == (0, 384)


@pytest.mark.parametrize("backend", BACKENDS)
def test_any_text_has_a_unit_vector(backend):
    embedder = load_embedder(str(TINY), backend)
    texts = [*NASTY, "a river " * 12_500]
    vectors = embedder.embed_passages(texts)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    for text in NASTY:
        assert np.isfinite(embedder.embed_query(text)).all()


def test_any_text_has_a_unit_vector_from_the_starter(starter):
    vectors = starter.embed_passages([*NASTY, "word " * 20_000])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("backend", BACKENDS)
def test_several_threads_get_the_same_vectors(backend):
    embedder = load_embedder(str(TINY), backend)
    texts = [f"the {word} {word}" for word in ("river", "boat", "water", "stone")]
    alone = [embedder.embed_query(text) for text in texts]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(embedder.embed_query, texts * 4))
        batches = list(pool.map(lambda _: embedder.embed_passages(texts * 20), range(4)))
    np.testing.assert_allclose(together, alone * 4, atol=1e-5)
    for vectors in batches:
        np.testing.assert_allclose(vectors, batches[0], atol=1e-5)


def test_importing_the_embedder_loads_nothing_heavy():
    code = (
        "import sys, search.models.embedder; "
        "print(sorted({'numpy', 'mlx', 'tokenizers', 'threadpoolctl'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_batches_are_made_by_length():
    assert by_length([], 10, padded=True) == []
    assert by_length([50, 1, 1], 10, padded=False) == [[0], [1, 2]]
    assert by_length([3, 9, 4, 2], 9, padded=False) == [[1], [2, 0, 3]]
    assert by_length([3, 9, 4, 2], 9, padded=True) == [[1], [2, 0], [3]]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("models/bge-base-en-v1.5", "bge-base-en-v1.5"),
        ("hub/models--BAAI--bge-base-en-v1.5/snapshots/a5beb1e", "bge-base-en-v1.5"),
        ("hub/models--mlx-community--bge-small-en-v1.5-4bit/snapshots/1", "bge-small-en-v1.5-4bit"),
    ],
)
def test_a_model_is_named_by_its_folder_or_repository(path, name):
    assert model_name(Path(path)) == name


QWEN3 = (
    "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:"
)
BGE = "Represent this sentence for searching relevant passages: "


@pytest.mark.parametrize(
    ("name", "recipe"),
    [
        ("Qwen3-Embedding-0.6B", Recipe(QWEN3, "", "lasttoken", 32)),
        ("Qwen3-Embedding-4B", Recipe(QWEN3, "", "lasttoken", 32)),
        ("Qwen3-Embedding-8B", Recipe(QWEN3, "", "lasttoken", 32)),
        ("Qwen3-Embedding-0.6B-4bit-DWQ", Recipe(QWEN3, "", "lasttoken", 32)),
        ("Qwen3-Embedding-4B-4bit-DWQ", Recipe(QWEN3, "", "lasttoken", 32)),
        ("Qwen3-Embedding-8B-4bit-DWQ", Recipe(QWEN3, "", "lasttoken", 32)),
        ("bge-small-en-v1.5-bf16", Recipe(BGE, "", "cls")),
        ("bge-small-en-v1.5-4bit", Recipe(BGE, "", "cls")),
        ("Qwen3-Reranker-4B", Recipe()),
        ("unheard-of", Recipe()),
    ],
)
def test_a_name_has_its_recipe(name, recipe):
    assert recipe_for(name) == recipe


def test_a_folder_named_as_a_bge_model_has_its_prompt(tmp_path):
    folder = shutil.copytree(TINY, tmp_path / "bge-small-en-v1.5-4bit")
    embedder = load_embedder(str(folder), "cpu")
    prompt = "Represent this sentence for searching relevant passages: "
    np.testing.assert_array_equal(
        embedder.embed_query("sea"), embedder.embed_passages([f"{prompt}sea"])[0]
    )


def test_the_revision_follows_the_weights(folder):
    first = load_embedder(str(folder), "cpu").revision
    assert load_embedder(str(TINY), "cpu").revision == first
    tensors = mx.load(str(TINY / "model.safetensors"))
    tensors["embeddings.LayerNorm.bias"] = tensors["embeddings.LayerNorm.bias"] + 1
    mx.save_safetensors(str(folder / "model.safetensors"), tensors)
    assert load_embedder(str(folder), "cpu").revision != first


def config(**changes):
    def damage(folder):
        settings = json.loads((folder / "config.json").read_text()) | changes
        (folder / "config.json").write_text(
            json.dumps({key: value for key, value in settings.items() if value != ""})
        )

    return damage


def weights(change):
    def damage(folder):
        tensors = mx.load(str(TINY / "model.safetensors"))
        change(tensors)
        mx.save_safetensors(str(folder / "model.safetensors"), tensors)

    return damage


def content(name, data):
    return lambda folder: (folder / name).write_bytes(data)


def cut(size):
    def damage(folder):
        data = (folder / "model.safetensors").read_bytes()
        (folder / "model.safetensors").write_bytes(data[:size])

    return damage


def pickled(folder):
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def without_pooling(folder):
    (folder / "1_Pooling" / "config.json").unlink()


RULES = {"group_size": 64, "bits": 4}
HEADER = b'\x40\0\0\0\0\0\0\0{"a": {"dtype": "F16", "shape": [2], "data_offsets": [0, 6]}}    '
DAMAGES = {
    "no config": (
        lambda folder: (folder / "config.json").unlink(),
        "config.json cannot be read: No such file",
    ),
    "config of no JSON": (content("config.json", b"{"), "config.json is not JSON"),
    "config of a list": (content("config.json", b"[]"), "config.json holds no JSON object"),
    "another architecture": (config(model_type="gpt2"), "is a gpt2 model, which cannot embed here"),
    "another activation": (config(hidden_act="relu"), "uses hidden_act relu"),
    "a size missing": (config(hidden_size=""), "has no hidden_size"),
    "a size of words": (config(hidden_size="wide"), "has a size that is not a number"),
    "sizes that do not fit": (config(num_attention_heads=7), "has sizes that do not fit together"),
    "other sizes": (config(intermediate_size=256), r"dense\.\w+ as \("),
    "another vocabulary": (config(vocab_size=100), r"word_embeddings.weight as \(159, 64\)"),
    "more layers": (config(num_hidden_layers=3), "lacks the weights encoder.layer.2"),
    "a foreign quantisation": (
        config(quantization_config={"quant_method": "gptq"}),
        "is quantised by gptq",
    ),
    "no weights": (
        lambda folder: (folder / "model.safetensors").unlink(),
        "has no model.safetensors; fetch",
    ),
    "pickled weights": (pickled, "has no model.safetensors; pickled weights are not read"),
    "empty weights": (cut(0), "is cut short, or is not a safetensors file"),
    "a header cut": (cut(100), "is cut short, or is not a safetensors file"),
    "weights cut": (cut(-1), "is cut short: "),
    "not weights": (
        content("model.safetensors", b"<html>not found</html>" * 99),
        "is cut short, or is not a safetensors file",
    ),
    "a header of noise": (
        content("model.safetensors", b"\x04\0\0\0\0\0\0\0\xff\xff\xff\xff"),
        "has a damaged header",
    ),
    "a header that lies": (
        content("model.safetensors", HEADER + b"\0" * 6),
        "has a damaged header at a",
    ),
    "a tensor missing": (
        weights(lambda t: t.pop("encoder.layer.1.output.dense.bias")),
        "lacks the weights encoder.layer.1",
    ),
    "no tokenizer": (
        lambda folder: (folder / "tokenizer.json").unlink(),
        "tokenizer.json cannot be read",
    ),
    "no pooling": (without_pooling, "does not say how it pools"),
    "another pooling": (
        content("1_Pooling/config.json", b'{"pooling_mode_max_tokens": true}'),
        "pools by max; choose a model that pools by: cls, mean",
    ),
    "an index of nothing": (
        content("model.safetensors.index.json", b"{}"),
        "names no weight files",
    ),
    "sums of other files": (
        content("SHA256SUMS", b"00  other\n"),
        "SHA256SUMS does not list the weights",
    ),
    "a shard missing": (
        content("model.safetensors.index.json", b'{"weight_map": {"a": "b.safetensors"}}'),
        "b.safetensors cannot be read",
    ),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_model_says_what_is_wrong(folder, name):
    damage, message = DAMAGES[name]
    damage(folder)
    for backend in BACKENDS:
        with pytest.raises(ModelError, match=message):
            load_embedder(str(folder), backend)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    "name", ["embeddings.LayerNorm.weight", "encoder.layer.1.attention.self.value.weight"]
)
def test_weights_that_are_not_finite_are_told(folder, backend, name):
    weights(lambda tensors: tensors.update({name: tensors[name] * float("nan")}))(folder)
    embedder = load_embedder(str(folder), backend)
    with pytest.raises(ModelError, match="model gives vectors that are not finite"):
        embedder.embed_query("sea")
    with pytest.raises(ModelError, match="model gives vectors that are not finite"):
        embedder.embed_passages(["sea", "the river " * 20])


def test_a_missing_model_is_told(tmp_path):
    with pytest.raises(ModelError, match="is not a model folder"):
        load_embedder(str(tmp_path / "none"))


def test_an_unknown_backend_is_refused():
    with pytest.raises(UsageError, match="there is no backend tpu"):
        load_embedder("starter", "tpu")


@pytest.mark.parametrize("prompt", ["", "passage: "])
def test_vectors_come_with_the_number_of_tokens_of_each_text(starter, prompt):
    embedder = replace(starter, recipe=replace(starter.recipe, passage=prompt))
    texts = [*NASTY, "the tide turns at noon", "word " * 600]
    vectors, counts = embedder.embed_counted(texts)
    np.testing.assert_array_equal(vectors, embedder.embed_passages(texts))
    assert counts == [len(spans) for spans in starter.tokenizer.spans(texts)]
