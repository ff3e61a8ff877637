"""Every model of the report runs by its name, in new processes as a user starts them.

A model is pulled, listed, tested, and used for an ingest and a query. The repositories are made:
each has the published one's files, settings and tensors, with few and small layers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from search.models.caches import repository_folder
from search.models.profiles import PROFILES
from search.supply.known_models import EMBEDDER, KNOWN, RERANKER, KnownModel

from .commands import Done, docsearch
from .hub_server import HubServer
from .made_models import MADE, NOT_FETCHED, made

NOTES = {
    "boiler.md": "# Boiler\n\nThe radiators stay cold when the boiler loses pressure.\n",
    "bread.md": "# Sourdough\n\nFold the dough four times, then bake it in a hot oven.\n",
}
PROFILE_OF = {
    name: profile.name for profile in reversed(PROFILES.values()) for name in profile.embedders
}
EMBEDDERS = [known for known in KNOWN if known.role == EMBEDDER]
RERANKERS = [known for known in KNOWN if known.role == RERANKER]


def last_part(known: KnownModel) -> str:
    return known.name.split("/")[1]


@dataclass(frozen=True)
class Machine:
    """A user's machine that reaches a hub of all models.

    `folder` contains the caches, the notes and the indexes.
    """

    folder: Path
    hub: HubServer

    def run(self, *arguments: str) -> Done:
        env = {
            "HF_ENDPOINT": self.hub.address,
            "HF_HUB_CACHE": str(self.folder / "hub"),
            "XDG_DATA_HOME": str(self.folder / "data"),
            "DOCSEARCH_BACKEND": "cpu",
        }
        return docsearch(*arguments, cwd=self.folder, env=env)

    def snapshot(self, known: KnownModel) -> Path:
        return (
            self.folder
            / "hub"
            / repository_folder(known.name)
            / "snapshots"
            / self.hub.commit(known.name)
        )


@dataclass(frozen=True)
class Pulled:
    """The results of pulling each model into one cache by the last part of its name.

    `pulls` and `requests` are by the model's full name; `rows` are those of the list afterwards.
    """

    machine: Machine
    pulls: dict[str, Done]
    requests: dict[str, list[str]]
    rows: dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def pulled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pulled]:
    folder = tmp_path_factory.mktemp("machine")
    (folder / "notes").mkdir()
    for name, text in NOTES.items():
        (folder / "notes" / name).write_text(text)
    with HubServer({name: made(name) for name in MADE}) as hub:
        machine = Machine(folder, hub)
        pulls: dict[str, Done] = {}
        requests: dict[str, list[str]] = {}
        for known in KNOWN:
            pulls[known.name] = machine.run("models", "pull", last_part(known))
            requests[known.name] = list(hub.requests)
            hub.requests.clear()
        listed = json.loads(machine.run("models", "list", "--json").out)
        yield Pulled(machine, pulls, requests, {model["name"]: model for model in listed["models"]})


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.name)
def test_a_model_is_pulled_listed_and_tested(pulled: Pulled, known: KnownModel) -> None:
    folder = pulled.machine.snapshot(known)
    done = pulled.pulls[known.name]
    assert (done.code, done.out) == (0, "")
    announcement, result = done.err.splitlines()
    place = re.escape(str(pulled.machine.folder / "hub"))
    room = rf"{re.escape(known.name)}: \d+ kB to fetch into {place}, where [\d,.]+ [MG]B are free"
    assert re.fullmatch(room, announcement)
    assert result == f"{known.name} is here and whole: {folder}"
    requests = pulled.requests[known.name]
    assert requests[0] == f"GET /api/models/{known.name}"
    assert not any(line.endswith(f"/{name}") for line in requests for name in NOT_FETCHED)
    row = pulled.rows[known.name]
    assert (row["state"], row["detail"], row["path"]) == ("available", "", str(folder))
    assert (row["role"], row["form"], row["bits"]) == (known.role, known.form, known.bits)
    assert (row["dimensions"], row["licence"]) == (64 if known.dimensions else 0, known.licence)
    done = pulled.machine.run("models", "test", known.name)
    assert (done.code, done.err) == (0, "")
    first, second, *rest = done.out.splitlines()
    assert first == f"{last_part(known)} ({known.role}, cpu): works with these differences"
    assert re.fullmatch(
        r"  - its hidden size is 64, that of the published model is \d+: "
        r"the scores are not compared",
        second,
    )
    speed = "passages" if known.role == EMBEDDER else "rerank"
    assert [line.split()[0] for line in rest] == ["padding", "load", speed, "memory"]


@pytest.mark.parametrize("known", EMBEDDERS, ids=lambda known: known.name)
def test_an_embedder_ingests_and_answers(pulled: Pulled, known: KnownModel) -> None:
    run = pulled.machine.run
    profile = PROFILE_OF.get(known.name)
    chosen = ("--profile", profile) if profile else ("--embedder", known.name)
    index = ("--index", f"index-{last_part(known)}")
    done = run(*index, "ingest", "notes", *chosen, "--json")
    report = json.loads(done.out)
    assert (done.code, report["added"], report["passages"], report["failed"]) == (0, 2, 2, [])
    done = run(*index, "query", "hot oven", "--no-rerank", "--min-score", "0", "--json")
    answer = json.loads(done.out)
    assert (done.code, done.err, answer["model"]) == (0, "", last_part(known))
    assert {Path(hit["path"]).name for hit in answer["hits"]} == set(NOTES)
    assert all(-1 <= hit["scores"]["vector"] <= 1 for hit in answer["hits"])


@pytest.mark.parametrize("known", RERANKERS, ids=lambda known: known.name)
def test_a_reranker_orders_the_hits(pulled: Pulled, known: KnownModel) -> None:
    run = pulled.machine.run
    index = ("--index", "index-starter")
    assert run(*index, "ingest", "notes", "--profile", "starter").code == 0
    done = run(
        *index,
        "query",
        "hot oven",
        "--rerank",
        "--reranker",
        known.name,
        "--min-score",
        "0",
        "--json",
    )
    answer = json.loads(done.out)
    assert (done.code, done.err, answer["reranked"], answer["reranker"]) == (
        0,
        "",
        True,
        last_part(known),
    )
    scores = [hit["scores"]["rerank"] for hit in answer["hits"]]
    assert len(scores) == 2
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score < 1 for score in scores)


def test_all_models_of_the_report_are_made() -> None:
    assert {known.name for known in (*EMBEDDERS, *RERANKERS)} == set(MADE)
    assert {known.name for known in EMBEDDERS if known.name not in PROFILE_OF} == {
        "Qwen/Qwen3-Embedding-0.6B",
        "Qwen/Qwen3-Embedding-4B",
        "Qwen/Qwen3-Embedding-8B",
        "mlx-community/bge-small-en-v1.5-4bit",
    }
