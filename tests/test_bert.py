"""Both BERT engines give the published vectors, the vectors of torch, and each other's."""

import json
import os
import shutil
from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest

from search.errors import ModelError
from search.models.bert import BertConfig
from search.models.bert_mlx import Bert
from search.models.checkpoint import Checkpoint
from search.models.embedder import load_embedder
from search.models.inference_thread import on_inference_thread
from search.models.mlx_weights import load_weights, use_device

FIXTURES = Path(__file__).parent / "fixtures" / "bert"
TINY = FIXTURES / "tiny"
REFERENCE = json.loads((FIXTURES / "reference.json").read_text())
EXPECTED = json.loads((TINY / "expected.json").read_text())
BACKENDS = ["cpu", "mlx"]


@pytest.fixture(scope="module")
def starter():
    return {backend: load_embedder("starter", backend).at("float32") for backend in BACKENDS}


@pytest.fixture(scope="module")
def source():
    """The float16 checkpoint that the starter was made from."""
    default = Path(__file__).parent.parent.parent / "shared" / "models" / "bge-small-en-v1.5"
    folder = Path(os.environ.get("DOCSEARCH_BGE_FP16", default))
    if not (folder / "model.safetensors").is_file():
        pytest.skip("needs the float16 bge-small-en-v1.5: set DOCSEARCH_BGE_FP16 to its folder")
    return folder


def texts_and_vectors(backend):
    """The reference's texts and vectors.

    For MLX the two longest are left out: without a GPU they take seconds.
    """
    items = [item for item in REFERENCE if backend == "cpu" or item["tokens"] < 100]
    return [item["text"] for item in items], np.array(
        [item["vector"] for item in items], np.float32
    )


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_shipped_weights_give_the_published_vectors(starter, backend):
    texts, vectors = texts_and_vectors(backend)
    assert np.vecdot(starter[backend].embed_passages(texts), vectors).min() >= 0.999


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_source_weights_give_the_published_vectors(source, backend):
    texts, vectors = texts_and_vectors(backend)
    embedder = load_embedder(str(source), backend)
    assert np.vecdot(embedder.embed_passages(texts), vectors).min() >= 0.99999


def test_the_engines_agree_on_the_shipped_weights(starter):
    texts, _ = texts_and_vectors("mlx")
    cpu, mlx = (starter[backend].embed_passages(texts) for backend in BACKENDS)
    np.testing.assert_allclose(cpu, mlx, rtol=0, atol=1e-4)
    assert np.vecdot(cpu, mlx).min() >= 0.9999


def test_the_query_prompt_is_the_published_one(starter):
    # The reference has this query with its prompt written out.
    item = next(
        item for item in REFERENCE if item["text"].endswith("how do I undo the last commit?")
    )
    vector = starter["cpu"].embed_query("how do I undo the last commit?")
    assert vector.shape == (384,)
    assert np.vecdot(vector, np.array(item["vector"], np.float32)) >= 0.999


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_small_bert_gives_what_torch_gives(backend):
    embedder = load_embedder(str(TINY), backend)
    texts = [item["text"] for item in EXPECTED]
    assert embedder.tokenizer.encode(texts, embedder.max_tokens) == [
        item["ids"] for item in EXPECTED
    ]
    vectors = embedder.embed_passages(texts)
    assert (vectors.dtype, vectors.shape) == (np.float32, (6, 64))
    np.testing.assert_allclose(vectors, [item["vector"] for item in EXPECTED], rtol=0, atol=1e-5)


@pytest.mark.parametrize("backend", BACKENDS)
def test_neighbours_and_order_change_no_vector(backend):
    embedder = load_embedder(str(TINY), backend)
    texts = [
        f"{item['text']} {word}" for item in EXPECTED for word in ("sea", "stone bridge", "! ?")
    ] * 12
    alone = np.stack([embedder.embed_passages([text])[0] for text in texts[:18]] * 12)
    np.testing.assert_allclose(embedder.embed_passages(texts), alone, rtol=0, atol=1e-5)
    np.testing.assert_allclose(embedder.embed_passages(texts[::-1]), alone[::-1], rtol=0, atol=1e-5)


