"""Documents and an index in Azure's store: the same behaviour as in one of S3, against Azurite."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from search.errors import IndexLocked, RemoteFailure
from search.index import Index
from search.object_store.client import ObjectStore
from search.storage.remote.lease import LEASE, Lease, Turn, holder_of
from search.text.passages import PassageRules

from .azurite import CONTAINER, PROGRAM, azurite
from .commands import Done, docsearch
from .s3_server import put_files
from .test_remote_kills import HERE, WRITER
from .toys import ToyEmbedder

pytestmark = pytest.mark.skipif(
    PROGRAM is None, reason="azurite-blob is not here; npm install -g azurite brings it"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    with azurite(tmp_path_factory.mktemp("azurite")) as environment:
        yield environment


@pytest.fixture
def url(
    server: dict[str, str],
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> str:
    """A prefix of the container that no other test uses; no other store is configured."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in server.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return f"az://{CONTAINER}/{request.node.name}"


def opened(url: str) -> Index:
    return Index(url, None, lambda _: ToyEmbedder(), PassageRules())


def test_objects(url: str, tmp_path: Path) -> None:
    store = ObjectStore(url)
    first = store.create("a/b", b"one")
    assert first is not None
    assert store.create("a/b", b"two") is None
    assert store.read_if_other("a/b", first) == (b"", first)
    second = store.replace("a/b", b"three", first)
    assert second is not None
    assert store.replace("a/b", b"four", first) is None
    assert store.replace("missing", b"", first) is None
    assert store.read("a/b") == (b"three", second)
    (tmp_path / "file").write_bytes(bytes(12 << 20))
    store.upload(tmp_path / "file", "big")
    assert b"".join(store.pieces("big")) == bytes(12 << 20)
    objects, folders = store.children()
    assert ([found.name for found in objects], folders) == (["big"], ["a"])
    # Those that are gone do not matter, nor do they keep the others.
    store.delete(["missing", "a/b", "gone", "big"])
    assert list(store.objects()) == []


def test_the_commands(url: str, notes: Path, tmp_path: Path) -> None:
    put_files(notes, f"{url}/notes")
    index = ("--index", f"{url}/index")
    done = docsearch("ingest", f"{url}/notes", *index, cwd=tmp_path)
    assert (done.code, done.err[:20]) == (0, "documents: 4 added; ")
    found = docsearch("query", "tide", "-l", *index, cwd=tmp_path)
    assert found == Done(0, f"{url}/notes/sea.rst\n", "")
    done = docsearch("ingest", *index, cwd=tmp_path)
    assert (done.code, done.err) == (0, "documents: 4 unchanged; 0.0 s\n")
    checked = docsearch("check", f"{url}/notes/sea.rst", *index, cwd=tmp_path)
    assert (checked.code, "[indexed]" in checked.out) == (0, True)
    ObjectStore(f"{url}/notes").delete(["sea.rst"])
    done = docsearch("ingest", *index, cwd=tmp_path)
    assert (done.code, done.err[:35]) == (0, "documents: 1 removed, 3 unchanged; ")
    assert docsearch("status", *index, cwd=tmp_path).code == 0
    assert docsearch("doctor", *index, cwd=tmp_path).code == 0


def test_two_writers(url: str, notes: Path) -> None:
    with opened(url) as first, opened(url) as second, Lease(ObjectStore(url)):
        for index in (first, second):
            with pytest.raises(IndexLocked):
                index.ingest([notes])
    with opened(url) as writer:
        writer.ingest([notes])
    assert holder_of(ObjectStore(url)) is None
    with opened(url) as reader:
        assert reader.query("tide").hits[0].path == str(notes / "sea.rst")


def test_a_writer_that_is_killed(url: str, tmp_path: Path) -> None:
    folder, chance, store = tmp_path / "many", random.Random(7), ObjectStore(url)
    folder.mkdir()
    for number in range(200):
        words = " ".join(chance.choices([f"w{word}" for word in range(3000)], k=900))
        (folder / f"{number:03}.md").write_text(f"# Part {number}\n\n{words}\n")
    command = [sys.executable, "-c", WRITER, url, str(folder)]
    with subprocess.Popen(command, cwd=HERE, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        writer.send_signal(signal.SIGKILL)
    found = store.read(LEASE)
    assert found is not None
    store.replace(LEASE, Turn("process 1 on desk", "dead", 1.0).as_bytes(), found[1])
    with opened(url) as again:
        assert again.ingest([folder]).failed == ()
    with opened(url) as reader:
        entries = list(reader.catalog.entries())
        assert {entry.state for entry in entries} == {"complete"}
        assert reader.store.scan() == {entry.doc: entry.passages for entry in entries}
        assert len(entries) == 200


def test_what_the_store_refuses(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RemoteFailure, match="there is no such bucket"):
        ObjectStore("az://nowhere/index").read("a")
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", "bm90IHRoZSBrZXk=")
    with pytest.raises(RemoteFailure) as refused:
        ObjectStore(url).read("a")
    assert str(refused.value).startswith("the secret key does not belong to the access key")
