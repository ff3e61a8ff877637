"""Files are read in processes of their own.

A crash, a hang or a flood of memory costs that file only, and no process stays behind.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from search.documents import Block, Document, Reason
from search.errors import Unreadable
from search.readers.fitting import fitted
from search.readers.limits import MEMORY_EXIT, Limits
from search.readers.pool import ReaderPool
from search.readers.process import ReaderProcess

from .test_readers_pdf import pdf

HERE = Path(__file__).parent.parent
PAGE = b"<html><head><title>T</title></head><body><h1>Head</h1><p>Two words</p></body></html>"
DOCUMENT = Document(
    "/d/a.html",
    "html",
    "T",
    "Head\n\nTwo words",
    (Block(0, 4, "heading", 1, "Head"), Block(6, 15, "paragraph")),
)
ENDLESS = pdf(*[b"BT /F1 12 Tf " + b"(a) Tj 1 1 Td " * 400_000 + b"ET"] * 12)
"""A small file with millions of text operators, which take minutes to read."""


def refusal(process, data, path="/d/a.pdf"):
    with pytest.raises(Unreadable) as caught:
        process.read(data, path)
    return caught.value.reason, caught.value.message


@pytest.fixture
def process():
    process = ReaderProcess(Limits(seconds=1, seconds_per_mb=0, patience=100))
    yield process
    process.close()


def pid(process):
    return process._process.pid


def test_a_document_comes_back_as_the_reader_gave_it(process):
    assert process.read(PAGE, "/d/a.html") == DOCUMENT
    assert process.read(PAGE, "/d/caf\udce9\n.html").path == "/d/caf\udce9\n.html"
    assert process.read(pdf(["One"], [], ["Two"]), "/d/a.pdf").pages == (0, 3, 5)
    assert refusal(process, b"%PDF-1.4 nothing")[0] is Reason.CORRUPT
    assert not process.spent


def test_the_parents_memory_is_not_counted():
    parents_memory = bytes(200_000_000)
    process = ReaderProcess(Limits(memory=500_000_000))
    assert process.read(PAGE, "/d/a.html") == DOCUMENT
    assert (process.spent, len(parents_memory)) == (False, 200_000_000)
    process.close()


def test_a_crash_costs_one_file(process):
    os.kill(pid(process), signal.SIGSTOP)
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(refusal, process, PAGE, "/d/a.html")
        os.kill(pid(process), signal.SIGSEGV)
        os.kill(pid(process), signal.SIGCONT)
        assert answer.result() == (Reason.CRASHED, "the reader crashed over it (SIGSEGV)")
    assert process.spent


def test_a_file_that_uses_up_its_time_is_given_up(process):
    reason, message = refusal(process, ENDLESS)
    assert (reason, message) == (Reason.TIMEOUT, "reading it takes longer than 1 seconds")
    assert process.spent


def test_a_process_that_hangs_without_work_is_ended_from_outside():
    process = ReaderProcess(Limits(seconds=0.05, patience=5))
    os.kill(pid(process), signal.SIGSTOP)
    assert refusal(process, PAGE, "/d/a.html") == (
        Reason.TIMEOUT,
        "reading it takes longer than 0 seconds",
    )
    process.close()


def test_memory_has_a_limit():
    process = ReaderProcess(Limits(memory=200_000_000))
    page = b"<html><body>" + b"<p><b><i><u>x" * 4_000_000
    assert refusal(process, page, "/d/a.html") == (
        Reason.LIMIT,
        "reading it takes more than 200 MB of memory",
    )
    assert process.spent
    process.close()


def test_memory_is_watched_where_the_system_enforces_no_limit():
    code = "from search.readers.worker import watch_memory\nimport threading\n"
    code += (
        "threading.Thread(target=watch_memory, args=(150_000_000, 0.001)).start()\n"
        "kept = []\n"
        "while True: kept.append(bytes(1_000_000))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=HERE).returncode == MEMORY_EXIT


def test_a_document_is_cut_to_a_number_of_characters():
    with ReaderPool(Limits(characters=9)) as pool:
        assert pool.read(PAGE, "/d/a.html") == Document(
            "/d/a.html",
            "html",
            "T",
            "Head\n\nTwo",
            (Block(0, 4, "heading", 1, "Head"), Block(6, 9, "paragraph")),
            warnings=("only the first 9 of its 15 characters are read",),
        )
    assert fitted(Document("/d/a", "text", "", "a\ud800b", ()), 10).text == "a\ufffdb"


def test_the_pool_reads_small_files_of_safe_formats_itself_and_others_in_several_processes():
    with ReaderPool() as pool:
        assert pool.read(b"# Words", "/d/a.md").kind == "markdown"
        assert not pool._idle
        long = pool.read(b"# Words\n" + b"More of them.\n" * 20_000, "/d/long.md")
        assert (long.title, len(long.text)) == ("Words", 280_008)
        assert len(pool._idle) == 1
        with ThreadPoolExecutor(3) as threads:
            read = list(threads.map(lambda number: pool.read(PAGE, f"/d/{number}.html"), range(30)))
        assert [document.path for document in read] == [f"/d/{number}.html" for number in range(30)]
        assert 1 <= len(pool._idle) <= 3
        workers = [pid(process) for process in pool._idle]
    for worker in workers:
        with pytest.raises(ProcessLookupError):
            os.kill(worker, 0)


def test_the_pool_replaces_a_process_that_is_spent():
    with ReaderPool(Limits(seconds=1, seconds_per_mb=0, patience=100)) as pool:
        pool.read(PAGE, "/d/a.html")
        first = pid(pool._idle[0])
        assert refusal(pool, ENDLESS)[0] is Reason.TIMEOUT
        assert pool.read(PAGE, "/d/a.html") == DOCUMENT
        assert pid(pool._idle[0]) != first


def test_closing_the_pool_gives_up_the_file_that_is_being_read():
    pool = ReaderPool()
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(refusal, pool, ENDLESS)
        while not pool._busy:
            threading.Event().wait(0.01)
        pool.close()
        assert answer.result()[0] is Reason.LIMIT


@pytest.mark.parametrize("data", ["PAGE", "ENDLESS"])
def test_workers_end_when_their_parent_is_killed(data):
    code = f"""
