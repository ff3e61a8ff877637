"""Qwen3 embedders give the vectors of transformers on both engines and in every layout."""

import json
from concurrent.futures import ThreadPoolExecutor

import mlx.core as mx
import numpy as np
import pytest
import threadpoolctl

from search.errors import ModelError, UsageError
from search.models.checkpoint import Checkpoint
from search.models.embedder import load_embedder
from search.models.inference_thread import on_inference_thread
from search.models.mlx_weights import load_weights, use_device
from search.models.qwen3 import Qwen3Config
from search.models.qwen3_mlx import Qwen3
from search.models.rotation import Rotation
from search.models.tokenizer import ModelTokenizer
from search.models.weight_memory import gpu_memory, host_memory, require_memory

from .qwen3_checkpoints import (
    EXPECTED,
    QUANTISATIONS,
    TINY,
    TOKENS,
    body,
    checkpoint,
    embedder_folder,
    quantised,
    tensors,
)

BACKENDS = ["cpu", "mlx"]
TEXTS = [item["text"] for item in EXPECTED["passages"]]
VECTORS = np.array([item["vector"] for item in EXPECTED["passages"]], np.float32)
PROMPT = (
    "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:"
)
NASTY = [
    "",
    " ",
    "\n\t ",
    "\x00",
    "a\x00b",
    "\ud800",
    "x\udfff",
    "中文和日本語",
    "🚀" * 50,
    "é" * 300,
    "<|im_end|>",
    "<|endoftext|>",
]


@pytest.fixture(scope="module")
def embedders(tmp_path_factory):
    folder = checkpoint(embedder_folder(tmp_path_factory.mktemp("qwen3")), body(tensors()))
    return {backend: load_embedder(str(folder), backend) for backend in BACKENDS}


def test_the_tokens_are_those_of_the_whole_tokenizer():
    tokenizer = ModelTokenizer(TINY / "tokenizer.json", literal_specials=True)
    texts = TOKENS["texts"]
    ids = tokenizer.plain([item["text"] for item in texts])
    assert [[TOKENS["original"][i] for i in row] for row in ids] == [item["ids"] for item in texts]


def test_a_text_ends_with_the_closing_token_once(tmp_path):
    plain = ModelTokenizer(TINY / "tokenizer.json", literal_specials=True, closing="<|endoftext|>")
    settings = json.loads((TINY / "tokenizer.json").read_text(encoding="utf-8"))
    end = {"SpecialToken": {"id": "<|endoftext|>", "type_id": 0}}
    known = {
        "id": "<|endoftext|>",
        "ids": [plain.token_id("<|endoftext|>")],
        "tokens": ["<|endoftext|>"],
    }
    single, pair = {"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}
    template = {"type": "TemplateProcessing", "single": [single, end], "pair": [single, pair, end]}
    processors = [
        settings["post_processor"],
        template | {"special_tokens": {"<|endoftext|>": known}},
    ]
    settings["post_processor"] = {"type": "Sequence", "processors": processors}
    (tmp_path / "tokenizer.json").write_text(json.dumps(settings), encoding="utf-8")
    closed = ModelTokenizer(
        tmp_path / "tokenizer.json", literal_specials=True, closing="<|endoftext|>"
    )
    for tokenizer in (plain, closed):
        assert tokenizer.encode(TEXTS, 512) == [item["ids"] for item in EXPECTED["passages"]]
        assert tokenizer.encode(["the tide"], 2) == [
            [*plain.plain(["the tide"])[0][:1], plain.token_id("<|endoftext|>")]
        ]


def test_control_tokens_in_a_text_are_plain_characters():
    tokenizer = ModelTokenizer(TINY / "tokenizer.json", literal_specials=True)
    added = json.loads((TINY / "tokenizer.json").read_text(encoding="utf-8"))["added_tokens"]
    text = "".join(token["content"] for token in added)
    assert not {token["id"] for token in added} & set(tokenizer.plain([text])[0])
    spans = tokenizer.spans([text])[0]
    assert (spans[0][0], spans[-1][1]) == (0, len(text))


@pytest.mark.parametrize("backend", BACKENDS)
def test_vectors_are_those_of_transformers(embedders, backend):
    embedder = embedders[backend]
    assert (embedder.name, embedder.dimensions, embedder.max_tokens) == (
        "Qwen3-Embedding-tiny",
        64,
        512,
    )
    assert embedder.tokenizer.encode(TEXTS, 512) == [item["ids"] for item in EXPECTED["passages"]]
    vectors = embedder.embed_passages(TEXTS)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, VECTORS, rtol=0, atol=2e-6)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_query_has_its_prompt(embedders, backend):
    embedder = embedders[backend]
    assert embedder.recipe.query == PROMPT
    query = EXPECTED["query"]
    assert embedder.tokenizer.encode([PROMPT + query["text"]], 512) == [query["ids"]]
    np.testing.assert_allclose(
        embedder.embed_query(query["text"]), query["vector"], rtol=0, atol=2e-6
    )


