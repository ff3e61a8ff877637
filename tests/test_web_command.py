"""`docsearch serve --http` as users run it, with the models of the package."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tui.web.idle import Idle

from .commands import COMMAND, docsearch
from .test_web import error_of
from .web_server import until

EVENTS = {"Accept": "text/event-stream"}


@dataclass(frozen=True)
class Running:
    """The process, and a client that brings its token."""

    process: subprocess.Popen[bytes]
    port: int
    link: str
    client: httpx2.Client


@contextmanager
def running(folder: Path, index: Path, port: int = 0, **env: str) -> Iterator[Running]:
    """`docsearch serve --http`, until the end of the block."""
    process = subprocess.Popen(
        [COMMAND, "--index", index, "serve", "--http", f"127.0.0.1:{port}"],
        env=dict(os.environ) | {"XDG_STATE_HOME": str(folder / "state")} | env,
        cwd=folder,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    try:
        line = process.stderr.readline().decode()
        match = re.fullmatch(r"open (http://127\.0\.0\.1:(\d+)/)\?token=(.+)\n", line)
        assert match, line
        assert process.stderr.readline() == (
            b"programs send the header Authorization: Bearer TOKEN; end it with Ctrl-C\n"
        )
        headers = {"Authorization": f"Bearer {match[3]}"}
        with httpx2.Client(base_url=match[1], headers=headers, timeout=60) as client:
            until(lambda: is_open(int(match[2])))
            yield Running(process, int(match[2]), line.split()[1], client)
    finally:
        process.terminate()
        process.wait(60)
        process.stderr.close()


def is_open(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with documents and an index of them."""
    place = tmp_path_factory.mktemp("web")
    for name, text in {
        "house/boiler.md": "# Boiler\n\nWhen the radiators stay cold, the pressure is too low.\n",
        "house/lease.txt": "The landlord may raise the rent once a year.\n",
        "sea.rst": "Tides\n=====\n\nHigh water comes every twelve hours.\n",
    }.items():
        path = place / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    done = docsearch("--index", place / "index", "ingest", place / "docs", cwd=place)
    assert done.code == 0, done.err
    return place


@pytest.fixture
def web(place: Path) -> Iterator[Running]:
    with running(place, place / "index") as web:
        yield web


