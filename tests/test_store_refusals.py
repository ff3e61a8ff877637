"""What each command says where a store of S3 refuses, in one line, with the next step."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from search.errors import RemoteFailure
from search.object_store.client import ObjectStore

from .commands import Done, docsearch
from .faulty_proxy import Fault, faulty_proxy
from .s3_server import put_files

EXPIRED = "the credentials have expired ({}: The provided token has expired); "
ENDPOINT = "check its name, and the endpoint (AWS_ENDPOINT_URL)"
KEY = "check the key in the environment or in ~/.aws, and the endpoint (docs/remote.md)"
OTHERS = "there, or use other credentials (docs/remote.md)"
SAID = {
    "no bucket": f"there is no such bucket ({{}}: The specified bucket does not exist); {ENDPOINT}",
    "moved": "the bucket is in the region eu-central-1 ({}); set AWS_REGION=eu-central-1",
    "other region": "the bucket is in the region eu-central-1 ({}); set AWS_REGION=eu-central-1",
    "expired": f"{EXPIRED}get new ones, then run the command again",
    "clock": (
        "the clock of this machine is wrong ({}: The difference between the request time and the "
        "current time is too large); set it, then run the command again"
    ),
    "unknown key": (
        "the store does not know the access key ({}: The AWS Access Key Id you provided does not "
        f"exist in our records); {KEY}"
    ),
    "wrong secret": (
        "the secret key does not belong to the access key ({}: The request signature we "
        f"calculated does not match the signature you provided); {KEY}"
    ),
}
READ = (
    "the store refuses to read objects ({}: Access Denied); allow s3:GetObject and s3:ListBucket "
    f"{OTHERS}"
)
WRITE = f"the store refuses to write objects ({{}}: Access Denied); allow s3:PutObject {OTHERS}"
LIST = f"the store refuses to list objects ({{}}: Access Denied); allow s3:ListBucket {OTHERS}"


def all_fail(what: str) -> Fault:
    return lambda method, path, number: what


def some_fail(action: str) -> Fault:
    def fault(method: str, path: str, number: int) -> str:
        is_list = "list-type" in path
        actions = {"PUT": "put", "GET": "list" if is_list else "get", "HEAD": "get"}
        return "refused" if actions.get(method) == action else ""

    return fault


@pytest.fixture
def stored(store_url: str, notes: Path, tmp_path: Path) -> str:
    """The URL of an index, with documents beside it at NOTES of the same URL."""
    assert docsearch("ingest", notes, "--index", f"{store_url}/index", cwd=tmp_path).code == 0
    put_files(notes, f"{store_url}/notes")
    return store_url


def objects(url: str) -> dict[str, object]:
    return {found.name: found.tag for found in ObjectStore(url).objects()}


@pytest.mark.parametrize("what", ["no bucket", "moved", "other region", "expired", "clock"])
def test_each_command_says_what_the_store_refuses(
    stored: str, s3_endpoint: str, notes: Path, tmp_path: Path, what: str
) -> None:
    before, index = objects(stored), f"{stored}/index"
    with faulty_proxy(s3_endpoint, all_fail(what)) as endpoint:

        def run(*words: str) -> Done:
            return docsearch(*words, cwd=tmp_path, env={"AWS_ENDPOINT_URL": endpoint})

        told = f"docsearch: {SAID[what].format(index)}\n"
        for words in (
            ("ingest", str(notes), "--index", index),
            ("query", "tide", "--index", index),
            ("status", "--index", index),
            ("serve", "--http", "127.0.0.1:0", "--index", index),
        ):
            assert run(*words) == Done(2, "", told)
        new = run("ingest", str(notes), "--index", f"{stored}/new")
        assert new == Done(2, "", f"docsearch: {SAID[what].format(f'{stored}/new')}\n")
        read = run("ingest", f"{stored}/notes", "--index", str(tmp_path / "own"))
        assert read == Done(2, "", f"docsearch: {SAID[what].format('s3://archive')}\n")
        failed = json.loads(run("query", "tide", "--json", "--index", index).out)["error"]
        assert (failed["code"], f"{failed['message']}; {failed['hint']}") == (
            "remote",
            SAID[what].format(index),
        )
    assert objects(stored) == before
    assert not (tmp_path / "own").exists()


@pytest.mark.parametrize("what", SAID)
def test_each_refusal(
    store_url: str, s3_endpoint: str, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    with faulty_proxy(s3_endpoint, all_fail(what)) as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        store = ObjectStore(store_url)
        # A bucket that is missing is told by the answer's text, which HEAD has not.
        head = store.read if what == "no bucket" else store.head
        for ask in (store.read, head, lambda name: store.create(name, b"")):
            with pytest.raises(RemoteFailure) as refused:
                ask("name")
            assert str(refused.value) == SAID[what].format(store_url)


@pytest.mark.parametrize(
    ("action", "told", "reading"),
    [("get", READ, 2), ("list", LIST, 2), ("put", WRITE, 0)],
    ids=["get", "list", "put"],
)
def test_rights_that_lack(
    stored: str,
    s3_endpoint: str,
    notes: Path,
    tmp_path: Path,
    action: str,
    told: str,
    reading: int,
) -> None:
    before, index = objects(stored), f"{stored}/index"
    with faulty_proxy(s3_endpoint, some_fail(action)) as endpoint:

        def run(*words: str) -> Done:
            return docsearch(*words, cwd=tmp_path, env={"AWS_ENDPOINT_URL": endpoint})

        failed = Done(2, "", f"docsearch: {told.format(index)}\n")
        assert run("ingest", str(notes), "--index", index) == failed
        found = run("query", "tide", "-l", "--index", index)
        assert found == (failed if reading else Done(0, f"{notes / 'sea.rst'}\n", ""))
        new = run("ingest", str(notes), "--index", f"{stored}/new")
        assert new == Done(2, "", f"docsearch: {told.format(f'{stored}/new')}\n")
        read = run("ingest", f"{stored}/notes", "--index", str(tmp_path / "own"))
        if action == "list":
            assert read == Done(2, "", f"docsearch: {told.format('s3://archive')}\n")
        elif action == "get":
            assert read.code == 1
            why = told.partition(";")[0].format("s3://archive")
            assert f"failed: {stored}/notes/sea.rst: it cannot be read: {why}\n" in read.err
        else:
            assert read.code == 0
    after = objects(stored)
    assert {name for name in after if not name.startswith("index/writer.lease")} == {
        name for name in before if not name.startswith("index/writer.lease")
    }


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_error(404)

    do_HEAD = do_PUT = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def web_server() -> Iterator[str]:
    """The URL of a server of web pages, which has none."""
    server = HTTPServer(("127.0.0.1", 0), _Page)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize(
    ("endpoint", "told"),
    [
        (
            "",
            "what answers is a web page, and no object store ({}); check the endpoint "
            "(AWS_ENDPOINT_URL)",
        ),
        (
            "http://127.0.0.1:1",
            "the store cannot be reached ({}: nothing listens there); check the network and the "
            "endpoint (AWS_ENDPOINT_URL), then run the command again",
        ),
        (
            "http://nowhere.invalid",
            "the store cannot be reached ({}: nobody knows that name); check the network and the "
            "endpoint (AWS_ENDPOINT_URL), then run the command again",
        ),
        (
            "127.0.0.1:9000",
            "AWS_ENDPOINT_URL is 127.0.0.1:9000, which names no server; write it as https://HOST "
            "or http://HOST:PORT",
        ),
    ],
    ids=["web page", "nothing", "no name", "no URL"],
)
def test_wrong_endpoints(
    store_url: str, notes: Path, tmp_path: Path, endpoint: str, told: str
) -> None:
    with web_server() as page:
        for words in (
            ("ingest", str(notes), "--index", store_url),
            ("query", "tide", "--index", store_url),
            ("status", "--index", store_url),
            ("serve", "--http", "127.0.0.1:0", "--index", store_url),
        ):
            done = docsearch(*words, cwd=tmp_path, env={"AWS_ENDPOINT_URL": endpoint or page})
            assert done == Done(2, "", f"docsearch: {told.format(store_url)}\n")
