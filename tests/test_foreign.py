"""Small models of XLM-RoBERTa, ModernBERT and EmbeddingGemma give the vectors of transformers."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest

from search.errors import ModelError, UsageError
from search.models.embedder import load_embedder
from search.models.mlx_pooling import POOLS
from search.models.recipes import recipe_of
from search.models.reranker import load_reranker
from search.supply.hub import Hub
from search.supply.pulling import pull

from .commands import docsearch
from .hub_server import HubServer
from .made_models import empty_caches
from .qwen3_checkpoints import quantised

FOREIGN = Path(__file__).parent / "fixtures" / "foreign"
ALL = ("modernbert", "gemma3_text")
NOTICE = "this model is computed by the package mlx-embeddings, whose licence is GPL-3.0"


@pytest.fixture(autouse=True)
def no_discovered_caches(monkeypatch, tmp_path):
    empty_caches(monkeypatch, tmp_path)


def expected(model_type):
    return json.loads((FOREIGN / model_type / "expected.json").read_text())


def copy_of(model_type, folder, **config):
    """A copy of a fixture in `folder`, with other settings; a setting of None is left out."""
    shutil.copytree(FOREIGN / model_type, folder)
    settings = json.loads((folder / "config.json").read_text()) | config
    (folder / "config.json").write_text(
        json.dumps({key: value for key, value in settings.items() if value is not None})
    )
    return folder


def pooled_by(folder, **settings):
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(settings))
    return folder


def check_vectors(embedder, model_type, tolerance):
    """Tokens and vectors are the expected ones, of all texts together and of each alone."""
    items = expected(model_type)
    texts = [item["text"] for item in items]
    assert embedder.tokenizer.encode(texts, embedder.max_tokens) == [item["ids"] for item in items]
    together = embedder.embed_passages(texts)
    alone = np.concatenate([embedder.embed_passages([text]) for text in texts])
    vectors = np.array([item["vector"] for item in items])
    np.testing.assert_allclose(together, vectors, rtol=0, atol=tolerance)
    np.testing.assert_allclose(alone, vectors, rtol=0, atol=tolerance)


@pytest.mark.parametrize("model_type", ALL)
def test_vectors_are_those_of_transformers(model_type):
    embedder = load_embedder(str(FOREIGN / model_type))
    check_vectors(embedder, model_type, tolerance=1e-6)
    assert (embedder.notice, embedder.dimensions) == (NOTICE, 32)


# The processor's engine shifts and scales weights beforehand, which rounds them once more.
@pytest.mark.parametrize(("backend", "tolerance"), [("cpu", 3e-6), ("mlx", 1e-6)])
def test_vectors_of_xlm_roberta_are_those_of_transformers(backend, tolerance):
    embedder = load_embedder(str(FOREIGN / "xlm-roberta"), backend)
    check_vectors(embedder, "xlm-roberta", tolerance)
    assert (embedder.notice, embedder.dimensions) == ("", 32)


@pytest.mark.parametrize("model_type", ("xlm-roberta", *ALL))
def test_a_model_converted_by_mlx_embeddings_gives_the_vectors_of_its_values(tmp_path, model_type):
    """mlx-embeddings quantises every matrix, and names the tensors `model.`.

    It puts Gemma's projections among the weights.
    """
    plain = copy_of(model_type, tmp_path / "plain")
    weights = mx.load(str(plain / "model.safetensors"))
    for number, folder in enumerate(sorted(plain.glob("?_Dense"))):
        weights[f"dense.{number}.weight"] = mx.load(str(folder / "model.safetensors"))[
            "linear.weight"
        ]
        shutil.rmtree(folder)
    weights = {
        name if name.startswith("dense") else f"model.{name}": value
        for name, value in weights.items()
    }
    packed, widened, rules = quantised(weights, {"group_size": 32, "bits": 8})
    converted = copy_of(model_type, tmp_path / "converted", **rules)
    for folder, tensors in ((plain, widened), (converted, packed)):
        mx.save_safetensors(str(folder / "model.safetensors"), tensors)
    texts = [item["text"] for item in expected(model_type)]
    vectors = [load_embedder(str(folder)).embed_passages(texts) for folder in (plain, converted)]
    np.testing.assert_allclose(*vectors, rtol=0, atol=2e-6)


def test_settings_of_transformers_5_mean_the_same(tmp_path):
    for model_type, old in (
        ("modernbert", ("global_rope_theta", "local_rope_theta")),
        ("gemma3_text", ("rope_theta", "rope_local_base_freq")),
    ):
        full, sliding = (
            json.loads((FOREIGN / model_type / "config.json").read_text())[key] for key in old
        )
        rules = {
            "full_attention": {"rope_type": "default", "rope_theta": full / 7},
            "sliding_attention": {"rope_type": "default", "rope_theta": sliding / 7},
        }
        new = copy_of(
            model_type, tmp_path / f"{model_type}-new", rope_parameters=rules, **dict.fromkeys(old)
        )
        same = copy_of(
            model_type, tmp_path / f"{model_type}-old", **{old[0]: full / 7, old[1]: sliding / 7}
        )
        text = [expected(model_type)[-1]["text"]]
        vectors = [
            load_embedder(str(folder)).embed_passages(text)
            for folder in (new, same, FOREIGN / model_type)
        ]
        assert np.array_equal(vectors[0], vectors[1])
        assert not np.allclose(vectors[0], vectors[2], atol=1e-3)


def test_each_pool_takes_its_tokens():
    hidden = mx.array(
        [[[1.0, 2.0], [3.0, 4.0], [float("nan"), 9.0]], [[1.0, 0.0], [2.0, 0.0], [6.0, 3.0]]]
    )
    lengths = mx.array([2, 3])
    assert {name: pool(hidden, lengths).tolist() for name, pool in POOLS.items()} == {
        "cls": [[1, 2], [1, 0]],
        "mean": [[2, 3], [3, 1]],
        "lasttoken": [[3, 4], [6, 3]],
    }


def test_the_folders_pooling_is_used(tmp_path):
    items = expected("modernbert")
    ids = [item["ids"] for item in items]
    cls_folder = pooled_by(copy_of("modernbert", tmp_path / "cls"), pooling_mode_cls_token=True)
    mean, cls = (
        load_embedder(str(folder)).encoder for folder in (FOREIGN / "modernbert", cls_folder)
    )
    assert np.abs(mean.encode(ids) - cls.encode(ids)).max() > 0.1
    one_token = [[0], [5]]
    assert np.array_equal(cls.encode(one_token), mean.encode(one_token))


def test_a_known_name_gives_the_pooling_where_the_folder_does_not(tmp_path):
    folder = copy_of("xlm-roberta", tmp_path / "bge-m3-mlx-4bit")
    shutil.rmtree(folder / "1_Pooling")
    vectors = load_embedder(str(folder), "mlx").embed_passages(["the river"])
    np.testing.assert_allclose(vectors[0], expected("xlm-roberta")[1]["vector"], rtol=0, atol=1e-6)
    folder = folder.rename(tmp_path / "some-model")
    with pytest.raises(
        ModelError, match=r"some-model does not say how it pools; add 1_Pooling/config\.json"
    ):
        load_embedder(str(folder))


def test_a_token_without_weights_is_left_out():
    embedder = load_embedder(str(FOREIGN / "gemma3_text"))
    image = "<image_soft_token>"
    assert embedder.tokenizer.token_id("[") < embedder.encoder.vocab_size
    with_it, without = embedder.embed_passages([f"the river {image} sea", "the river  sea"])
    assert np.array_equal(with_it, without)


def without(path):
    path.unlink()


def with_json(path, value):
    path.write_text(json.dumps(value))


MODULE = {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.WordWeights"}
REFUSED = {
    "a pooling": (
        "modernbert",
        lambda f: pooled_by(f, pooling_mode_max_tokens=True),
        "pools by max; choose a model",
    ),
    "a prompt left out": (
        "gemma3_text",
        lambda f: pooled_by(f, pooling_mode_mean_tokens=True, include_prompt=False),
        "pools without the prompt",
    ),
    "a module": (
        "modernbert",
        lambda f: with_json(f / "modules.json", [MODULE]),
        "has an unknown module WordWeights",
    ),
    "no list of modules": (
        "modernbert",
        lambda f: with_json(f / "modules.json", {}),
        "modules.json holds no JSON array",
    ),
    "modules of another form": (
        "modernbert",
        lambda f: with_json(f / "modules.json", [1]),
        "does not list modules",
    ),
    "modules left out": (
        "gemma3_text",
        lambda f: without(f / "modules.json"),
        "lacks modules.json",
    ),
    "a projection left out": (
        "gemma3_text",
        lambda f: without(f / "3_Dense" / "model.safetensors"),
        "3_Dense has no model.safetensors",
    ),
    "an activation": (
        "gemma3_text",
        lambda f: with_json(
            f / "2_Dense" / "config.json", {"activation_function": "torch.nn.ReLU"}
        ),
        "2_Dense uses the unknown activation ReLU",
    ),
    "a projection with more": (
        "gemma3_text",
        lambda f: with_json(f / "2_Dense" / "config.json", {"use_residual": True}),
        "2_Dense uses use_residual True",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_model_that_would_be_computed_wrongly_is_refused(tmp_path, case):
    model_type, change, message = REFUSED[case]
    folder = copy_of(model_type, tmp_path / "model")
    change(folder)
    with pytest.raises(ModelError, match=message):
        load_embedder(str(folder))


SETTINGS = {
    "order of layers": (
        "modernbert",
        {"layer_types": ["full_attention"] * 4},
        "layers in an unknown order",
    ),
    "stretched": (
        "gemma3_text",
        {"rope_scaling": {"rope_type": "yarn"}},
        "stretches its positions",
    ),
    "one way only": (
        "gemma3_text",
        {"use_bidirectional_attention": False},
        "uses use_bidirectional_attention False",
    ),
    "activation": ("xlm-roberta", {"hidden_act": "relu"}, "uses hidden_act relu"),
    "sizes": ("modernbert", {"num_attention_heads": 5}, "has sizes that do not fit"),
    "a size left out": ("xlm-roberta", {"intermediate_size": None}, "has no intermediate_size"),
    "no position": ("xlm-roberta", {"pad_token_id": 99_999}, "has sizes that do not fit together"),
    "more layers": ("xlm-roberta", {"num_hidden_layers": 9}, "lacks the weights encoder.layer.4."),
}


@pytest.mark.parametrize("case", SETTINGS)
def test_settings_of_another_arithmetic_are_refused(tmp_path, case):
    model_type, config, message = SETTINGS[case]
    with pytest.raises(ModelError, match=message):
        load_embedder(str(copy_of(model_type, tmp_path / "model", **config)))


def test_the_cpu_engine_refuses_these_models():
    with pytest.raises(
        ModelError,
        match="is a modernbert model, which runs on MLX only; leave out --backend cpu",
    ):
        load_embedder(str(FOREIGN / "modernbert"), "cpu")


def test_prompts_come_from_the_folder_or_the_name(tmp_path):
    def prompts(name, stated=None):
        folder = tmp_path / name
        folder.mkdir()
        if stated is not None:
            with_json(folder / "config_sentence_transformers.json", {"prompts": stated})
        recipe = recipe_of(folder, name)
        return recipe.query, recipe.passage

    assert prompts("multilingual-e5-small-mlx") == ("query: ", "passage: ")
    assert prompts("multilingual-e5-large-instruct", {"query": "other: "})[0].startswith(
        "Instruct: Given a web search"
    )
    assert prompts("nomicai-modernbert-embed-base-4bit") == ("search_query: ", "search_document: ")
    assert prompts("embeddinggemma-300m-8bit") == (
        "task: search result | query: ",
        "title: none | text: ",
    )
    assert prompts("new-1", {"query": "q: ", "document": "d: "}) == ("q: ", "d: ")
    assert prompts("new-2", {"query": "q: ", "passage": "p: ", "sts": "s"}) == ("q: ", "p: ")
    assert prompts("new-3", {}) == prompts("new-4") == ("", "")


def test_only_these_models_import_mlx_embeddings():
    code = (
        "import sys; from search.models.embedder import load_embedder\n"
        "load_embedder('starter', 'mlx').embed_query('x'); print('mlx_embeddings' in sys.modules)\n"
        "load_embedder(sys.argv[1]); print('mlx_embeddings' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(FOREIGN / "modernbert")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("False\nTrue\n", "")


def test_a_process_that_used_mlx_ends_quietly():
    code = (
        "from search.models.embedder import load_embedder; "
        "load_embedder('starter', 'mlx').embed_query('x')"
    )
    for _ in range(3):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")


def test_an_ingest_names_the_licence_once(tmp_path):
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.md").write_text("# River\n\nA boat waits under the stone bridge.\n")
    folder = str(FOREIGN / "modernbert")
    done = docsearch("--index", "index", "ingest", "notes", "--embedder", folder, cwd=tmp_path)
    assert done.code == 0
    assert [line for line in done.err.splitlines() if "GPL" in line] == [f"docsearch: {NOTICE}"]
    done = docsearch("--index", "index", "query", "boat", "--min-score", "0", "-l", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    done = docsearch("models", "test", folder, cwd=tmp_path, env={"DOCSEARCH_BACKEND": "auto"})
    assert (done.code, done.err) == (0, f"docsearch: modernbert: {NOTICE}\n")
    assert done.out.startswith("modernbert (embedder, mlx): works\n")


def test_a_pull_brings_the_projections(tmp_path):
    name = "google/embeddinggemma-300m"
    source = FOREIGN / "gemma3_text"
    files = {
        str(path.relative_to(source)): path.read_bytes()
        for path in source.rglob("*")
        if path.is_file()
    }
    with HubServer({name: files}) as hub:
        folder = pull(name, hub=Hub(hub.address))
        fetched = [
            line.rsplit("/", 1)[0].rsplit("/", 1)[-1] for line in hub.requests if "_Dense" in line
        ]
    assert len(fetched) == 6
    embedder = load_embedder(str(folder))
    assert (embedder.name, embedder.recipe.query) == (
        "embeddinggemma-300m",
        "task: search result | query: ",
    )
    vector = embedder.encoder.encode([expected("gemma3_text")[1]["ids"]])
    for project in embedder.projections:
        vector = project(vector)
    unit = vector[0] / np.linalg.norm(vector[0])
    np.testing.assert_allclose(unit, expected("gemma3_text")[1]["vector"], rtol=0, atol=1e-6)


@pytest.mark.parametrize("backend", ["cpu", "mlx"])
def test_an_xlm_roberta_reranker_reads_both_texts_between_its_tokens(tmp_path, backend):
    folder = copy_of("xlm-roberta", tmp_path / "reranker")
    shutil.rmtree(folder / "1_Pooling")
    draw = np.random.default_rng(4)
    shapes = {
        "classifier.dense.weight": (32, 32),
        "classifier.dense.bias": (32,),
        "classifier.out_proj.weight": (1, 32),
        "classifier.out_proj.bias": (1,),
    }
    head = {name: draw.standard_normal(shape) for name, shape in shapes.items()}
    weights = mx.load(str(folder / "model.safetensors"))
    tensors = {f"roberta.{name}": value for name, value in weights.items()}
    tensors |= {name: mx.array(value.astype(np.float32)) for name, value in head.items()}
    mx.save_safetensors(str(folder / "model.safetensors"), tensors)
    reranker = load_reranker(str(folder), backend)
    prefix, rest = reranker.pairs.prefix("the river"), reranker.pairs.rest(["the sea"], 40)
    assert (prefix, rest) == ([0, 141, 147, 2, 2], [[141, 155, 2]])
    state = load_embedder(str(FOREIGN / "xlm-roberta")).encoder.encode([prefix + rest[0]])
    dense = np.tanh(state @ head["classifier.dense.weight"].T + head["classifier.dense.bias"])
    logit = dense @ head["classifier.out_proj.weight"][0] + head["classifier.out_proj.bias"]
    np.testing.assert_allclose(
        reranker.score("the river", ["the sea"]), 1 / (1 + np.exp(-logit)), rtol=0, atol=1e-5
    )
    with pytest.raises(UsageError, match="takes no instruction"):
        load_reranker(str(folder), backend, instruction="Find code")
