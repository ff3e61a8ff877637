"""The models of an index: those that the user names, those of the settings, those recorded."""

import json
import shutil
from pathlib import Path

import pytest

from search.errors import ModelError, ModelMismatch, UsageError
from search.index import Index
from search.models.local import full_name
from search.results import IndexModels
from search.supply.model_choice import ModelChoice, Models, models_after, models_for_new

from .commands import docsearch
from .made_models import empty_caches, made, write_model
from .qwen3_checkpoints import TINY, checkpoint, tensors

NOTHING = ModelChoice()
RERANKER = "Qwen/Qwen3-Reranker-0.6B"
RECORD = IndexModels(
    profile="fast",
    embedder="mlx-community/bge-small-en-v1.5-bf16",
    reranker="",
    name="bge-small-en-v1.5-bf16",
    revision="1",
    dimensions=384,
    query_prompt="",
    passage_prompt="",
    passage_tokens=256,
    passage_overlap=32,
    passage_least=24,
)


@pytest.fixture(autouse=True)
def _no_models(monkeypatch, tmp_path):
    empty_caches(monkeypatch, tmp_path)


@pytest.fixture
def qwen3(tmp_path):
    """A small Qwen3 embedder of 64 dimensions in a folder of the user."""
    return Path(shutil.copytree(TINY, tmp_path / "disk" / "Qwen3-Embedding-0.6B"))


@pytest.fixture
def reranker(tmp_path):
    return checkpoint(tmp_path / "disk" / "Qwen3-Reranker-0.6B", tensors())


@pytest.mark.parametrize(
    ("choice", "settings", "models"),
    [
        (NOTHING, NOTHING, Models("starter", "starter", "", None)),
        (
            NOTHING,
            ModelChoice("fast"),
            Models("fast", "mlx-community/bge-small-en-v1.5-bf16", "", None),
        ),
        (
            ModelChoice("starter"),
            ModelChoice("fast", "o/e", "o/r", 9),
            Models("starter", "starter", "", None),
        ),
        (
            ModelChoice(embedder="o/f"),
            ModelChoice("fast", "o/e", "o/r", 9),
            Models("fast", "o/f", "o/r", None),
        ),
        (
            ModelChoice(dimensions=7),
            ModelChoice("fast", "o/e", "o/r", 9),
            Models("fast", "o/e", "o/r", 7),
        ),
        (NOTHING, ModelChoice("fast", "o/e", "o/r", 9), Models("fast", "o/e", "o/r", 9)),
    ],
)
def test_a_new_index_has_the_named_models_or_those_of_the_settings(choice, settings, models):
    assert models_for_new(choice.over(settings)) == models


@pytest.mark.parametrize(
    ("choice", "models"),
    [
        (NOTHING, Models("fast", RECORD.embedder, "", 384)),
        (ModelChoice("fast"), Models("fast", RECORD.embedder, "", 384)),
        (
            ModelChoice("best"),
            Models("best", "mlx-community/Qwen3-Embedding-4B-4bit-DWQ", "", None),
        ),
        (ModelChoice(reranker="o/r"), Models("fast", RECORD.embedder, "o/r", 384)),
        (ModelChoice(dimensions=64), Models("fast", RECORD.embedder, "", 64)),
        (ModelChoice(embedder="o/e"), Models("fast", "o/e", "", None)),
    ],
)
def test_a_choice_replaces_the_recorded_models(choice, models):
    assert models_after(RECORD, choice) == models


def test_a_name_is_recorded_so_that_any_folder_finds_it(tmp_path, monkeypatch, qwen3):
    monkeypatch.chdir(tmp_path)
    write_model(
        tmp_path / "hub" / "models--Qwen--Qwen3-Reranker-0.6B" / "snapshots" / "1", made(RERANKER)
    )
    for typed in ("./disk/Qwen3-Embedding-0.6B", str(qwen3)):
        assert full_name(typed) == str(qwen3)
    # Only ./ makes a folder of the working folder a model.
    assert full_name("disk/Qwen3-Embedding-0.6B") == "disk/Qwen3-Embedding-0.6B"
    assert full_name("Qwen3-Reranker-0.6B") == RERANKER
    assert full_name("starter") == "starter"
    assert full_name("o/not-here") == "o/not-here"


def test_an_index_records_its_models(tmp_path, notes, qwen3, reranker):
    path = tmp_path / "index"
    with Index.open(
        path,
        profile="starter",
        backend="cpu",
        default=None,
        embedder=str(qwen3),
        reranker=str(reranker),
        dimensions=32,
    ) as index:
        index.ingest([notes])
        models = index.status().models
    assert models == IndexModels(
        profile="starter",
        embedder=str(qwen3),
        reranker=str(reranker),
        name="Qwen3-Embedding-0.6B",
        revision=models.revision,
        dimensions=32,
        query_prompt=(
            "Instruct: Given a web search query, "
            "retrieve relevant passages that answer the query\nQuery:"
        ),
        passage_prompt="",
        passage_tokens=256,
        passage_overlap=32,
        passage_least=24,
    )
    with Index.open(path, backend="cpu", default=ModelChoice("starter", dimensions=64)) as index:
        result = index.query("tide", min_score=0)
        assert (result.model, result.reranked, result.reranker) == (
            "Qwen3-Embedding-0.6B",
            True,
            "Qwen3-Reranker-0.6B",
        )
        assert index.ingest([notes]).unchanged == 4
        assert index.store.dimensions == 32


