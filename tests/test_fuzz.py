"""Damaged files of every format give a document or are unreadable, whatever was done to their bytes."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from search import readers
from search.documents import Document, Reason
from search.errors import Unreadable
from search.limits import Limits
from search.reader_pool import ReaderPool

from .hard_files import hard_files, locked
from .test_readers_pdf import pdf

SEEDS = {
    "a.md": b"---\ntitle: Boiler\n---\n# Boiler\n\nText, `code`, [link](x).\n\n- one\n- two\n\n```\nls\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
    "a.txt": "Prüfung: naïve café, 東京 и Москва.\r\n\r\nSecond paragraph.\n".encode(),
    "wide.txt": "Notes on canoes, wide and plain.\n\nSecond.\n".encode("utf-16"),
    "a.rst": b"Title\n=====\n\nText::\n\n    literal\n\n.. code:: python\n\n    x = 1\n\n- item\n",
    "a.py": b'"""Doc."""\n\nclass A:\n    def f(self):\n        return 1\n\n\ndef g(x):\n    return x\n',
    "a.html": b"<html><head><title>T</title></head><body><h1>H</h1><p>a<b>b</b></p><table><tr><td>1<td>2</table><pre>x\ny</pre></body></html>",
    "a.pdf": pdf(["Annual report", "of roast-", "ing coffee"], ["Second page"], title="Coffee"),
    "locked.pdf": locked("", "AES-128"),
}
"""A small valid file of each format."""

LIMITS = Limits(seconds=20, memory=1 << 30)


def mutants(data: bytes, chance: random.Random, others: list[bytes]) -> Iterator[bytes]:
    """Damaged versions of a file, endlessly: bits turned, parts lost, doubled, zeroed, or taken from other files."""
    while True:
        mutant = bytearray(data)
        for _ in range(chance.choice((1, 1, 2, 4, 16))):
            start = chance.randrange(len(mutant) + 1)
            end = min(start + chance.choice((1, 4, 32, 256)), len(mutant))
            what = chance.randrange(6)
            if what == 0 and start < len(mutant):
                mutant[start] ^= 1 << chance.randrange(8)
            elif what == 1:
                del mutant[start:end]
            elif what == 2:
                mutant[start:start] = mutant[start:end] * chance.choice((1, 2, 50))
            elif what == 3:
                mutant[start:end] = bytes(end - start)
            elif what == 4:
                other = chance.choice(others)
                place = chance.randrange(len(other) + 1)
                mutant[start:end] = other[place : place + 64]
            elif chance.random() < 0.3:
                del mutant[start:]
        yield bytes(mutant)


def check(document: Document, data: bytes) -> None:
    """What holds for every document: blocks and pages in order and within the text, which can be stored."""
    document.text.encode()
    document.title.encode()
    end = 0
    for block in document.blocks:
        assert end <= block.start <= block.end <= len(document.text), (block, data)
        assert block.kind in ("heading", "paragraph", "list", "table", "code")
        assert (block.kind == "heading") == (1 <= block.level <= 6)
        end = block.end
    assert list(document.pages) == sorted(document.pages)
    assert all(page <= len(document.text) for page in document.pages)


def fuzz(name: str, seed: int, rounds: int) -> None:
    """Read damaged versions in a worker, whose death would be a failure."""
    damaged = mutants(SEEDS[name], random.Random(f"{name} {seed}"), list(SEEDS.values()))
    with ReaderPool(LIMITS) as pool:
        for _ in range(rounds):
            data = next(damaged)
            try:
                check(pool.read(data, f"/d/{name}"), data)
            except Unreadable as error:
                assert error.reason not in (Reason.CRASHED, Reason.TIMEOUT, Reason.LIMIT, Reason.UNREADABLE), (
                    error,
                    data,
                )
                assert error.message


def test_every_reader_has_a_seed() -> None:
    assert set(readers.READERS.values()) <= {readers.READERS["." + name.partition(".")[2]] for name in SEEDS}


@pytest.mark.parametrize("name", SEEDS)
def test_damaged_files(name: str) -> None:
    fuzz(name, 0, 60)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 9))
@pytest.mark.parametrize("name", SEEDS)
def test_many_damaged_files(name: str, seed: int) -> None:
    fuzz(name, seed, 1_500)


@pytest.mark.parametrize(
    "file", [file for file in hard_files() if len(file.data) < 5_000], ids=lambda file: ascii(file.path)[1:50]
)
def test_hard_files_cut_short(file) -> None:  # type: ignore[no-untyped-def]
    chance = random.Random(ascii(file.path))
    for _ in range(3):
        data = file.data[: chance.randrange(len(file.data) + 1)]
        try:
            check(readers.read(data, f"/d/{file.path.rpartition('/')[2]}"), data)
        except Unreadable as error:
            assert error.message