def test_neighbours_change_no_vector_of_the_shipped_weights(starter):
    texts, _ = texts_and_vectors("cpu")
    alone = np.stack([starter["cpu"].embed_passages([text])[0] for text in texts])
    np.testing.assert_allclose(
        starter["cpu"].embed_passages(texts[::-1]), alone[::-1], rtol=0, atol=1e-5
    )


def with_tensors(folder, tensors, **config):
    """A copy of the small model with other tensors and settings."""
    shutil.copytree(TINY, folder)
    mx.save_safetensors(str(folder / "model.safetensors"), tensors)
    settings = json.loads((folder / "config.json").read_text()) | config
    (folder / "config.json").write_text(json.dumps(settings))
    return str(folder)


def quantised(rules):
    """The small model's tensors, some of them quantised.

    `rules` gives a module's group size and bits; 0 bits leave it as it is.
    """
    tensors = {}
    for name, value in mx.load(str(TINY / "model.safetensors")).items():
        module = name.removesuffix(".weight")
        group_size, bits = rules(module) if value.ndim == 2 and "_type_" not in name else (0, 0)
        if not bits:
            tensors[name] = value
            continue
        parts = mx.quantize(value, group_size=group_size, bits=bits)
        tensors |= {
            f"{module}.{part}": array
            for part, array in zip(("weight", "scales", "biases"), parts, strict=True)
        }
    return tensors


LAYOUTS = {
    "float32": lambda: (
        {
            name: v.astype(mx.float32)
            for name, v in mx.load(str(TINY / "model.safetensors")).items()
        },
        {},
    ),
    "under a prefix": lambda: (
        {f"bert.{name}": v for name, v in mx.load(str(TINY / "model.safetensors")).items()},
        {},
    ),
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_other_layouts_of_the_weights_give_the_same_vectors(tmp_path, backend, layout):
    tensors, config = LAYOUTS[layout]()
    embedder = load_embedder(with_tensors(tmp_path / "model", tensors, **config), backend)
    vectors = embedder.embed_passages([item["text"] for item in EXPECTED])
    np.testing.assert_allclose(vectors, [item["vector"] for item in EXPECTED], rtol=0, atol=1e-5)


@pytest.mark.parametrize("backend", BACKENDS)
def test_bfloat16_weights_give_the_vectors_of_their_values(tmp_path, backend):
    tensors = {
        name: v.astype(mx.bfloat16) for name, v in mx.load(str(TINY / "model.safetensors")).items()
    }
    widened = {name: v.astype(mx.float32) for name, v in tensors.items()}
    texts = [item["text"] for item in EXPECTED]
    half = load_embedder(with_tensors(tmp_path / "half", tensors), backend).embed_passages(texts)
    full = load_embedder(with_tensors(tmp_path / "full", widened), backend).embed_passages(texts)
    np.testing.assert_allclose(half, full, rtol=0, atol=1e-6)


def test_a_rule_for_one_module_is_followed(tmp_path):
    special = "encoder.layer.0.output.dense"
    tensors = quantised(lambda module: (32, 8) if module == special else (64, 4))
    rules = {"group_size": 64, "bits": 4, "mode": "affine", special: {"group_size": 32, "bits": 8}}
    folder = with_tensors(
        tmp_path / "model", tensors, quantization=rules, quantization_config=rules
    )
    texts = [item["text"] for item in EXPECTED]
    cpu, mlx = (load_embedder(folder, backend).embed_passages(texts) for backend in BACKENDS)
    np.testing.assert_allclose(cpu, mlx, rtol=0, atol=1e-5)
    assert np.vecdot(cpu, np.array([item["vector"] for item in EXPECTED], np.float32)).min() > 0.9


def test_metal_uses_quantised_weights_as_they_are(tmp_path):
    # This test runs on MLX's processor kernels, which add up in half precision.
    rules = {"group_size": 64, "bits": 8, "mode": "affine"}
    folder = with_tensors(tmp_path / "model", quantised(lambda module: (64, 8)), quantization=rules)
    checkpoint = Checkpoint(Path(folder))
    config = BertConfig.of(checkpoint)
    ids = EXPECTED[2]["ids"]

    def compute():
        use_device()
        model = Bert(config)
        load_weights(model, checkpoint, config.root, "metal")
        hidden = model(mx.array([[*ids, 0, 0]]), mx.array([len(ids)]))[0][0, 0]
        return model.encoder.layer[0].attention.self.query.weight.dtype == mx.uint32, np.array(
            hidden.astype(mx.float32)
        )

    packed, vector = on_inference_thread(compute)
    assert packed
    assert (
        np.vecdot(vector / np.linalg.norm(vector), np.array(EXPECTED[2]["vector"], np.float32))
        > 0.999
    )


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"bits": 8}, "does not say how .* is quantised"),
        ({"group_size": 0, "bits": 8}, "a group size below 1"),
        ({"group_size": 32, "bits": 8}, "holds .* (as|in another form)"),
    ],
)
def test_a_quantisation_that_does_not_fit_is_refused(tmp_path, backend, rules, message):
    folder = with_tensors(tmp_path / "model", quantised(lambda module: (64, 8)), quantization=rules)
    with pytest.raises(ModelError, match=message):
        load_embedder(folder, backend)