def test_another_embedder_is_refused_with_the_command_for_it(tmp_path, notes, qwen3):
    path = tmp_path / "index"
    with Index.open(path, profile="starter", backend="cpu") as index:
        index.ingest([notes])
    for choice, message in {
        ModelChoice(embedder=str(qwen3)): f"this index was made with starter, not {qwen3}; ",
        ModelChoice(profile="fast"): "this index was made with the profile starter, not fast; ",
        ModelChoice(dimensions=64): "this index has vectors of 384 dimensions, not 64; ",
    }.items():
        hint = (
            f"embed its documents anew: docsearch ingest --reembed {choice.flags}; "
            "or make another index: "
        )
        with Index.open(
            path,
            profile=choice.profile,
            backend="cpu",
            default=None,
            embedder=choice.embedder,
            reranker=None,
            dimensions=choice.dimensions,
        ) as index:
            with pytest.raises(ModelMismatch) as caught:
                index.ingest()
            assert str(caught.value).startswith(message + hint)
    with Index.open(
        path,
        profile="starter",
        backend="cpu",
        default=None,
        embedder="starter",
        reranker=None,
        dimensions=384,
    ) as index:
        assert index.ingest().unchanged == 4


def test_a_changed_prompt_makes_another_model(index, notes, embedder):
    index.ingest([notes])
    embedder.query_prompt = "query: "
    with (
        Index(index.path, None, lambda name: embedder, index.rules) as reopened,
        pytest.raises(ModelMismatch),
    ):
        reopened.query("tide")


@pytest.mark.parametrize(
    ("name", "dimensions", "message"),
    [
        ("starter", 128, "gives 384 dimensions and cannot be cut to 128; leave the number out"),
        ("qwen3", 16, "Qwen3-Embedding-0.6B cannot be cut to 16 dimensions; choose from 32 to 64"),
        ("qwen3", 65, "Qwen3-Embedding-0.6B cannot be cut to 65 dimensions; choose from 32 to 64"),
    ],
)
def test_dimensions_that_the_model_does_not_give_are_refused(
    tmp_path, notes, qwen3, name, dimensions, message
):
    embedder = str(qwen3) if name == "qwen3" else name
    with (
        Index.open(
            tmp_path / "index",
            profile="starter",
            backend="cpu",
            default=None,
            embedder=embedder,
            reranker=None,
            dimensions=dimensions,
        ) as index,
        pytest.raises(UsageError, match=message),
    ):
        index.ingest([notes])


def test_a_reranker_may_be_named_for_one_query(index, notes, tmp_path, reranker):
    with Index.open(tmp_path / "i", profile="starter", backend="cpu") as index:
        index.ingest([notes])
    with Index.open(tmp_path / "i", backend="cpu", reranker=str(reranker)) as index:
        assert index.query("tide", mode="text", rerank=True).reranker == "Qwen3-Reranker-0.6B"
        assert index.status().models.reranker == "starter-reranker"
    with Index.open(
        tmp_path / "i", backend="cpu", default=ModelChoice(reranker=str(reranker))
    ) as index:
        assert index.query("tide").reranker == "Qwen3-Reranker-0.6B"
    with (
        Index.open(tmp_path / "i", backend="cpu", reranker="o/not-here") as index,
        pytest.raises(ModelError),
    ):
        index.query("tide")
    with Index.open(
        tmp_path / "i", backend="cpu", default=ModelChoice(reranker="o/not-here")
    ) as index:
        assert index.query("tide").warnings == (
            "not reranked: the model o/not-here is not here; run: docsearch models pull o/not-here",
        )
    with Index.open(tmp_path / "i", backend="cpu", reranker=str(reranker)) as index:
        assert index.ingest().unchanged == 4
        assert index.status().models.reranker == str(reranker)


def test_the_command_line_takes_models_by_option_and_environment(tmp_path, notes, qwen3, reranker):
    def run(*arguments, **env):
        return docsearch("--backend", "cpu", "--index", "index", *arguments, cwd=tmp_path, env=env)

    done = run(
        "ingest", "notes", "--dimensions", "32", DOCSEARCH_EMBEDDER="./disk/Qwen3-Embedding-0.6B"
    )
    assert (done.code, done.out) == (0, "")
    status = run("status").out
    assert f"embedder   {qwen3}, weights " in status
    assert ', "Instruct: Given a web search query' in status
    assert "model      Qwen3-Embedding-0.6B, 32 dimensions\n" in status
    assert (
        "reranker   starter-reranker\ncut        up to 256 tokens, 32 of them repeated\n" in status
    )
    answer = json.loads(
        run(
            "query", "tide", "--json", "--mode", "text", "--reranker", "./disk/Qwen3-Reranker-0.6B"
        ).out
    )
    assert (answer["reranked"], answer["reranker"]) == (True, "Qwen3-Reranker-0.6B")
    done = run("ingest", "--profile", "starter")
    assert done.code == 2
    assert done.err == (
        f"docsearch: this index was made with {qwen3}, not starter; embed its documents anew: "
        "docsearch --index index ingest --reembed --profile starter; "
        "or make another index: docsearch --index DIR ingest --profile starter FOLDER\n"
    )
    shutil.rmtree(qwen3)
    done = run("query", "tide")
    assert (done.code, done.err) == (
        2,
        (
            f"docsearch: {qwen3} is not a model folder; "
            "name one with config.json and model.safetensors\n"
        ),
    )
