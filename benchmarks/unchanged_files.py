"""The processor time of a run over files that did not change."""

from __future__ import annotations

import resource
import subprocess
import time
from pathlib import Path

from search.documents import File
from search.ingest.walker import WalkRules, walk
from search.paths import mount_of
from search.storage.catalog import Catalog
from search.storage.entries import Entry, EntryState, Root, doc_id

from .measure import COMMAND, Row

PER_FOLDER = 50
ROUNDS = 3


def unchanged(folder: Path, count: int) -> list[Row]:
    """The figure of `docsearch ingest` over so many small files, the best of some rounds.

    The files are real; that they were read is put into the catalogue directly.
    """
    files, index = folder / "files", folder / "index"
    for number in range(count):
        place = files / f"part-{number // 1000:03}" / f"folder-{number // PER_FOLDER % 20:02}"
        if number % PER_FOLDER == 0:
            place.mkdir(parents=True)
        (place / f"note-{number:06}.md").write_text(f"# Note {number}\n\nIts text.\n")
    with Catalog.open(index, create=True) as catalog:
        read_ns = time.time_ns() + 10**9
        root = Root(str(files), mount=mount_of(str(files)), ingested_ns=read_ns)
        catalog.put_root(root)
        catalog.put(
            Entry(
                found,
                doc_id(found.path),
                f"{number:064x}",
                kind="markdown",
                title="Note",
                passages=1,
                tokens=9,
                state=EntryState.COMPLETE,
                ingested_ns=read_ns,
                version=1,
            )
            for number, found in enumerate(walk(str(files), WalkRules()))
            if isinstance(found, File)
        )
    best = min(_cpu_seconds("--quiet", "--index", str(index), "ingest") for _ in range(ROUNDS))
    target = "at most 2.5 s" if count == 100_000 else ""
    return [Row(f"ingest of {count:,} unchanged files", best, "s CPU", target)]


def _cpu_seconds(*arguments: str) -> float:
    """The processor time of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([COMMAND, *arguments], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
