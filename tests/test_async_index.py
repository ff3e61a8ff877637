"""The index for asynchronous programs."""

import asyncio
import threading
from pathlib import Path

import pytest

from search import AsyncIndex, Filter, Index
from search.errors import UsageError


async def test_it_answers_as_the_index_does(index: Index, notes: Path) -> None:
    index.ingest([notes])
    async with AsyncIndex(index) as awaited:
        result = await awaited.query("why are my radiators cold", limit=2)
        assert result.hits == index.query("why are my radiators cold", limit=2).hits
        path = notes / "sea.rst"
        assert await awaited.document(path) == index.document(path)
        assert await awaited.part(path, lines=(1, 2)) == index.part(path, lines=(1, 2))
        assert await awaited.passage(result.hits[0].id) == index.passage(result.hits[0].id)
        assert await awaited.status() == index.status()
        assert await awaited.check(path) == index.check(path)
        where = Filter(types=("md",))
        found = await awaited.documents(where=where, limit=1)
        assert found == index.documents(where=where, limit=1)
        assert (found.total, len(found.documents)) == (2, 1)
        with pytest.raises(UsageError, match="the query says only what to leave out"):
            await awaited.query("-rent")


async def test_tasks_ask_at_once(index: Index, notes: Path) -> None:
    index.ingest([notes])
    awaited = AsyncIndex(index)
    words = ("boiler", "rent", "dough", "tide")
    results = await asyncio.gather(*(awaited.query(word, limit=1) for word in words))
    assert [Path(result.hits[0].path).name for result in results] == [
        "boiler.md",
        "lease.txt",
        "bread.md",
        "sea.rst",
    ]


async def test_a_cancelled_query_ends_at_its_next_stage(index: Index, notes: Path) -> None:
    index.ingest([notes])
    begun, go_on = threading.Event(), threading.Event()
    stages = []

    def wait() -> None:
        stages.append("stage")
        begun.set()
        go_on.wait(30)

    task = asyncio.create_task(AsyncIndex(index).query("tide", on_step=wait))
    await asyncio.to_thread(begun.wait, 30)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go_on.set()
    # The thread of the query ends, and no further stage has begun.
    await asyncio.get_running_loop().shutdown_default_executor()
    assert stages == ["stage"]
