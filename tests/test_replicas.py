"""Replicas of the service over one index in a store, while documents are ingested into it."""

from __future__ import annotations

import random
import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from search.object_store.client import ObjectStore
from search.storage.remote.lease import LEASE, Turn, turn_in
from search.storage.remote.snapshots import POINTER

from .commands import COMMAND
from .replica import Replica, replica
from .s3_server import put_files
from .web_server import until

FIRST = 12
"""How many documents the first version has; each later one adds one, and changes all."""
EDITION = re.compile(r"edition (\d+)")
LONGEST_LAG = 15.0
"""Seconds after which a replica must have moved, on a machine whose cores are shared."""


@dataclass
class Reader:
    """Asks a replica one question after another; `seen` has when each edition was first seen."""

    replica: Replica
    seen: dict[int, float] = field(default_factory=dict)
    answers: int = 0
    faults: list[str] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)

    def read(self) -> None:
        newest = 0
        while not self.is_over.is_set():
            for params in (
                {"mode": "text", "min_score": "0", "limit": "100", "candidates": "200"},
                {"limit": "3", "candidates": "5"},
            ):
                try:
                    answer = self.replica.client.get(
                        "/search", params={"q": "edition of the ledger"} | params
                    )
                except httpx2.HTTPError as error:
                    if not self.is_over.is_set():
                        self.faults.append(repr(error))
                    return
                newest = self._note(answer.status_code, answer.json(), newest, "mode" in params)

    def _note(self, status: int, answer: dict[str, Any], newest: int, is_whole: bool) -> int:
        self.answers += 1
        editions = [int(EDITION.findall(hit["text"])[0]) for hit in answer.get("hits", ())]
        if status != 200 or len(set(editions)) != 1:
            self.faults.append(f"{status}: editions {editions} of {answer.get('error')}")
            return newest
        edition = editions[0]
        if edition < newest:
            self.faults.append(f"edition {edition} after {newest}")
        if is_whole and len(editions) != FIRST + edition:
            self.faults.append(f"{len(editions)} documents of edition {edition}")
        self.seen.setdefault(edition, time.monotonic())
        return edition


@contextmanager
def reading(replica: Replica) -> Iterator[Reader]:
    reader = Reader(replica)
    thread = threading.Thread(target=reader.read)
    thread.start()
    try:
        yield reader
    finally:
        reader.is_over.set()
        thread.join(60)


def write_edition(folder: Path, number: int) -> None:
    """Change all documents, and add one."""
    chance = random.Random(number)
    folder.mkdir(exist_ok=True)
    for part in range(FIRST + number):
        words = " ".join(chance.choices([f"w{word}" for word in range(3000)], k=60))
        (folder / f"{part:02}.md").write_text(
            f"# Part {part}\n\nThe edition {number} of the ledger: {words}\n"
        )


def ingest(url: str, index: str, cwd: Path) -> float:
    """Ingest, and return the time at which the new version was in the store."""
    store = ObjectStore(index)
    before, changed = store.head(POINTER), 0.0
    with subprocess.Popen(
        [COMMAND, "ingest", url, "--index", index], cwd=cwd, stderr=subprocess.PIPE
    ) as writer:
        while writer.poll() is None:
            if not changed and store.head(POINTER) != before:
                changed = time.monotonic()
            time.sleep(0.02)
        assert writer.stderr is not None
        assert writer.returncode == 0, writer.stderr.read()
    return changed


def killed_ingest(url: str, index: str, cwd: Path) -> None:
    """Begin to ingest, and kill the process while it has the lease."""
    store = ObjectStore(index)
    with subprocess.Popen(
        [COMMAND, "ingest", url, "--index", index], cwd=cwd, stderr=subprocess.DEVNULL
    ) as writer:
        until(lambda: (found := store.read(LEASE)) and is_held(found[0]))
        time.sleep(0.3)
        assert writer.poll() is None
        writer.send_signal(signal.SIGKILL)
    found = store.read(LEASE)
    assert found is not None
    # The lease runs out by itself after a minute and a quarter.
    assert store.replace(LEASE, Turn("process 1 on desk", "dead", 1.0).as_bytes(), found[1])


def is_held(lease: bytes) -> bool:
    return turn_in(lease).until > time.time()


def test_all_replicas_answer_from_one_version_while_documents_come(
    store_url: str, tmp_path: Path
) -> None:
    docs, index = f"{store_url}/docs", f"{store_url}/index"
    published: dict[int, float] = {}

    def publish(number: int) -> None:
        write_edition(tmp_path / "docs", number)
        put_files(tmp_path / "docs", docs)
        published[number] = ingest(docs, index, tmp_path)

    publish(0)
    with ExitStack() as stack:
        replicas = [stack.enter_context(replica(index, tmp_path / name)) for name in ("a", "b")]
        for each in replicas:
            until(lambda each=each: each.is_ready)
        readers = [stack.enter_context(reading(each)) for each in replicas]
        write_edition(tmp_path / "docs", 1)
        put_files(tmp_path / "docs", docs)
        killed_ingest(docs, index, tmp_path)
        with replica(index, tmp_path / "c") as third:
            until(lambda: third.is_ready)
            with reading(third) as reader:
                until(lambda: reader.answers > 3)
            assert (set(reader.seen), reader.faults) == ({0}, [])
            third.process.kill()
        publish(1)
        with replica(index, tmp_path / "c") as third:
            until(lambda: third.is_ready)
            with reading(third) as reader:
                until(lambda: reader.answers > 3)
            assert (set(reader.seen), reader.faults) == ({1}, [])
        publish(2)
        for each in readers:
            until(lambda each=each: 2 in each.seen)
    assert [each.faults for each in readers] == [[], []]
    assert [set(each.seen) for each in readers] == [{0, 1, 2}] * 2
    lags = [each.seen[number] - published[number] for each in readers for number in (1, 2)]
    print(f"lags {[round(lag, 2) for lag in lags]}, answers {[each.answers for each in readers]}")
    assert max(lags) < LONGEST_LAG
