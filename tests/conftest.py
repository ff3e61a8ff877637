"""Fixtures: an isolated index and configuration, and a small folder of documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from search.config import ENVIRONMENT
from search.index import Index
from search.text.passages import PassageRules

from .s3_server import BUCKET, s3_server
from .s3_server import ENVIRONMENT as ENVIRONMENT_OF_S3
from .toys import ToyEmbedder

NOTES = {
    "house/boiler.md": (
        "# Boiler\n\nThe radiators stay cold when the boiler loses pressure.\n\n## Pressure\n\n"
        "Fill to 1.5 bar.\n"
    ),
    "house/lease.txt": (
        "The landlord may raise the rent once a year. The tenant gives two months notice.\n"
    ),
    "kitchen/bread.md": "# Sourdough\n\nFold the dough four times, then bake it in a hot oven.\n",
    "sea.rst": "Tides\n=====\n\nThe tide in the harbour turns every six hours.\n",
}


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a test by an argument's name where the argument is made of bytes.

    Archives hold the time at which they were made, and tests that run in several processes must
    have the same names in each.
    """
    return argname if isinstance(val, bytes) else None


# Tests of the app and of processes that wait for each other: they share the processor's time with
# threads, timers and terminals.
APP_TESTS = ("test_agents", "test_app", "test_background", "test_pick", "test_resident")
APP_TESTS += ("test_web_command", "test_web_browser", "test_web_hostile", "test_web_service")
APP_TESTS += ("test_replicas",)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run a failed test of these again: what a loaded machine delays passes then.

    A fault fails each time, and pytest's summary lists the tests that it ran again.
    """
    for item in items:
        if item.path.name.startswith(APP_TESTS):
            item.add_marker(pytest.mark.flaky(reruns=2))


@pytest.fixture(autouse=True)
def no_discovered_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the developer's own index and configuration out of the tests."""
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg-config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg-data"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    # A resident process would outlive its test.
    monkeypatch.setenv("DOCSEARCH_DAEMON", "never")


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """Four documents on four subjects."""
    root = tmp_path / "notes"
    for name, text in NOTES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """A server of S3 with an empty bucket."""
    with s3_server() as url:
        yield url


@pytest.fixture
def store_url(
    s3_endpoint: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> str:
    """A prefix of that bucket that no other test uses; the cache of this machine is empty."""
    for name, value in ENVIRONMENT_OF_S3.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_endpoint)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    place = f"{request.node.path.stem}/{request.node.name}"
    return f"s3://{BUCKET}/{re.sub('[^a-z0-9_/]+', '-', place)}"


@pytest.fixture
def embedder() -> ToyEmbedder:
    return ToyEmbedder()


@pytest.fixture
def index(tmp_path: Path, embedder: ToyEmbedder) -> Iterator[Index]:
    """An index in a folder of its own, with the toy embedder."""
    with Index(str(tmp_path / "index"), None, lambda name: embedder, PassageRules()) as index:
        yield index
