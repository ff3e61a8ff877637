"""Ctrl-C ends a run while a file is read, whatever the file holds."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from math import inf
from pathlib import Path

import pytest

from .commands import COMMAND

MB = 1_000_000
HOSTILE = {
    "comments.md": "<!-- \n" * (3 * MB // 6),
    "tags.html": "<b>" * MB,
    "braces.rtf": "{\\rtf1 " + "{" * (3 * MB),
}

SECONDS = 10
"""Far more than an end takes, for machines that are busy."""


def children(process: int) -> list[int]:
    """The processes that a process has started, by Linux' table of processes."""
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(process)], capture_output=True, text=True
    )
    return [int(number) for number in listed.stdout.split()]


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="reads Linux' table of processes")
@pytest.mark.parametrize("name", HOSTILE)
def test_ctrl_c_ends_a_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / name).write_text(HOSTILE[name])
    run = subprocess.Popen(
        [COMMAND, "--index", "index", "ingest", "docs"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    # The run starts a process that reads. Wait until that process is at work on the file.
    began = time.monotonic()
    while run.poll() is None and not children(run.pid) and time.monotonic() < began + 60:
        time.sleep(0.02)
    workers = children(run.pid)
    while run.poll() is None and sum(map(worked, workers)) < 0.5 and time.monotonic() < began + 60:
        time.sleep(0.02)
    assert run.poll() is None, "the run has ended before it was interrupted"
    assert workers
    run.send_signal(signal.SIGINT)
    timer = threading.Timer(SECONDS, run.kill)
    timer.start()
    errors = run.communicate()[1]
    timer.cancel()
    assert run.returncode == 130
    assert errors.splitlines()[-1] == (
        "docsearch: interrupted; what was stored is kept, run the command again to go on"
    )
    assert "Traceback" not in errors
    # Nothing reads on.
    assert [worker for worker in workers if is_running(worker)] == []


def worked(process: int) -> float:
    """The CPU seconds that a process has taken; starting takes less than half a second.

    Infinite for a process that has ended.
    """
    try:
        numbers = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return inf
    return (int(numbers[11]) + int(numbers[12])) / os.sysconf("SC_CLK_TCK")


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