def timeless(line: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(line)
    del answer["took_ms"]
    return answer


def events(text: str) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for block in text.strip().split("\n\n"):
        name, data = block.split("\n")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def test_the_answers_are_those_of_the_command(web: Running, place: Path) -> None:
    for words, options, url in (
        ("why are my radiators cold", (), {}),
        ("rent", ("-n", "1", "--no-rerank"), {"limit": "1", "rerank": "off"}),
        ("high water", ("--mode", "text", "--explain"), {"mode": "text", "explain": "on"}),
        ("rent type:txt", ("--min-score", "0"), {"min_score": "0"}),
        ('"no such phrase"', (), {}),
    ):
        done = docsearch("--index", "index", "query", "--json", words, *options, cwd=place)
        response = web.client.get("/search", params={"q": words} | url)
        assert timeless(response.text) == timeless(done.out)
    done = docsearch("--index", "index", "status", "--json", cwd=place)
    assert web.client.get("/status").json() == json.loads(done.out)


def test_the_fused_hits_come_first_and_the_reranked_ones_after(web: Running) -> None:
    params = {"q": "why are my radiators cold"}
    answer = web.client.get("/search", params=params).json()
    response = web.client.get("/search", params=params, headers=EVENTS)
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    told = events(response.text)
    assert [name for name, _ in told] == ["fused", "answer"]
    fused, last = told[0][1], told[1][1]
    assert (fused["reranked"], last["reranked"]) == (False, True)
    assert {hit["scores"]["rerank"] for hit in fused["hits"]} == {None}
    del answer["took_ms"], last["took_ms"]
    assert last == answer
    fused_alone = web.client.get("/search", params=params | {"rerank": "off"}).json()
    assert [hit["id"] for hit in fused["hits"]] == [hit["id"] for hit in fused_alone["hits"]]


def test_the_link_opens_the_page_and_its_cookie_keeps_it_open(web: Running, place: Path) -> None:
    with httpx2.Client(follow_redirects=True) as browser:
        page = browser.get(web.link)
        assert (page.status_code, str(page.url)) == (200, f"http://127.0.0.1:{web.port}/")
        assert browser.get(f"http://127.0.0.1:{web.port}/status").status_code == 200
        assert browser.get(f"http://localhost:{web.port}/status").status_code == 401
    file = place / "state/docsearch/http-token"
    assert web.link.endswith(file.read_text().strip())
    assert file.stat().st_mode & 0o777 == 0o600


def test_another_token_may_be_set(place: Path) -> None:
    with running(place, place / "index", DOCSEARCH_HTTP_TOKEN="mine") as web:
        assert web.link.endswith("?token=mine")
        assert web.client.get("/status").status_code == 200


def test_killed_in_the_middle_of_an_answer_nothing_is_left(tmp_path: Path) -> None:
    words = "The radiators of this room stay cold until the valve is turned. " * 12
    text = "\n\n".join(f"## Room {number}\n\n{number} {words}" for number in range(100))
    (tmp_path / "rooms.md").write_text(text)
    assert docsearch("--index", "index", "ingest", "rooms.md", cwd=tmp_path).code == 0
    with running(tmp_path, tmp_path / "index") as web:
        # The fused hits have come, and the reranker reads a hundred passages.
        question = {"q": "which radiators stay cold", "candidates": "100", "limit": "1"}
        with web.client.stream("GET", "/search", params=question, headers=EVENTS) as response:
            found = b""
            with pytest.raises(httpx2.RemoteProtocolError, match=r"incomplete|closed"):
                for data in response.iter_raw():
                    found += data
                    web.process.kill()
            assert found.startswith(b"event: fused\n")
        web.process.wait(30)
        port = web.port
    with running(tmp_path, tmp_path / "index", port) as web:
        assert web.client.get("/search", params={"q": "valve", "mode": "text"}).json()["hits"]


def test_an_index_that_was_replaced_is_noticed(tmp_path: Path) -> None:
    for name, text in {"one": "The tide turns.", "two": "The dough rises."}.items():
        (tmp_path / f"{name}.txt").write_text(text)
        done = docsearch("--index", name, "ingest", f"{name}.txt", cwd=tmp_path)
        assert done.code == 0, done.err
    with running(tmp_path, tmp_path / "one") as web:

        def found() -> list[str]:
            answer = web.client.get("/search", params={"q": "tide dough", "mode": "text"}).json()
            return [Path(hit["path"]).name for hit in answer.get("hits", [])]

        assert found() == ["one.txt"]
        (tmp_path / "one").rename(tmp_path / "old")
        assert error_of(web.client.get("/status"))[:2] == (503, "no_index")
        assert web.client.get("/health").status_code == 503
        (tmp_path / "two").rename(tmp_path / "one")
        assert found() == ["two.txt"]


def test_ctrl_c_ends_it(place: Path) -> None:
    with running(place, place / "index") as web:
        web.process.send_signal(signal.SIGINT)
        assert web.process.wait(30) == 130
        assert web.process.stderr is not None
        assert web.process.stderr.read() == b"docsearch: interrupted\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--http", "0.0.0.0:80"], "0.0.0.0 can be reached from other machines"),
        (["--http", "127.0.0.1:99999"], "has no port from 0 to 65535"),
        (["--http", "--status"], "--http excludes --status and --stop"),
        (["--http", "TAKEN"], "cannot be listened at: Address already in use; take another port"),
    ],
)
def test_what_cannot_be_is_told(place: Path, arguments: list[str], message: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        words = [word.replace("TAKEN", str(taken.getsockname()[1])) for word in arguments]
        done = docsearch("--index", "index", "serve", *words, cwd=place)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert message in done.err


def test_a_missing_index_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    done = docsearch("serve", "--http", "--index", "nothing", cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("docsearch: there is no index in")


def test_without_the_extra_it_says_how_to_get_it(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['uvicorn'] = None\n"
        "from tui.cli import main; main(['serve', '--http'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "docsearch: the package uvicorn is not installed; install the extra: "
        "pip install 'docsearch[http]'\n"
    )


async def test_idle_models_are_let_go_of_and_the_service_ends() -> None:
    told: list[str] = []
    idle = Idle(lambda: told.append("let go"), 0.05, 100, 0.4)
    began = time.monotonic()
    await idle.watch(lambda: began, lambda: told.append("end"), 0.02, lambda: 1)
    assert told == ["let go", "end"]


async def test_too_much_memory_is_let_go_of() -> None:
    told: list[str] = []
    idle = Idle(lambda: told.append("let go"), 3600, 100)
    task = asyncio.ensure_future(
        idle.watch(time.monotonic, lambda: told.append("end"), 0.01, lambda: 101)
    )
    while not told:
        await asyncio.sleep(0.01)
    task.cancel()
    assert set(told) == {"let go"}