def as_float32(weights):
    return {name: value.astype(mx.float32) for name, value in weights.items()}, {}


def as_bfloat16(weights):
    return {name: value.astype(mx.bfloat16) for name, value in weights.items()}, {}


def without_prefix(weights):
    return {name.removeprefix("model."): value for name, value in body(weights).items()}, {
        "tie_word_embeddings": True
    }


LAYOUTS = {
    "float16, untied": lambda weights: (weights, {}),
    "float32": as_float32,
    "bfloat16": as_bfloat16,
    "tied": lambda weights: (body(weights), {"tie_word_embeddings": True}),
    "headless": lambda weights: (body(weights), {"tie_word_embeddings": False}),
    "names without a prefix": without_prefix,
    "rope_parameters": lambda weights: (
        body(weights),
        {
            "rope_theta": None,
            "rope_parameters": {"rope_theta": 1e6, "rope_type": "default"},
            "rope_scaling": None,
        },
    ),
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_layout_of_the_weights_gives_the_same_vectors(tmp_path, backend, layout):
    weights, config = LAYOUTS[layout](tensors())
    embedder = load_embedder(str(checkpoint(embedder_folder(tmp_path), weights, **config)), backend)
    np.testing.assert_allclose(embedder.embed_passages(TEXTS), VECTORS, rtol=0, atol=2e-6)


@pytest.mark.parametrize("backend", BACKENDS)
def test_weights_in_shards_give_the_same_vectors(tmp_path, backend):
    folder = checkpoint(embedder_folder(tmp_path), {})
    (folder / "model.safetensors").unlink()
    weights = tensors()
    names = sorted(weights)
    shards = {
        "model-00001-of-00002.safetensors": names[:17],
        "model-00002-of-00002.safetensors": names[17:],
    }
    for shard, shard_names in shards.items():
        mx.save_safetensors(str(folder / shard), {name: weights[name] for name in shard_names})
    weight_map = {name: shard for shard, shard_names in shards.items() for name in shard_names}
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": weight_map}))
    np.testing.assert_allclose(
        load_embedder(str(folder), backend).embed_passages(TEXTS), VECTORS, rtol=0, atol=2e-6
    )


@pytest.mark.parametrize("name", QUANTISATIONS)
def test_quantised_weights_give_the_vectors_of_their_values(tmp_path, name):
    rule, special = QUANTISATIONS[name]
    packed, widened, config = quantised(
        body(tensors()), rule, {m: r for m, r in special.items() if m != "lm_head"}
    )
    plain = checkpoint(embedder_folder(tmp_path / "plain"), widened)
    small = checkpoint(embedder_folder(tmp_path / "small"), packed, **config)
    expected = load_embedder(str(plain), "cpu").embed_passages(TEXTS)
    for backend in BACKENDS:
        vectors = load_embedder(str(small), backend).embed_passages(TEXTS)
        np.testing.assert_allclose(vectors, expected, rtol=0, atol=5e-6)
    assert np.vecdot(expected, VECTORS).min() > 0.8
    assert np.abs(expected - VECTORS).max() > 1e-3


def test_the_cpu_engine_refuses_widths_that_only_mlx_reads(tmp_path):
    packed, widened, config = quantised(body(tensors()), {"group_size": 64, "bits": 6})
    small = checkpoint(embedder_folder(tmp_path / "small"), packed, **config)
    with pytest.raises(
        ModelError, match="affine of 6 bits, which the cpu engine does not read; use the mlx engine"
    ):
        load_embedder(str(small), "cpu")
    plain = checkpoint(embedder_folder(tmp_path / "plain"), widened)
    expected = load_embedder(str(plain), "cpu").embed_passages(TEXTS)
    np.testing.assert_allclose(
        load_embedder(str(small), "mlx").embed_passages(TEXTS), expected, rtol=0, atol=5e-6
    )


@pytest.mark.parametrize("device", ["metal", "cuda"])
def test_gpus_compute_with_weights_in_half_precision(tmp_path, device):
    # This test runs on MLX's processor kernels, which add up in half precision.
    weights = {name: value.astype(mx.bfloat16) for name, value in tensors().items()}
    packed, _, config = quantised(weights, {"group_size": 64, "bits": 8})
    source = Checkpoint(checkpoint(embedder_folder(tmp_path), packed, **config))
    sizes = Qwen3Config.of(source)
    ids = EXPECTED["passages"][3]["ids"]

    def compute():
        use_device()
        model = Qwen3(sizes, Rotation)
        load_weights(model, source, sizes.root, device, bfloat16=device == "cuda")
        hidden = model(mx.array([[*ids, 0, 0]]), mx.array([len(ids)]), [])[0]
        return str(model.layers[0].mlp.up_proj.weight.dtype), np.array(hidden.astype(mx.float32))

    kind, vector = on_inference_thread(compute)
    assert kind == {"metal": "mlx.core.uint32", "cuda": "mlx.core.bfloat16"}[device]
    assert np.vecdot(vector / np.linalg.norm(vector), VECTORS[3]) > 0.99


@pytest.mark.parametrize("backend", BACKENDS)
def test_vectors_are_cut_before_they_are_normalised(tmp_path, backend):
    folder = str(checkpoint(embedder_folder(tmp_path), tensors()))
    embedder = load_embedder(folder, backend, dimensions=32)
    expected = VECTORS[:, :32] / np.linalg.norm(VECTORS[:, :32], axis=1, keepdims=True)
    vectors = embedder.embed_passages(TEXTS)
    assert (embedder.dimensions, vectors.shape, vectors.flags.c_contiguous) == (
        32,
        (len(TEXTS), 32),
        True,
    )
    np.testing.assert_allclose(vectors, expected, rtol=0, atol=4e-6)
    for dimensions in (31, 65, 0, -1):
        with pytest.raises(
            UsageError, match=f"cannot be cut to {dimensions} dimensions; choose from 32 to 64"
        ):
            load_embedder(folder, backend, dimensions=dimensions)
    assert load_embedder(folder, backend, dimensions=64).dimensions == 64


def test_a_model_that_may_not_be_cut_is_refused_other_dimensions():
    with pytest.raises(UsageError, match="gives 384 dimensions and cannot be cut to 128"):
        load_embedder("starter", "cpu", dimensions=128)


@pytest.mark.parametrize("backend", BACKENDS)
def test_neighbours_and_order_change_no_vector(embedders, backend):
    texts = [f"{text[:300]} {word}" for text in TEXTS for word in ("tide", "中文", "! ?")]
    alone = np.stack([embedders[backend].embed_passages([text])[0] for text in texts])
    np.testing.assert_allclose(embedders[backend].embed_passages(texts), alone, rtol=0, atol=5e-6)
    np.testing.assert_allclose(
        embedders[backend].embed_passages(texts[::-1]), alone[::-1], rtol=0, atol=5e-6
    )


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_shared_prefix_changes_no_vector(embedders, backend):
    encoder = embedders[backend].encoder
    ids = [item["ids"] for item in EXPECTED["passages"] if len(item["ids"]) > 12]
    for length in (1, 11, 7):
        prefix = ids[0][:length]
        rows = [row[length:] for row in ids]
        whole = encoder.encode([[*prefix, *row] for row in rows])
        np.testing.assert_allclose(encoder.encode_after(prefix, rows), whole, rtol=0, atol=2e-5)
        np.testing.assert_allclose(
            encoder.encode_after(prefix, rows[:1]), whole[:1], rtol=0, atol=2e-5
        )


@pytest.mark.parametrize("backend", BACKENDS)
def test_any_text_has_a_unit_vector(embedders, backend):
    vectors = embedders[backend].embed_passages([*NASTY, "a river " * 12_500, "x" * 100_000])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    for text in NASTY:
        assert np.isfinite(embedders[backend].embed_query(text)).all()
    assert embedders[backend].embed_passages([]).shape == (0, 64)


@pytest.mark.parametrize("backend", BACKENDS)
def test_several_threads_get_the_same_vectors(embedders, backend):
    embedder = embedders[backend]
    alone = embedder.embed_passages(TEXTS)
    with ThreadPoolExecutor(4) as pool:
        queries = list(pool.map(lambda text: embedder.embed_passages([text])[0], TEXTS))
        batches = list(pool.map(lambda _: embedder.embed_passages(TEXTS), range(4)))
    np.testing.assert_allclose(queries, alone, atol=5e-6)
    for vectors in batches:
        np.testing.assert_allclose(vectors, alone, atol=5e-6)


CONFIGS = {
    "another activation": ({"hidden_act": "gelu"}, "uses hidden_act gelu"),
    "biases": ({"attention_bias": True}, "uses attention_bias True"),
    "sliding windows": ({"use_sliding_window": True}, "uses use_sliding_window True"),
    "stretched positions": (
        {"rope_scaling": {"rope_type": "yarn", "factor": 4}},
        "uses yarn positions",
    ),
    "stretched positions, new": (
        {"rope_parameters": {"rope_type": "linear", "rope_theta": 1}},
        "uses linear positions",
    ),
    "no base": ({"rope_theta": None}, "has no rope_theta"),
    "a size missing": ({"num_key_value_heads": None}, "has no num_key_value_heads"),
    "a size of words": ({"hidden_size": "wide"}, "has a size that is not a number"),
    "sizes that do not fit": ({"num_key_value_heads": 3}, "has sizes that do not fit together"),
    "no heads": ({"num_attention_heads": 0}, "has sizes that do not fit together"),
    "other sizes": ({"intermediate_size": 256}, r"_proj\.weight as \("),
    "another vocabulary": ({"vocab_size": 100}, r"embed_tokens.weight as \("),
    "more layers": ({"num_hidden_layers": 4}, "lacks the weights model.layers.3"),
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", CONFIGS)
def test_a_model_that_does_not_fit_its_settings_is_refused(tmp_path, backend, name):
    config, message = CONFIGS[name]
    folder = checkpoint(embedder_folder(tmp_path), body(tensors()), **config)
    with pytest.raises(ModelError, match=message):
        load_embedder(str(folder), backend)


def test_a_tokenizer_without_the_closing_token_is_refused(tmp_path):
    folder = checkpoint(embedder_folder(tmp_path), body(tensors()))
    settings = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    settings["added_tokens"] = settings["added_tokens"][1:]
    (folder / "tokenizer.json").write_text(json.dumps(settings), encoding="utf-8")
    with pytest.raises(ModelError, match=r"has no token <\|endoftext\|>"):
        load_embedder(str(folder), "cpu")


@pytest.mark.parametrize("backend", BACKENDS)
def test_weights_that_are_not_finite_are_told(tmp_path, backend):
    weights = tensors()
    weights["model.layers.1.mlp.up_proj.weight"] = weights[
        "model.layers.1.mlp.up_proj.weight"
    ] * float("nan")
    embedder = load_embedder(str(checkpoint(embedder_folder(tmp_path), weights)), backend)
    with pytest.raises(ModelError, match="Qwen3-Embedding-tiny gives vectors that are not finite"):
        embedder.embed_passages(TEXTS)


def test_a_model_is_refused_when_its_weights_do_not_fit_the_memory(tmp_path):
    weights = body(tensors())
    values = sum(value.size for value in weights.values())
    folder = checkpoint(embedder_folder(tmp_path / "plain"), tensors())
    require_memory(Checkpoint(folder), 4, 4 * values)
    require_memory(Checkpoint(folder), None, 2 * values)
    require_memory(Checkpoint(folder), 4, None)
    for bytes_per_value in (4, 2, None):
        with pytest.raises(
            ModelError,
            match=r"needs 0\.0 GB of memory and 0\.0 GB are free; choose a smaller model",
        ):
            require_memory(Checkpoint(folder), bytes_per_value, (bytes_per_value or 2) * values - 1)
    words = weights["model.embed_tokens.weight"].size
    require_memory(Checkpoint(folder), 4, 4 * (values - words), left_out="model.embed_tokens")
    packed, _, config = quantised(weights, {"group_size": 64, "bits": 4})
    small = Checkpoint(checkpoint(embedder_folder(tmp_path / "small"), packed, **config))
    require_memory(small, 4, 4 * values)
    require_memory(small, None, sum(value.nbytes for value in packed.values()))
    with pytest.raises(ModelError, match="of memory"):
        require_memory(small, 4, 4 * values - 1)


def test_the_memory_of_a_machine_or_gpu_is_known():
    assert host_memory() > 100_000_000
    assert (
        gpu_memory(
            {
                "memory_size": 9,
                "max_recommended_working_set_size": 7,
                "architecture": "applegpu_g14d",
            }
        )
        == 7
    )
    assert gpu_memory({"free_memory": 5, "total_memory": 9}) == 5
    assert gpu_memory({"architecture": "x86_64"}) is None


def test_blas_threads_are_given_back(embedders):
    def threads():
        return [
            library["num_threads"]
            for library in threadpoolctl.threadpool_info()
            if library["user_api"] == "blas"
        ]

    before = threads()
    embedders["cpu"].embed_passages(["one", "two " * 20])
    assert threads() == before
