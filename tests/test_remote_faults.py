"""An index and sources in a store that is overloaded, slow, full, or cuts connections."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from search.errors import RemoteFailure, StorageFull
from search.index import Index
from search.ingest import store_walk
from search.object_store import client, options
from search.storage.remote.lease import Lease
from search.text.passages import PassageRules

from .faulty_proxy import Fault, faulty_proxy
from .s3_server import put_files
from .toys import ToyEmbedder


def opened(url: str) -> Index:
    client.store_at.cache_clear()
    return Index(url, None, lambda _: ToyEmbedder(), PassageRules())


def check(url: str, documents: int, lease: bool = False) -> None:
    """The index holds so many documents, and its table the passages that its catalogue names.

    A writer that the store left in the lurch did not give up its `lease`.
    """
    with opened(url) as reader:
        counts = {entry.doc: entry.passages for entry in reader.catalog.entries()}
        assert reader.store.scan() == counts
        assert reader.store.count() == sum(counts.values())
        assert reader.status().documents == documents
        assert (reader.status().health == "ok") is not lease


def each(what: str, step: int) -> Fault:
    """One request in `step` fails."""
    return lambda method, path, number: what if number % step == 0 else ""


@pytest.mark.parametrize(
    "fault",
    [each("busy", 8), each("cut", 8), each("deaf", 8), each("slow", 8)],
    ids=["busy", "cut", "deaf", "slow"],
)
def test_a_run_gets_through(
    store_url: str, s3_endpoint: str, notes: Path, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    put_files(notes, f"{store_url}/notes")
    with faulty_proxy(s3_endpoint, fault) as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        with opened(f"{store_url}/index") as writer:
            report = writer.ingest([f"{store_url}/notes", notes])
            assert (report.added + report.copied, report.failed) == (8, ())
            assert writer.query("tide").hits
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_endpoint)
    check(f"{store_url}/index", 8)


@pytest.mark.parametrize(
    ("what", "first", "error"),
    [
        ("busy", 12, RemoteFailure),
        ("cut", 25, RemoteFailure),
        ("full", 25, StorageFull),
        ("full", 40, StorageFull),
    ],
)
def test_a_store_that_stays_away_ends_the_run(
    store_url: str,
    s3_endpoint: str,
    notes: Path,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
    first: int,
    error: type[Exception],
) -> None:
    """Readers have the snapshot from before, whatever was being written, and a new run goes on."""
    monkeypatch.setattr(options, "RETRIES", 1)
    with opened(store_url) as writer:
        writer.ingest([notes / "sea.rst"])

    def fault(method: str, path: str, number: int) -> str:
        return what if number >= first and (what != "full" or method == "PUT") else ""

    with faulty_proxy(s3_endpoint, fault) as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        with opened(store_url) as writer, pytest.raises(error):
            writer.ingest([notes])
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_endpoint)
    check(store_url, 1, lease=True)
    with opened(store_url) as writer:
        # The lease of the run before was not given up, and has not run out.
        writer.home._lease = lambda store: Lease(store, clock=lambda: time.time() + 3600)
        writer.ingest([notes])
    check(store_url, 4)


def test_no_rights(
    store_url: str, s3_endpoint: str, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Readers may read; who may not write is told so, and nothing is half written."""
    with opened(store_url) as writer:
        writer.ingest([notes / "sea.rst"])

    def fault(method: str, path: str, number: int) -> str:
        return "" if method in ("GET", "HEAD") else "refused"

    with faulty_proxy(s3_endpoint, fault) as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        with opened(store_url) as reader:
            assert reader.query("tide").hits
            with pytest.raises(RemoteFailure) as refused:
                reader.ingest([notes])
    assert str(refused.value) == (
        f"the store refuses to write objects ({store_url}: Access Denied); allow s3:PutObject "
        "there, or use other credentials (docs/remote.md)"
    )
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_endpoint)
    check(store_url, 1)


def test_files_that_cannot_be_fetched_fail_and_come_later(
    store_url: str,
    s3_endpoint: str,
    notes: Path,
    index: Index,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(options, "RETRIES", 0)
    put_files(notes, store_url)

    def fault(method: str, path: str, number: int) -> str:
        return "cut" if method == "GET" and "bread.md" in path else ""

    with faulty_proxy(s3_endpoint, fault) as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        client.store_at.cache_clear()
        report = index.ingest([store_url])
        assert report.failed[0].path.startswith(store_url)
        assert "the store cannot be reached" in report.failed[0].message
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_endpoint)
    client.store_at.cache_clear()
    store_walk._away.clear()
    assert index.ingest().failed == ()
    assert index.status().documents == 4
