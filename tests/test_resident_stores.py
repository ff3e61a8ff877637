"""The resident process answers for indexes in stores, each with the environment of its command."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from search.open_indexes import OpenIndexes

from .commands import docsearch
from .faulty_proxy import faulty_proxy
from .test_resident import alone, serving, stable


@pytest.fixture
def index(store_url: str, notes: Path, tmp_path: Path) -> str:
    assert docsearch("ingest", notes, "--index", store_url, cwd=tmp_path).code == 0
    return store_url


@pytest.fixture
def env(index: str, tmp_path: Path) -> Iterator[dict[str, str]]:
    """Variables under which commands meet a resident process; a socket's path is to be short."""
    with tempfile.TemporaryDirectory(prefix="ds") as runtime:
        yield {
            "XDG_RUNTIME_DIR": runtime,
            "XDG_STATE_HOME": f"{runtime}/state",
            "DOCSEARCH_INDEX": index,
            "DOCSEARCH_DAEMON": "auto",
        }


def open_indexes(env: dict[str, str], place: Path) -> list[str]:
    """The indexes that the resident process has opened."""
    found: list[str] = json.loads(docsearch("serve", "--status", "--json", cwd=place, env=env).out)[
        "indexes"
    ]
    return found


def test_it_answers_as_a_process_of_its_own(env: dict[str, str], tmp_path: Path) -> None:
    lines = (
        ("query", "--json", "tide"),
        ("query", "-l", "rent notice"),
        ("show", f"{tmp_path}/notes/sea.rst"),
        ("status",),
    )
    with serving(env, tmp_path):
        for words in lines:
            there = stable(docsearch(*words, cwd=tmp_path, env=env))
            assert there == stable(docsearch(*words, cwd=tmp_path, env=alone(env)))
            assert there.code == 0
        assert open_indexes(env, tmp_path) == [env["DOCSEARCH_INDEX"]]


def test_it_sees_at_once_what_another_process_stored(
    env: dict[str, str], notes: Path, tmp_path: Path
) -> None:
    ask = ("query", "-l", "--mode", "text", "dough")
    with serving(env, tmp_path):
        assert docsearch(*ask, cwd=tmp_path, env=env).out == f"{notes}/kitchen/bread.md\n"
        assert docsearch("forget", notes / "kitchen", cwd=tmp_path, env=env).code == 0
        assert docsearch(*ask, cwd=tmp_path, env=env).code == 1
        assert open_indexes(env, tmp_path) == [env["DOCSEARCH_INDEX"]]


def test_another_environment_is_not_answered(
    env: dict[str, str], s3_endpoint: str, notes: Path, tmp_path: Path
) -> None:
    keys: set[str] = set()
    with (
        faulty_proxy(
            s3_endpoint, lambda *_: "", lambda headers: keys.add(str(headers["Authorization"])[:40])
        ) as endpoint,
        serving(env, tmp_path),
    ):
        assert docsearch("query", "-l", "tide", cwd=tmp_path, env=env).code == 0
        other = env | {"AWS_ACCESS_KEY_ID": "another", "AWS_ENDPOINT_URL": endpoint}
        done = docsearch("query", "-l", "tide", cwd=tmp_path, env=other)
        assert (done.code, done.out) == (0, f"{notes}/sea.rst\n")
        # One that runs alone signs its requests with its own key.
        assert all("Credential=another/" in signed for signed in keys)
        assert keys


def test_an_index_is_opened_anew_with_other_credentials(
    index: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = tmp_path / "credentials"
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(keys))
    indexes = OpenIndexes()
    with indexes.open(index) as first, indexes.open(index) as second:
        assert second is first
    keys.write_text("[default]\naws_access_key_id = a\naws_secret_access_key = b\n")
    with indexes.open(index) as third:
        assert third is not first
    indexes.clear()
