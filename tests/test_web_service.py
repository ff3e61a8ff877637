"""The HTTP service as something that others start, watch and end, such as Kubernetes."""

from __future__ import annotations

import re
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest

from search.errors import ModelError
from search.results import QueryResult

from .commands import docsearch
from .faulty_proxy import faulty_proxy
from .replica import Replica, replica
from .test_web import error_of
from .test_web_hostile import ANSWER
from .web_server import served, until

ROOM = "The radiators of this room stay cold until the valve is turned. "
NOT_READ = (503, "index", "the index cannot be read")


@pytest.fixture
def index_url(store_url: str, notes: Path, tmp_path: Path) -> str:
    """An index of the notes in a store."""
    assert docsearch("ingest", notes, "--index", store_url, cwd=tmp_path).code == 0
    return store_url


@contextmanager
def silent_server() -> Iterator[str]:
    """The URL of a server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def ended(replica: Replica) -> tuple[int, float]:
    """The exit code after SIGTERM, and after how many seconds."""
    started = time.monotonic()
    replica.process.send_signal(signal.SIGTERM)
    return replica.process.wait(60), time.monotonic() - started


def test_it_begins_while_the_store_is_away_and_is_ready_once_it_is_back(
    index_url: str, s3_endpoint: str, tmp_path: Path
) -> None:
    is_away = True
    with (
        faulty_proxy(s3_endpoint, lambda *_: "cut" if is_away else "") as endpoint,
        replica(index_url, tmp_path / "a", AWS_ENDPOINT_URL=endpoint) as each,
    ):
        assert error_of(each.client.get("/health")) == NOT_READ
        is_away = False
        until(lambda: each.is_ready)
        hits = each.client.get("/search", params={"q": "tide", "mode": "text"}).json()["hits"]
        assert [Path(hit["path"]).name for hit in hits] == ["sea.rst"]
        assert re.match(
            "not ready: the (index was not read|store cannot be reached)", each.lines[0]
        )
        assert each.lines[-1] == "ready"
        is_away = True
        until(lambda: not each.is_ready)
        assert each.client.get("/live").status_code == 200
        assert error_of(each.client.get("/search", params={"q": "tide"}))[:2] == (503, "remote")


def test_it_waits_for_the_first_ingest(store_url: str, notes: Path, tmp_path: Path) -> None:
    with replica(store_url, tmp_path / "a") as each:
        assert error_of(each.client.get("/health")) == NOT_READ
        assert error_of(each.client.get("/search", params={"q": "tide"}))[:2] == (503, "no_index")
        assert docsearch("ingest", notes, "--index", store_url, cwd=tmp_path).code == 0
        until(lambda: each.is_ready)
        assert (
            each.lines[0] == f"not ready: there is no index at {store_url}; run: docsearch "
            "ingest FOLDER"
        )


def test_it_writes_to_its_cache_alone(index_url: str, tmp_path: Path) -> None:
    folder = tmp_path / "a"
    with replica(index_url, folder, TMPDIR=str(folder)) as each:
        until(lambda: each.is_ready)
        assert each.client.get("/search", params={"q": "tide"}).json()["hits"]
        assert sorted(path.name for path in folder.iterdir()) == ["cache", "log"]
        assert not Path("/nonexistent").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="127.0.0.2 is no address of this machine")
def test_a_probe_names_the_address_that_it_asks(tmp_path: Path) -> None:
    with replica(tmp_path / "none", tmp_path / "a", host="0.0.0.0") as each:
        port = each.client.base_url.port
        assert httpx2.get(f"http://127.0.0.2:{port}/live").json() == {"schema": 1, "live": True}
        answer = httpx2.get(f"http://127.0.0.2:{port}/live", headers={"Host": f"evil:{port}"})
        assert error_of(answer)[:2] == (421, "host")


def test_answers_are_given_before_it_ends(tmp_path: Path) -> None:
    text = "\n\n".join(f"## Room {number}\n\n{number} {ROOM * 12}" for number in range(100))
    (tmp_path / "rooms.md").write_text(text)
    assert docsearch("--index", "index", "ingest", "rooms.md", cwd=tmp_path).code == 0
    with replica(tmp_path / "index", tmp_path / "a") as each:
        until(lambda: each.is_ready)
        codes: list[int] = []

        def ask() -> None:
            question = {"q": "which radiators stay cold", "candidates": "100", "limit": "1"}
            codes.append(each.client.get("/search", params=question).status_code)

        asking = threading.Thread(target=ask)
        asking.start()
        until(lambda: b"docsearch_turns 1.0" in each.client.get("/metrics").content)
        assert ended(each)[0] == 0
        asking.join(30)
        assert codes == [200]
        with pytest.raises(httpx2.ConnectError):
            each.client.get("/live")
        assert each.lines[-1] == "ready"


def test_a_store_that_never_answers_does_not_keep_it(store_url: str, tmp_path: Path) -> None:
    with silent_server() as url, replica(store_url, tmp_path / "a", AWS_ENDPOINT_URL=url) as each:
        assert error_of(each.client.get("/health")) == NOT_READ
        code, seconds = ended(each)
        assert code in (0, 128 + signal.SIGTERM)
        assert seconds < 10


def test_the_models_are_loaded_again_until_that_works() -> None:
    class Cold:
        """An index whose model is damaged at the first question."""

        catalog = SimpleNamespace(data_version=1)
        is_damaged = True

        def query(self, *_: Any, **__: Any) -> QueryResult:
            if self.is_damaged:
                self.is_damaged = False
                raise ModelError("the model is damaged", "pull it again")
            return ANSWER

    cold = Cold()
    with served(lambda: nullcontext(cold)) as web:
        answers = []
        while answers[-1:] != [(200, "", "")]:
            response = web.get("/health")
            answers.append((200, "", "") if response.status_code == 200 else error_of(response))
        assert set(answers[:-1]) == {(503, "starting", "no question can be answered yet")}
        told = [line for line in web.told if line != "not ready: the models are being loaded"]
        assert told == ["not ready: the model is damaged; pull it again", "ready"]
