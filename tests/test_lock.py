"""The writer lock excludes other threads and other processes."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from search.errors import IndexFailure, IndexLocked
from search.storage.lock import LOCK, WriterLock

HERE = Path(__file__).parent.parent
HOLD = (
    "import sys\nfrom search.storage.lock import WriterLock\n"
    "with WriterLock(sys.argv[1]):\n    print('held', flush=True)\n    sys.stdin.read()\n"
)


@pytest.fixture
def holder(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=HERE,
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.stdin.close()
    process.wait()
    process.stdout.close()


def test_the_lock_can_be_taken_again(tmp_path):
    lock = WriterLock(tmp_path)
    for _ in range(2):
        with lock:
            assert (tmp_path / LOCK).read_text() == f"{os.getpid()}\n"
    with WriterLock(str(tmp_path)):
        pass


def test_the_error_names_the_process_that_has_the_lock(tmp_path, holder):
    with pytest.raises(IndexLocked) as failure, WriterLock(tmp_path):
        pass
    assert (
        failure.value.message
        == f"another docsearch (process {holder.pid}) is writing to this index"
    )
    assert failure.value.hint == "wait until it has finished, then run the command again"


def test_the_lock_is_free_after_its_holder_ends(tmp_path, holder):
    holder.stdin.close()
    holder.wait()
    with WriterLock(tmp_path):
        pass


def test_the_lock_is_free_after_its_holder_was_killed(tmp_path, holder):
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    with WriterLock(tmp_path):
        assert (tmp_path / LOCK).read_text() == f"{os.getpid()}\n"


def test_two_threads_exclude_each_other(tmp_path):
    caught = []

    def enter():
        try:
            with WriterLock(tmp_path):
                caught.append("entered")
        except IndexLocked as error:
            caught.append(error.message)

    with WriterLock(tmp_path):
        thread = threading.Thread(target=enter)
        thread.start()
        thread.join()
    enter()
    assert caught == [
        f"another docsearch (process {os.getpid()}) is writing to this index",
        "entered",
    ]


def test_an_error_inside_frees_the_lock(tmp_path):
    with pytest.raises(ZeroDivisionError), WriterLock(tmp_path):
        1 / 0  # noqa: B018
    with WriterLock(tmp_path):
        pass


def test_a_child_process_does_not_keep_the_lock(tmp_path):
    with WriterLock(tmp_path):
        child = subprocess.Popen(
            [sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE
        )
    with WriterLock(tmp_path):
        pass
    child.communicate()


def test_a_missing_folder_cannot_be_locked(tmp_path):
    with pytest.raises(IndexFailure) as failure, WriterLock(tmp_path / "none"):
        pass
    assert type(failure.value) is IndexFailure
    assert failure.value.hint
