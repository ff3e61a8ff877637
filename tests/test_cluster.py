"""Ingest on a Ray cluster: a real one, of two machines of one core each, on this machine."""

from __future__ import annotations

import json
import mailbox
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from socket import gethostname
from typing import Any

import numpy as np
import pytest

from search import __version__
from search.cluster.nodes import NodeQuestion
from search.errors import ClusterFailure
from search.index import Index
from search.storage.entries import Entry

from .commands import docsearch
from .ray_cluster import ENVIRONMENT, RayCluster, ray_cluster
from .s3_server import ENVIRONMENT as ENVIRONMENT_OF_S3
from .s3_server import put_files

pytestmark = pytest.mark.xdist_group("ray")

SAMPLE = Path(__file__).parent.parent / "sample_corpus"
QUESTIONS = ("the radiators stay cold", "may we keep a dog", "hedgehogs in winter", "backoff")


@pytest.fixture(scope="module")
def cluster(s3_endpoint: str) -> Iterator[RayCluster]:
    with ray_cluster({**ENVIRONMENT_OF_S3, "AWS_ENDPOINT_URL": s3_endpoint}) as running:
        yield running


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


def mails(path: Path, count: int) -> None:
    """A mail file with so many messages."""
    box = mailbox.mbox(str(path))
    box.clear()
    for number in range(count):
        message = EmailMessage()
        message["Subject"] = f"Offer {number}"
        message["Date"] = f"Mon, {number + 1:02} Jun 2026 10:00:00 +0000"
        message.set_content(f"The price of item {number} is {number * 7} euros. " * 20)
        box.add(message)
    box.close()


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """Documents of several formats, and files that give none."""
    folder = tmp_path / "many"
    shutil.copytree(SAMPLE, folder)
    mails(folder / "offers.mbox", 6)
    (folder / "copy.md").write_bytes((folder / "house" / "lease.md").read_bytes())
    (folder / "empty.txt").write_bytes(b"")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    (folder / os.fsdecode(b"caf\xe9.txt")).write_text("The name of this file is not UTF-8.\n")
    return folder


def contents(place: str | Path) -> tuple[dict[str, Any], dict[str, Any], dict[str, Entry]]:
    """The rows of the table without vectors, the vectors, and the entries of the catalogue."""
    with Index.open(place) as index:
        rows = {row["id"]: row for table in index.store.tables() for row in table.to_pylist()}
        assert len(rows) == index.store.count()
        vectors = {name: row.pop("vector") for name, row in rows.items()}
        entries = {
            entry.file.path: replace(entry, ingested_ns=0, version=0)
            for entry in index.catalog.entries("/")
        }
        messages = {entry.doc: index.catalog.messages.of(entry.doc) for entry in entries.values()}
        return {**rows, **messages}, vectors, entries


def check_equal(first: str | Path, second: str | Path) -> None:
    """Two indexes hold the same, row by row, and answer alike."""
    (rows, vectors, entries), others = contents(first), contents(second)
    assert (rows, entries) == (others[0], others[2])
    names = sorted(vectors)
    one, other = (
        np.array([found[name] for name in names], np.float32) for found in (vectors, others[1])
    )
    assert np.abs(one - other).max() <= 1e-5
    for question in QUESTIONS:
        answers = [
            docsearch("query", question, "--json", "--index", place, cwd=Path("/"))
            for place in (first, second)
        ]
        hits = [json.loads(answer.out)["hits"] for answer in answers]
        assert hits[0] == hits[1]


def ingested(folder: Path, place: Path, *options: str) -> dict[str, Any]:
    """The report of an ingest, without the seconds."""
    done = docsearch(
        "ingest", folder, "--index", place, "--profile", "starter", "--json", *options,
        cwd=folder.parent,
    )  # fmt: skip
    assert done.code == 1, done.err
    report: dict[str, Any] = json.loads(done.out)
    assert report.pop("seconds") > 0
    return report


