"""Clients of the HTTP service that are broken, slow, gone, too many, or hostile."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from search.index import Index
from search.results import QueryResult

from .test_web import error_of
from .web_server import TOKEN, Served, limited, served, until

ANSWER = QueryResult("tide", "hybrid", False, "toy", None, 1.0, (), False, (), ())


class SlowIndex:
    """An index whose queries last until they are ended, or until `go_on` is set."""

    def __init__(self) -> None:
        self.begun = 0
        self.ended = 0
        self.go_on = threading.Event()

    def query(
        self,
        text: str,
        on_step: Callable[[], None],
        on_fused: Callable[[QueryResult], None] | None = None,
        **_: Any,
    ) -> QueryResult:
        self.begun += 1
        try:
            if on_fused is not None:
                on_fused(ANSWER)
            while not self.go_on.wait(0.01):
                on_step()
            return ANSWER
        except Exception:
            self.ended += 1
            raise


class WarmIndex(SlowIndex):
    """One whose first query, which loads its models, answers at once."""

    def query(self, text: str, **options: Any) -> QueryResult:  # type: ignore[override]
        return ANSWER if text == "warm" else super().query(text, **options)


@pytest.fixture
def slow() -> Iterator[WarmIndex]:
    index = WarmIndex()
    yield index
    index.go_on.set()


@pytest.fixture
def web(index: Index, notes: Path) -> Iterator[Served]:
    index.ingest([notes])
    with served(lambda: nullcontext(index)) as web:
        yield web


def request(path: str, web: Served, *headers: str) -> bytes:
    lines = [f"GET {path} HTTP/1.1", f"Host: {web.address.name}", f"Authorization: Bearer {TOKEN}"]
    return "\r\n".join([*lines, *headers, "", ""]).encode()


def rest_of(client: socket.socket) -> bytes:
    """What comes until the service closes the connection."""
    client.settimeout(30)
    found = b""
    try:
        while data := client.recv(1 << 16):
            found += data
    except ConnectionResetError:
        pass
    return found


def told(answer: bytes) -> tuple[int, str]:
    """The status and the code of an error."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert body.count(b"\n") == 1
    return int(head.split()[1]), json.loads(body)["error"]["code"]


def still_answers(web: Served) -> bool:
    return web.get("/live").status_code == 200


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"hello\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: -5\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    ],
)
def test_what_is_no_http_gets_one_line(web: Served, garbage: bytes) -> None:
    with web.connect() as client:
        client.sendall(garbage)
        client.shutdown(socket.SHUT_WR)
        assert told(rest_of(client))[1] in ("http", "host", "token")
    assert still_answers(web)


def test_no_host_is_refused(web: Served) -> None:
    with web.connect() as client:
        client.sendall(b"GET /health HTTP/1.0\r\nConnection: close\r\n\r\n")
        assert told(rest_of(client)) == (421, "host")


@pytest.mark.parametrize(
    "start", [b"GET /", b"GET / HTTP/1.1\r\nX: "], ids=["request line", "header"]
)
def test_a_line_of_100_megabytes_is_cut_off(web: Served, start: bytes) -> None:
    with web.connect() as client:
        client.sendall(start)
        sent = 0
        try:
            for _ in range(1600):
                client.sendall(b"x" * (1 << 16))
                sent += 1 << 16
        except ConnectionError:
            pass
        assert sent < 20 << 20
    assert still_answers(web)


def test_a_head_that_is_too_long_is_told(web: Served) -> None:
    with web.connect() as client:
        client.sendall(b"GET /" + b"x" * (70 << 10))
        assert told(rest_of(client)) == (400, "http")


def test_a_body_of_100_megabytes_is_not_read(web: Served) -> None:
    with web.connect() as client:
        client.sendall(request("/health", web, "Content-Length: 104857600"))
        answer = rest_of(client)
        assert told(answer) == (413, "body")


def test_half_a_request_is_given_up(index: Index, notes: Path) -> None:
    index.ingest([notes])
    with served(lambda: nullcontext(index), connection=limited(request_seconds=0.2)) as web:
        for half in (b"", b"GET /hea", b"GET /health HTTP/1.1\r\nHost: "):
            with web.connect() as client:
                client.sendall(half)
                assert told(rest_of(client)) == (408, "slow")
        # A byte now and then does not help.
        with web.connect() as client:
            began = time.monotonic()
            try:
                while time.monotonic() - began < 20:
                    client.sendall(b"G")
                    time.sleep(0.05)
            except ConnectionError:
                pass
            assert time.monotonic() - began < 15
        # A half one behind a whole one is given up too.
        with web.connect() as client:
            client.sendall(request("/health", web) + b"GET /hea")
            assert rest_of(client).startswith(b"HTTP/1.1 200")
        assert still_answers(web)


def test_an_answer_takes_longer_than_a_request_may(slow: WarmIndex) -> None:
    with served(lambda: nullcontext(slow), connection=limited(request_seconds=0.1)) as web:
        threading.Timer(0.5, slow.go_on.set).start()
        assert web.get("/search", params={"q": "tide"}).status_code == 200