import threading
from search.readers.limits import Limits
from search.readers.process import ReaderProcess
from tests.test_reader_pool import ENDLESS, PAGE
process = ReaderProcess(Limits())
process.read(PAGE, "/d/a.html")
print(process._process.pid, flush=True)
process.read({data}, "/d/a.pdf") if {data!r} == "ENDLESS" else threading.Event().wait()
"""
    parent = subprocess.Popen(
        [sys.executable, "-c", code], cwd=HERE, stdout=subprocess.PIPE, text=True
    )
    worker = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 30
    while alive(worker):
        assert time.monotonic() < deadline, "the worker outlived its parent"
        threading.Event().wait(0.02)


def alive(worker):
    try:
        os.kill(worker, 0)
        # A zombie has ended, but nobody has waited for it: it is not alive.
        status = Path(f"/proc/{worker}/stat")
        return not (status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z")
    except (ProcessLookupError, FileNotFoundError):
        return False


def test_a_worker_refuses_the_network_other_programs_and_writing(tmp_path):
    code = f"""
import sys
from search.readers.worker import refuse
sys.addaudithook(refuse)
import os, socket, subprocess, tempfile
for attempt in (
    lambda: socket.socket(),
    lambda: subprocess.run(["true"]),
    lambda: os.system("true"),
    lambda: open({str(tmp_path / "a")!r}, "w"),
    lambda: os.open({str(tmp_path / "b")!r}, os.O_CREAT),
    lambda: tempfile.mkdtemp(dir={str(tmp_path)!r}),
    lambda: os.fork(),
    lambda: os.remove({str(tmp_path)!r}),
):
    try:
        attempt()
    except PermissionError as error:
        print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=HERE, capture_output=True, text=True, check=True
    )
    assert [line.rpartition(": ")[2] for line in done.stdout.splitlines()] == [
        "socket.__new__",
        "subprocess.Popen",
        "os.system",
        "open",
        "open",
        "tempfile.mkdtemp",
        "os.fork",
        "os.remove",
    ]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="the switch is one of glibc")
def test_all_threads_allocate_from_one_heap_after_the_switch():
    code = """
import ctypes, threading
from search.process_memory import share_one_heap
assert share_one_heap()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_size_t

def heap():
    # The mapping in which a new piece lies, by its name, or by its place where it has none.
    piece = libc.malloc(100)
    for line in open("/proc/self/maps"):
        place, *_, name = line.split(" ")
        start, end = (int(bound, 16) for bound in place.split("-"))
        if start <= piece < end:
            return name.strip() or start

places = set()
threads = [threading.Thread(target=lambda: places.add(heap())) for _ in range(8)]
[thread.start() for thread in threads], [thread.join() for thread in threads]
print(len(places | {heap()}))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"


@pytest.mark.skipif(sys.platform != "linux", reason="heaps are told apart as glibc places them")
def test_a_whole_ingest_keeps_to_a_few_heaps(notes: Path, tmp_path: Path):
    code = """
import re, sys
from search.index import Index

# glibc gives a thread a heap at a multiple of 64 MiB, and the first one elsewhere.
HEAP = re.compile(r"([0-9a-f]+)000000-[0-9a-f]+ rw-p 00000000 00:00 0 *$", re.MULTILINE)

with Index.open(sys.argv[1], backend="cpu") as index:
    report = index.ingest([sys.argv[2]])
heaps = [place for place in HEAP.findall(open("/proc/self/maps").read()) if int(place, 16) % 4 == 0]
print(report.added, len(heaps))
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "index"), str(notes)],
        capture_output=True,
        text=True,
        check=True,
    )
    added, heaps = map(int, done.stdout.split())
    assert added == 4
    assert heaps <= 4