def test_a_cluster_makes_the_same_index(many: Path, tmp_path: Path, cluster: RayCluster) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    first = ingested(many, here), ingested(many, there, "--ray", cluster.address)
    # The cluster embeds the copy of a document again.
    counts = ("added", "copied", "changed", "unchanged", "removed", "passages")
    assert [[report.pop(name) for name in counts] for report in first] == [
        [40, 1, 0, 0, 0, 252],
        [41, 0, 0, 0, 0, 252],
    ]
    assert first[0].pop("tokens") < first[1].pop("tokens")
    assert first[0] == first[1]
    check_equal(here, there)

    # A document grows, one shrinks, one is gone, one breaks, and one is as it was.
    mails(many / "offers.mbox", 8)
    (many / "kitchen" / "sourdough.md").write_text("# Sourdough\n\nFold it twice.\n")
    (many / "sea.md").write_text("# Tides\n\nThe tide turns every six hours.\n")
    (many / "garden" / "compost.txt").unlink()
    (many / "papers" / "heat-pumps.pdf").write_bytes(b"%PDF-1.4 nothing")
    os.utime(many / "house" / "boiler.md", ns=(1, 1))
    second = ingested(many, here), ingested(many, there, "--ray", cluster.address)
    assert [[report[name] for name in counts[:-1]] for report in second] == [[1, 0, 2, 37, 1]] * 2
    assert second[0]["failed"] == second[1]["failed"]
    check_equal(here, there)

    # Nothing is left of the staging, and a further run finds nothing to do.
    assert sorted(path.name for path in there.glob("*.lance")) == ["passages.lance"]
    third = ingested(many, there, "--ray", cluster.address)
    assert [third[name] for name in counts] == [0, 0, 0, 40, 0, 0]


def test_sources_and_index_in_a_store(
    many: Path, tmp_path: Path, store_url: str, cluster: RayCluster
) -> None:
    put_files(SAMPLE, f"{store_url}/notes")
    done = docsearch(
        "ingest", f"{store_url}/notes", "--index", f"{store_url}/index", "--profile", "starter",
        "--ray", cluster.address, cwd=tmp_path,
    )  # fmt: skip
    assert done.code == 0, done.err
    assert "38 added" in done.err
    local = tmp_path / "index"
    docsearch(
        "ingest", f"{store_url}/notes", "--index", local, "--profile", "starter", cwd=tmp_path
    )
    (rows, vectors, _), others = contents(local), contents(f"{store_url}/index")
    assert rows == others[0]
    assert vectors == others[1]


WRITER = """
import sys
from search.cluster import parcels
from search import __version__
from search.cluster.nodes import NodeQuestion
from search.errors import ClusterFailure
from search.index import Index

parcels.WAVE_BYTES_PER_CORE, parcels.PARCEL_BYTES = 30_000, 10_000
with Index.open(sys.argv[2], profile="starter") as index:
    index.ingest([sys.argv[1]], ray=sys.argv[3])
"""


def test_kills_lose_nothing_and_double_nothing(tmp_path: Path, cluster: RayCluster) -> None:
    folder, chance = tmp_path / "many", random.Random(5)
    folder.mkdir()
    for number in range(28):
        words = " ".join(chance.choices([f"w{word}" for word in range(3000)], k=600))
        (folder / f"{number:02}.md").write_text(f"# Part {number}\n\n{words}\n")
    here, there = tmp_path / "here", tmp_path / "there"
    docsearch("ingest", folder, "--index", here, "--profile", "starter", cwd=tmp_path)

    def begin() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", WRITER, str(folder), str(there), cluster.address]
        return subprocess.Popen(command, cwd=Path(__file__).parent.parent)

    def passages() -> int:
        with Index.open(there) as index:
            return index.status().passages if there.exists() else 0

    # The run dies in its second wave or later.
    writer = begin()
    wait_until(lambda: passages() > 0)
    time.sleep(chance.uniform(0, 2))
    writer.kill()
    assert writer.wait() == -9
    # A worker and then a machine die under the next run, which goes on.
    writer = begin()
    cluster.ask("kill EmbedStage")
    time.sleep(1)
    cluster.ask("remove")
    assert writer.wait(120) == 0
    cluster.ask("add")
    check_equal(here, there)