def test_the_cpu_engine_refuses_a_quantisation_that_only_mlx_reads(tmp_path):
    rules = {"group_size": 64, "bits": 6, "mode": "affine"}
    folder = with_tensors(tmp_path / "model", quantised(lambda module: (64, 6)), quantization=rules)
    with pytest.raises(
        ModelError, match="affine of 6 bits, which the cpu engine does not read; use the mlx engine"
    ):
        load_embedder(folder, "cpu")
    assert load_embedder(folder, "mlx").embed_query("sea").shape == (64,)


def test_weights_in_shards_give_the_same_vectors(tmp_path):
    folder = Path(with_tensors(tmp_path / "model", {}))
    (folder / "model.safetensors").unlink()
    tensors = mx.load(str(TINY / "model.safetensors"))
    names = sorted(tensors)
    shards = {
        "model-00001-of-00002.safetensors": names[:20],
        "model-00002-of-00002.safetensors": names[20:],
    }
    for shard, shard_names in shards.items():
        mx.save_safetensors(str(folder / shard), {name: tensors[name] for name in shard_names})
    weight_map = {name: shard for shard, shard_names in shards.items() for name in shard_names}
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": weight_map}))
    for backend in BACKENDS:
        vectors = load_embedder(str(folder), backend).embed_passages(
            [item["text"] for item in EXPECTED]
        )
        np.testing.assert_allclose(
            vectors, [item["vector"] for item in EXPECTED], rtol=0, atol=1e-5
        )


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_mean_of_all_tokens_is_the_vector_where_the_folder_says_so(tmp_path, backend):
    folder = shutil.copytree(TINY, tmp_path / "mean")
    (folder / "1_Pooling" / "config.json").write_text('{"pooling_mode_mean_tokens": true}')
    embedder, rows = load_embedder(str(folder), backend), [item["ids"] for item in EXPECTED]

    def mean_of(ids):
        checkpoint = Checkpoint(folder)
        model = Bert(BertConfig.of(checkpoint))
        load_weights(model, checkpoint, "", use_device())
        return np.array(model(mx.array([ids]), mx.array([len(ids)]))[0][0]).mean(axis=0)

    expected = np.stack([on_inference_thread(lambda ids=ids: mean_of(ids)) for ids in rows])
    np.testing.assert_allclose(embedder.encoder.encode(rows), expected, rtol=0, atol=1e-5)
    np.testing.assert_allclose(
        embedder.encoder.encode(rows[::-1] * 40)[: len(rows)], expected[::-1], rtol=0, atol=1e-5
    )
