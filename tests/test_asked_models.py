"""Models of the resident process serve an index of another process as its own ones would."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from search import Index, QueryResult
from search.errors import DocsearchError, ModelError
from search.models.loaded import LoadedModels
from search.protocols import ModelSource
from tui.client.address import Address
from tui.client.asked_models import MOST_TEXTS, AskedModels
from tui.client.asking import ask

from . import test_resident
from .commands import COMMAND, docsearch
from .pty_driver import Pty
from .test_resident import address_of, wait_until

place, env, resident = test_resident.place, test_resident.env, test_resident.resident
Env = dict[str, str]
Process = subprocess.Popen[bytes]
TEXTS = ["", "the radiators stay cold", "High water comes every twelve hours. " * 60, "Tür ☃"]


def no_models() -> ModelSource:
    raise AssertionError("a model was loaded in this process")


def asked(env: Env) -> AskedModels:
    """Models of the resident process alone."""
    return AskedModels(address_of(env), no_models)


@contextmanager
def index_with(place: Path, models: ModelSource) -> Iterator[Index]:
    with Index.open(place / "index", loaded=models) as index:
        yield index


def results(index: Index) -> list[QueryResult]:
    found = [
        index.query("why are my radiators cold", explain=True),
        index.query("when is high water", explain=True, rerank=False),
        index.query("rent", mode="vector", rerank=False),
        index.query("no such thing as a parrot"),
    ]
    return [replace(result, took_ms=0.0) for result in found]


def test_an_index_gives_the_same_with_them(resident: Process, env: Env, place: Path) -> None:
    with index_with(place, LoadedModels()) as index:
        expected = results(index)
    assert expected[0].reranked and expected[0].hits
    with index_with(place, asked(env)) as index:
        assert results(index) == expected


def test_every_number_is_the_same(resident: Process, env: Env) -> None:
    own, other = LoadedModels(), asked(env)
    for precision in ("int8", "float32"):
        embedders = [models.embedder("starter", "cpu").at(precision) for models in (own, other)]
        vectors = [embedder.embed_passages(TEXTS) for embedder in embedders]
        assert vectors[0].dtype == vectors[1].dtype == np.float32
        assert vectors[0].tobytes() == vectors[1].tobytes()
        queries = [embedder.embed_query(TEXTS[1]) for embedder in embedders]
        assert queries[0].tobytes() == queries[1].tobytes()
        names = ("name", "revision", "precision", "dimensions", "max_tokens", "notice")
        for name in (*names, "query_prompt", "passage_prompt"):
            assert getattr(embedders[0], name) == getattr(embedders[1], name), name
    ranges = [[(0, len(text) // 2), (len(text) // 2, len(text))] if text else [] for text in TEXTS]
    judged = [
        models.reranker("starter-reranker", "cpu").judge("cold radiators", TEXTS, ranges)
        for models in (own, other)
    ]
    assert judged[0] == judged[1]
    assert other.reranker("starter-reranker", "cpu").judge("cold", [], []) == []


def test_they_are_loaded_here_once_the_process_is_gone(
    resident: Process, env: Env, place: Path
) -> None:
    made: list[LoadedModels] = []

    def make_own() -> LoadedModels:
        made.append(LoadedModels())
        return made[-1]

    with index_with(place, AskedModels(address_of(env), make_own)) as index:
        before = results(index)
        assert not made
        resident.kill()
        resident.wait()
        assert results(index) == before
    # One source serves the embedder and the reranker.
    assert [models.names for models in made] == [("starter", "starter-reranker")]


def test_they_are_loaded_here_where_there_is_no_process(env: Env, place: Path) -> None:
    own = LoadedModels()
    models = AskedModels(address_of(env), lambda: own)
    assert models.embedder("starter", "auto") is own.embedder("starter", "auto")
    assert models.reranker("starter-reranker", "auto") is own.reranker("starter-reranker", "auto")


def test_much_text_and_its_tokens_are_left_to_this_process(resident: Process, env: Env) -> None:
    own = LoadedModels()
    embedder = AskedModels(address_of(env), lambda: own).embedder("starter", "cpu")
    embedder.embed_passages(["few"] * MOST_TEXTS)
    assert own.names == ()
    assert embedder.embed_passages(["many"] * (MOST_TEXTS + 1)).shape == (MOST_TEXTS + 1, 384)
    assert own.names == ("starter",)
    assert embedder.tokenizer.spans(["High water"]) == [[(0, 4), (5, 10)]]


@pytest.mark.parametrize(
    "call",
    [
        lambda models: models.embedder("no/such-model", "cpu"),
        lambda models: models.embedder("starter", "no-backend"),
        lambda models: models.embedder("starter", "cpu").narrowed(17),
        lambda models: models.reranker("starter", "cpu"),
    ],
)
def test_what_a_model_refuses_is_told_as_ever(resident: Process, env: Env, call: Any) -> None:
    told = []
    for models in (LoadedModels(), AskedModels(address_of(env), LoadedModels)):
        with pytest.raises(DocsearchError) as error:
            call(models)
        told.append((error.type, str(error.value)))
    assert told[0] == told[1]


class Renamed:
    """A source whose embedder has other weights by now."""

    def embedder(self, name: str, backend: str) -> Any:
        own = LoadedModels().embedder(name, backend)
        return replace(own, revision="other")  # type: ignore[type-var]

    def reranker(self, name: str, backend: str) -> Any:
        raise AssertionError("not asked for")


def test_vectors_of_other_weights_are_never_mixed_in(resident: Process, env: Env) -> None:
    embedder = AskedModels(address_of(env), no_models).embedder("starter", "cpu")
    embedder.revision = "older"
    with pytest.raises(AssertionError, match="a model was loaded in this process"):
        embedder.embed_query("rent")
    embedder = AskedModels(address_of(env), Renamed).embedder("starter", "cpu")
    resident.kill()
    resident.wait()
    with pytest.raises(ModelError, match=r"the files of the model bge-small.* have changed"):
        embedder.embed_query("rent")


@pytest.mark.parametrize(
    "fields",
    [
        {"model": None},
        {"model": []},
        {"model": ["embed query", "starter", "cpu", "", None, "more"], "query": "rent"},
        {"model": ["no such work", "starter", "cpu", "", None]},
        {"model": ["embed query", ["starter"], "cpu", "", None]},
        {"model": ["embed query", "starter", "cpu", "", "384"], "query": "rent"},
        {"model": ["embed query", "starter", "cpu", "", None], "query": 5},
        {"model": ["embed passages", "starter", "cpu", "", None], "texts": 5},
        {"model": ["embed passages", "starter", "cpu", "", None], "texts": ["rent", None]},
        {"model": ["judge", "starter-reranker", "cpu", "", None], "texts": ["a"], "sentences": [5]},
        {"model": ["judge", "starter", "cpu", "", None], "query": "rent", "texts": ["a"]},
    ],
)  # fmt: skip
def test_a_request_that_is_none_gets_nothing(
    resident: Process, env: Env, fields: dict[str, Any]
) -> None:
    assert ask(address_of(env), fields)["code"] is None
    assert ask(address_of(env), {"about": "status"})["running_now"] == 0


def test_a_client_that_leaves_costs_nothing(resident: Process, env: Env) -> None:
    address = address_of(env)
    request = {"model": ("embed passages", "starter", "cpu", "", None), "texts": ["a b"] * 64}
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(address.socket)
        connection.sendall(json.dumps(request).encode() + b"\n")
    wait_until(lambda: ask(address, {"about": "status"})["running_now"] == 0)
    assert asked(env).embedder("starter", "cpu").embed_query("rent").shape == (384,)


@pytest.mark.parametrize(("daemon", "is_asked"), [("auto", True), ("never", False)])
def test_the_app_asks_them(
    resident: Process, env: Env, place: Path, daemon: str, is_asked: bool
) -> None:
    environment = dict(os.environ) | env | {"DOCSEARCH_DAEMON": daemon}
    address = Address.of(dict(os.environ) | env)
    with Pty([str(COMMAND)], environment) as app:
        app.wait("4 documents")
        app.keys("why are my radiators cold")
        app.wait("boiler.md", "reranked")
        libraries = Path(f"/proc/{app.pid}/maps").read_text()
        models = ask(address, {"about": "status"})["models"]
        assert models == (["starter", "starter-reranker"] if is_asked else [])
        assert bool(re.search("onnxruntime", libraries)) is not is_asked
        if is_asked:
            # The app goes on by itself.
            docsearch("serve", "--stop", cwd=place, env=env)
            resident.wait(60)
        app.press_until("\x15", "Search: words or a question")
        app.keys("when is high water")
        app.wait("tides", "reranked")
        app.keys("\x11")
        assert app.wait_for_end() == 0
