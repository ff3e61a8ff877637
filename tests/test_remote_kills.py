"""A writer of a remote index that is killed: nothing is lost, and nothing is there twice."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from search.errors import IndexLocked
from search.index import Index
from search.object_store.client import ObjectStore
from search.storage.remote.lease import LEASE, Turn, holder_of
from search.text.passages import PassageRules

from .commands import COMMAND, docsearch
from .toys import ToyEmbedder

HERE = Path(__file__).parent.parent
KILLS = 3
WRITER = """
import sys
from search.index import Index
from search.storage.remote import home
from search.text.passages import PassageRules
from tests.toys import ToyEmbedder

# Snapshots come at many moments of a run.
home.PUBLISHED_EACH, home.PUBLISHING_SHARE = 0.2, 0
with Index(sys.argv[1], None, lambda name: ToyEmbedder(), PassageRules()) as index:
    index.ingest([sys.argv[2]], on_progress=lambda progress: print("on", flush=True))
print("done", flush=True)
"""


def test_kills(store_url: str, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    chance = random.Random(7)
    for number in range(60):
        words = " ".join(chance.choices([f"w{word}" for word in range(3000)], k=900))
        (folder / f"{number:02}.md").write_text(f"# Part {number}\n\n{words}\n")
    store, ended_alone = ObjectStore(store_url), 0
    for _ in range(KILLS):
        command = [sys.executable, "-c", WRITER, store_url, str(folder)]
        with subprocess.Popen(command, cwd=HERE, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(chance.uniform(0.0, 1.0))
            ended_alone += writer.poll() is not None
            writer.send_signal(signal.SIGKILL)
        # Until the lease has run out, nobody else may write.
        found = store.read(LEASE)
        assert found is not None
        if not ended_alone:
            with opened(store_url) as second:
                try:
                    second.ingest([folder])
                    raise AssertionError("the lease was not kept")
                except IndexLocked:
                    pass
        store.replace(LEASE, Turn("process 1 on desk", "dead", 1.0).as_bytes(), found[1])
    with opened(store_url) as writer:
        report = writer.ingest([folder])
    assert report.failed == ()
    with opened(store_url) as reader:
        entries = list(reader.catalog.entries())
        assert {entry.file.path for entry in entries} == {str(path) for path in folder.iterdir()}
        assert {entry.state for entry in entries} == {"complete"}
        assert reader.store.scan() == {entry.doc: entry.passages for entry in entries}
        ids = reader.store._reader.rows(["id"])["id"].to_pylist()
        assert len(ids) == len(set(ids)) == sum(entry.passages for entry in entries)
    assert ended_alone < KILLS


def test_a_run_that_is_terminated_publishes_and_gives_the_lease_back(
    store_url: str, tmp_path: Path
) -> None:
    folder, store = tmp_path / "many", ObjectStore(store_url)
    folder.mkdir()
    for number in range(150):
        text = f"The harbour wall of town {number} keeps out the sea. " * 60
        (folder / f"{number:03}.md").write_text(f"# Note {number}\n\n{text}\n")
    command = [COMMAND, "ingest", folder, "--index", store_url]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as process:
        # The words of all documents come first, in several commits, and then the vectors.
        while process.poll() is None and len(list(store.objects("passages.lance/data"))) < 2:
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors.splitlines()[-1]) == (
        143,
        "docsearch: interrupted; what was stored is kept, run the command again to go on",
    )
    assert holder_of(store) is None
    state = json.loads(docsearch("status", "--json", "--index", store_url, cwd=tmp_path).out)
    assert 0 < state["documents"] <= 150
    assert docsearch("query", "harbour", "-l", "--index", store_url, cwd=tmp_path).code == 0
    assert docsearch("ingest", "--index", store_url, cwd=tmp_path).code == 0
    with Index.open(store_url) as reader:
        entries = list(reader.catalog.entries())
        assert {entry.state for entry in entries} == {"complete"}
        assert reader.store.scan() == {entry.doc: entry.passages for entry in entries}
        assert len(entries) == 150


def opened(url: str) -> Index:
    return Index(url, None, lambda _: ToyEmbedder(), PassageRules())
