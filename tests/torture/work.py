"""One operation on an index, in a process of its own, which may be killed at any time.

    python -m tests.torture.work OPERATION INDEX FOLDER SEED [PATH ...]

It ends with 0 where the operation is done.
"""

from __future__ import annotations

import os
import random
import sys
import threading
from pathlib import Path

from search.supply.hub import Hub
from search.supply.pulling import pull as fetch

from .corpus import change, files_in
from .models import EMBEDDERS, opened, store_words_first
from .pulls import MODEL


def ingest(index: Path, folder: Path, chance: random.Random) -> None:
    with opened(index) as one:
        one.ingest([folder])


def forget(index: Path, folder: Path, chance: random.Random) -> None:
    """Forget a folder or some files."""
    there = files_in(folder)
    chosen = chance.sample(there, min(len(there), chance.randint(1, 5)))
    with opened(index) as one:
        known = {entry.file.path for entry in one.catalog.entries()}
        if chance.random() < 0.3:
            chosen = [path.parent for path in chosen[:1]]
        for path in chosen:
            if any(name == str(path) or name.startswith(f"{path}/") for name in known):
                one.forget(path)


def reembed(index: Path, folder: Path, chance: random.Random) -> None:
    """Give the index the other of the two models."""
    with opened(index) as one:
        models = one.opened.models
    assert models is not None
    (other,) = EMBEDDERS.keys() - {models.embedder}
    with opened(index, other) as one:
        one.ingest(reembed=True)


def maintain(index: Path, folder: Path, chance: random.Random) -> None:
    """Tidy the table up, as if much of it had changed."""
    with opened(index) as one:
        refresh = one._refresh()
        with refresh.writing() as catalog:
            store = refresh.opened.open_for_writing(catalog)
            store._deleted = store.count()
            store.maintain()


def watch(index: Path, folder: Path, chance: random.Random) -> None:
    """Keep up with a folder that changes some times."""
    stop, rounds = threading.Event(), chance.randint(1, 3)
    with opened(index) as one:
        for number, _ in enumerate(one.watch([folder], stop=stop)):
            if number == rounds:
                stop.set()
            elif number < rounds:
                change(folder, chance, 4)


def pull(models: Path, folder: Path, chance: random.Random) -> None:
    """Fetch the hub's model into the folder `models`; TORTURE_HUB is the hub's address."""
    fetch(MODEL, str(models), hub=Hub(os.environ["TORTURE_HUB"]))


OPERATIONS = {work.__name__: work for work in (ingest, forget, reembed, maintain, watch, pull)}

if __name__ == "__main__":
    name, index, folder, seed = sys.argv[1:5]
    chance = random.Random(seed)
    if chance.random() < 0.5:
        store_words_first()
    OPERATIONS[name](Path(index), Path(folder), chance)