def test_a_client_that_does_not_read_is_given_up(tmp_path: Path, index: Index) -> None:
    (tmp_path / "long.txt").write_text("The tide turns every six hours. " * 6000)
    index.ingest([tmp_path / "long.txt"])
    with (
        served(lambda: nullcontext(index), connection=limited(reading_seconds=0.2)) as web,
        web.connect() as client,
    ):
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        for _ in range(100):
            client.sendall(request(f"/document?path={tmp_path}/long.txt", web))
        connections = web.service.server.server_state.connections
        until(lambda: len(connections) >= 1)
        until(lambda: len(connections) == 0)
        assert still_answers(web)


def test_too_many_connections_are_told_to_come_again(index: Index, notes: Path) -> None:
    index.ingest([notes])
    with served(lambda: nullcontext(index), connection=limited(most=3)) as web:
        waiting = [web.connect() for _ in range(3)]
        until(lambda: len(web.service.server.server_state.connections) == 3)
        with web.connect() as client:
            answer = rest_of(client)
            assert told(answer) == (503, "busy")
            assert b"retry-after: 1\r\n" in answer.lower()
        for client in waiting:
            client.close()
        until(lambda: len(web.service.server.server_state.connections) == 0)
        assert still_answers(web)


def test_too_many_questions_are_told_to_come_again(slow: WarmIndex) -> None:
    with served(lambda: nullcontext(slow)) as web:
        turns = web.service.answering.turns
        clients = [web.connect() for _ in range(turns.workers + turns.waiting)]
        for client in clients:
            client.sendall(request("/search?q=tide", web))
        until(lambda: turns.taken == len(clients))
        for path, headers in (("/search", {}), ("/search", {"Accept": "text/event-stream"})):
            response = web.get(path, params={"q": "tide"}, headers=headers)
            assert error_of(response) == (503, "busy", "too many questions at once")
            assert response.headers["retry-after"] == "1"
        # Those that wait are answered when their turn comes.
        slow.go_on.set()
        for client in clients:
            client.settimeout(30)
            assert client.recv(12) == b"HTTP/1.1 200"
            client.close()
        until(lambda: turns.taken == 0)
        assert web.get("/search", params={"q": "tide"}).status_code == 200


def test_a_question_that_takes_too_long_ends(slow: WarmIndex) -> None:
    with served(lambda: nullcontext(slow), seconds=0.3) as web:
        assert error_of(web.get("/search", params={"q": "tide"})) == (
            *(504, "timeout", "the answer takes longer than 0.3 seconds"),
        )
        until(lambda: slow.ended == 1)
        stream = web.get("/search", params={"q": "tide"}, headers={"Accept": "text/event-stream"})
        assert [line for line in stream.text.splitlines() if line.startswith("event: ")] == [
            "event: fused",
            "event: error",
        ]
        assert json.loads(stream.text.splitlines()[4][6:])["error"]["code"] == "timeout"
        until(lambda: slow.ended == 2)


@pytest.mark.parametrize("headers", [(), ("Accept: text/event-stream",)], ids=["JSON", "events"])
def test_the_search_of_a_client_that_goes_away_ends(
    slow: WarmIndex, headers: tuple[str, ...]
) -> None:
    with served(lambda: nullcontext(slow)) as web:
        client = web.connect()
        client.sendall(request("/search?q=tide", web, *headers))
        if headers:
            # It goes in the middle of the answer.
            found = b""
            while b"event: fused" not in found:
                found += client.recv(1 << 16)
        until(lambda: slow.begun == 1)
        client.close()
        until(lambda: slow.ended == 1)
        until(lambda: web.service.answering.turns.taken == 0)


def test_questions_that_wait_for_clients_that_went_never_begin(slow: WarmIndex) -> None:
    with served(lambda: nullcontext(slow)) as web:
        turns = web.service.answering.turns
        clients = [web.connect() for _ in range(turns.workers + 10)]
        for client in clients:
            client.sendall(request("/search?q=tide", web))
        until(lambda: turns.taken == len(clients))
        for client in clients[turns.workers :]:
            client.close()
        until(lambda: turns.taken == turns.workers)
        for client in clients:
            client.close()
        until(lambda: turns.taken == 0)
        assert (slow.begun, slow.ended) == (turns.workers, turns.workers)


def test_many_clients_at_once_get_their_answers(web: Served) -> None:
    answers: list[int] = []

    def ask() -> None:
        answers.append(web.get("/search", params={"q": "tide", "mode": "text"}).status_code)

    threads = [threading.Thread(target=ask) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert answers == [200] * 30


def test_the_end_waits_for_nobody(slow: WarmIndex) -> None:
    began = time.monotonic()
    with served(lambda: nullcontext(slow), seconds=60) as web:
        client = web.connect()
        client.sendall(request("/search?q=tide", web))
        until(lambda: slow.begun == 1)
    assert time.monotonic() - began < 20
    client.close()
    until(lambda: slow.ended == 1)
