"""An index in an object store, against a real server of S3 on the loopback interface."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from search.index import Index
from search.text.passages import PassageRules

from .s3_server import BUCKET, ENVIRONMENT, s3_server
from .toys import ToyEmbedder


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with s3_server() as url:
        yield url


@pytest.fixture
def url(
    endpoint: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> str:
    """A prefix of the bucket that no other test uses."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return f"s3://{BUCKET}/{request.node.name}"


def opened(url: str) -> Index:
    return Index(url, None, lambda name: ToyEmbedder(), PassageRules())


class TestAnIndexAtAUrl:
    def test_ingest_and_query_in_two_processes(self, url: str, notes: Path) -> None:
        with opened(url) as writer:
            report = writer.ingest([notes])
        assert (report.added, report.failed) == (4, ())
        with opened(url) as reader:
            hits = reader.query("radiators stay cold").hits
            status = reader.status()
        assert hits[0].path == str(notes / "house/boiler.md")
        assert (status.index, status.documents, status.health) == (url, 4, "ok")