BUILDER = """
import json
import sys
from pathlib import Path

import numpy as np

from search.cluster.connection import connected
from search.cluster.indexes import ClusterIndexes
from search.documents import Passage, Row
from search.storage.arrow_rows import arrow_table
from search.storage.durability import Durability
from search.storage.store import Store
from search.storage.writable_store import WritableStore

chance = np.random.default_rng(3)
vectors = chance.standard_normal((42_000, 8)).astype(np.float32)
rows = [
    Row(number // 10, Passage(number % 10, "", (), None, 1, 1, 0, 4), f"w{number % 900}", vector)
    for number, vector in enumerate(vectors)
]
table = arrow_table(rows, 8)
folders = [Path(name) for name in sys.argv[2:4]]
stores = [WritableStore(folder, 8) for folder in folders]
for store in stores:
    for part in (table[:20_000], table[20_000:]):
        store.append(lambda columns: part.select(columns).to_batches(10_000))
with connected(sys.argv[1]) as cluster:
    place = Durability(folders[1], "passages")
    stores[1].build_indexes_with(ClusterIndexes(cluster, place))
    for store in stores:
        assert store.maintain()
        store.sync()
for folder, writer in zip(folders, stores, strict=True):
    store, names = Store(folder, 8), sorted(index.name for index in writer._table.list_indices())
    near = [hit.id for query in vectors[:20] for hit in store.nearest(query, 10)]
    match = [(hit.id, hit.score) for hit in store.matching([(1.0, "w7")], 100)]
    print(json.dumps([near, match, names]))
"""


def test_a_cluster_builds_the_indexes_of_a_large_table(tmp_path: Path, cluster: RayCluster) -> None:
    folders = [tmp_path / "here", tmp_path / "there"]
    for folder in folders:
        folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", BUILDER, cluster.address, *folders],
        cwd=Path(__file__).parent.parent,
        stdout=subprocess.PIPE,
        timeout=100,
        check=True,
        text=True,
    )
    here, there = map(json.loads, done.stdout.splitlines())
    assert here == there
    assert [len(found) for found in here[:2]] == [200, 47]
    assert here[2] == ["doc", "id", "terms", "vector"]


def wait_until(condition: Any, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


def refusal(tmp_path: Path, *options: str) -> str:
    """The one line with which an ingest of a folder ends that makes nothing."""
    (tmp_path / "notes").mkdir(exist_ok=True)
    place = tmp_path / "none"
    done = docsearch("ingest", tmp_path / "notes", "--index", place, *options, cwd=tmp_path)
    assert (done.code, done.out, place.exists()) == (2, "", False)
    assert done.err.count("\n") == 1
    return done.err.strip()


def test_wrong_addresses_are_one_line(tmp_path: Path) -> None:
    assert refusal(tmp_path, "--ray", "127.0.0.1:9") == (
        "docsearch: no Ray cluster answers at 127.0.0.1:9: [Errno 111] Connection refused; "
        "see docs/scale.md, or leave out --ray to ingest on this machine"
    )
    assert refusal(tmp_path, "--ray", "nonsense") == (
        "docsearch: nonsense is no address of a Ray cluster; "
        "write HOST:PORT or auto behind --ray, or put --ray behind the paths"
    )
    assert refusal(tmp_path, "--ray", "--watch") == (
        "docsearch: --watch and --ray do not go together; leave one of them out"
    )
    assert refusal(tmp_path, "--ray", "--reembed") == (
        "docsearch: a cluster does not embed documents anew; leave out --ray"
    )


def test_a_missing_package_is_named(index: Index, notes: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("search.cluster.connection.find_spec", lambda name: None)
    with pytest.raises(ClusterFailure) as caught:
        index.ingest([notes], ray="local")
    assert str(caught.value) == (
        "--ray needs the package ray, which is not installed; run: pip install 'docsearch[ray]'"
    )


class TestMachines:
    """What a machine answers before it takes part."""

    def question(self, **changed: Any) -> NodeQuestion:
        return replace(NodeQuestion(__version__, "starter", (), ""), **changed)

    def test_one_that_lacks_nothing(self, tmp_path: Path) -> None:
        question = self.question(roots=(str(tmp_path),), folder=str(tmp_path))
        assert question.trouble() == ""

    def test_another_version(self) -> None:
        assert self.question(version="9").trouble() == (
            f"{gethostname()} has docsearch {__version__}, this machine 9"
        )

    def test_files_that_only_the_asking_machine_has(self) -> None:
        assert self.question(roots=("/gone",)).trouble() == f"{gethostname()} cannot see /gone"

    def test_a_folder_that_is_not_shared(self) -> None:
        assert self.question(folder="/gone").trouble() == (f"{gethostname()} cannot write to /gone")

    def test_a_model_that_is_not_there(self) -> None:
        assert self.question(embedder="/gone").trouble() == (
            f"{gethostname()} lacks the model: /gone is not a model folder; "
            "name one with config.json and model.safetensors"
        )
