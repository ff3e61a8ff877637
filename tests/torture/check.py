"""Checks an index after a kill, and lets it repair itself.

    python -m tests.torture.check INDEX FOLDER POWER_CUT < ACKNOWLEDGED

`ACKNOWLEDGED` is JSON: the paths and texts that a finished run had reported, and that no later run
had to touch. What is wrong is printed, one sentence a line.
"""

from __future__ import annotations

import json
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from search import readers
from search.documents import Passage
from search.errors import DocsearchError
from search.health.examination import examine
from search.index import Index
from search.paths import anchored
from search.results import CheckState
from search.storage.entries import EntryState, doc_id
from search.storage.index_models import change_of
from search.text.passages import PassageRules, embedded_text, split

from ..toys import ToyTokenizer, as_stored
from .corpus import files_in, word_of
from .models import EMBEDDERS, TortureModels, opened


def before_repair(index: Path, texts: dict[str, str]) -> Iterator[str]:
    """What a reader misses of the documents that were acknowledged and not touched since."""
    with opened(index) as one:
        yield from _documents(one, texts)
        yield from _words(one, texts, exact=False)


def repair(index: Path, folder: Path) -> Iterator[str]:
    """Run the next ingest, and find out whether it leaves anything to do."""
    with opened(index) as one:
        one.ingest([folder])
        # What was forgotten comes back when it is named.
        for path in (folder, *folder.iterdir(), *files_in(folder)):
            roots = one.catalog.roots()
            if any(anchored(str(path), root.path) in root.forgotten for root in roots):
                one.ingest([path])
        if change_of(one.catalog):
            one.ingest(reembed=True)
        again = one.ingest([folder])
        done = (again.added, again.changed, again.copied, again.removed, again.failed)
        if done != (0, 0, 0, 0, ()):
            yield f"the run after the repair still had to do: {again}"


def after_repair(index: Path, folder: Path) -> Iterator[str]:
    """What is wrong with an index that should hold the folder as it is."""
    texts = {str(path): path.read_text() for path in files_in(folder)}
    texts = {path: text for path, text in texts.items() if text}
    with opened(index) as one:
        yield from _documents(one, texts)
        yield from _words(one, texts, exact=True)
        stored = one.store.counts() if texts else {}
        entries = {entry.doc: entry.passages for entry in one.catalog.entries() if entry.passages}
        if stored != entries:
            differing = set(stored.items()) ^ set(entries.items())
            yield f"the table and the catalogue differ: {differing}"
        status = one.status()
        waiting = status.pending + status.without_vectors
        counts = (status.documents, status.passages, waiting)
        if counts != (len(texts), sum(stored.values()), 0):
            yield f"status counts {counts}, and there are {len(texts)} documents"
        if status.health != "ok":
            yield f"health: {status.health}"
        for check in examine(one.opened, "cpu", TortureModels()):
            if check.state is not CheckState.OK:
                yield f"doctor: {check.area} {check.name}: {check.message}; {check.advice}"
    for path in (index, *index.rglob("*")):
        # A folder that a killed run left empty tells nothing.
        is_empty = path.is_dir() and not any(path.iterdir())
        if not is_empty and stat.S_IMODE(path.lstat().st_mode) & 0o077:
            yield f"others may use {path}"


def _documents(one: Index, texts: dict[str, str]) -> Iterator[str]:
    models = one.opened.models
    if not texts or models is None:
        yield from (f"{path} is lost: the index has no model" for path in texts)
        return
    embedder = EMBEDDERS[models.embedder]()
    for path, text in texts.items():
        entry = one.catalog.entry(path)
        if entry is None or entry.state is not EntryState.COMPLETE:
            yield f"{path} is lost from the catalogue: {entry and entry.state}"
            continue
        rows = list(one.store.rows(doc_id(path)))
        expected = _passages(path, text)
        if [row.passage for row in rows] != expected:
            yield f"{path} has {len(rows)} passages, not the right {len(expected)}"
        elif any(row.vector is None for row in rows):
            yield f"{path} is complete and lacks vectors"
        elif rows:
            texts = [embedded_text(passage) for passage in expected]
            right = as_stored(embedder.embed_passages(texts))
            if not np.array_equal(right, np.stack([row.vector for row in rows])):
                yield f"{path} has wrong vectors"


def _passages(path: str, text: str) -> list[Passage]:
    return list(split(readers.read(text.encode(), path), ToyTokenizer(), PassageRules()))


def _words(one: Index, texts: dict[str, str], exact: bool) -> Iterator[str]:
    """Whether each document is found by its own word, and by the beginning of that word."""
    paths_by_word: dict[str, set[str]] = {}
    for path, text in texts.items():
        paths_by_word.setdefault(word_of(text), set()).add(path)
    for number, (word, paths) in enumerate(paths_by_word.items()):
        asked = f"{word[:-1]}*" if number % 8 == 0 and exact else word
        result = one.query(asked, mode="text", limit=100, per_file=1)
        found = {name for hit in result.hits for name in (hit.path, *hit.copies)}
        if result.warnings and exact:
            yield f"the query {asked} warned: {result.warnings}"
        if missing := paths - found:
            yield f"the query {asked} does not find {missing}"
        if exact and (others := found - paths):
            yield f"the query {asked} also finds {others}"


def main(index: Path, folder: Path, power_cut: bool) -> None:
    acknowledged = json.load(sys.stdin)
    if acknowledged and not power_cut:
        for fault in before_repair(index, acknowledged):
            print(f"before the repair: {fault}")
    try:
        for fault in (*repair(index, folder), *after_repair(index, folder)):
            print(fault)
    except DocsearchError as error:
        print(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] == "1")
