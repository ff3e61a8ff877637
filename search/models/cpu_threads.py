"""How models use a machine's cores: one thread a core, each with its own batch.

Within a batch, BLAS and onnxruntime run on a single thread. Two threads inside BLAS lose nearly all
speed as soon as another process wants a core, and they go on spinning after a small product.
Independent batches do neither.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

CGROUP = Path("/proc/self/cgroup")
CGROUPS = Path("/sys/fs/cgroup")

Item = TypeVar("Item")


def cores() -> int:
    """How many cores this process may use.

    The affinity of the process and the quota of its container tell, and OMP_NUM_THREADS, by which
    programs that share a machine out, such as Ray, limit their processes.
    """
    asked = os.environ.get("OMP_NUM_THREADS", "")
    most = int(asked) if asked.isascii() and asked.isdigit() and int(asked) else sys.maxsize
    if hasattr(os, "sched_getaffinity"):
        return min(len(os.sched_getaffinity(0)), quota(CGROUP, CGROUPS) or sys.maxsize, most)
    return min(os.cpu_count() or 1, most)


@cache
def quota(cgroup: Path, cgroups: Path) -> int | None:
    """The least number of cores that a control group around the process allows; None for no limit.

    A part of a core counts as a whole one. `cgroup` names the process's own group, and `cgroups` is
    the folder of all groups (https://docs.kernel.org/admin-guide/cgroup-v2.html, `cpu.max`).
    """
    try:
        named = [line.removeprefix("0::/") for line in cgroup.read_text().splitlines()]
    except OSError:
        return None  # The system has no control groups.
    limits = []
    for group in [cgroups / name for name in named if ":" not in name]:
        for folder in (group, *group.parents):
            file = folder / "cpu.max"
            if folder.is_relative_to(cgroups) and file.is_file():
                most, period = file.read_text().split()
                if most != "max":
                    limits.append(-(-int(most) // int(period)))
    return min(limits, default=None)


def each(work: Callable[[Item], None], items: Sequence[Item]) -> None:
    """Does `work` on each item, in their order, on one thread a core.

    A single item is done in the caller's thread. Each call has threads of its own, which end with
    it: a query or a reranking shares the cores with an ingest, and does not wait for its batches.
    """
    if len(items) < 2:
        for item in items:
            work(item)
        return
    count = min(cores(), len(items))
    with ThreadPoolExecutor(count, thread_name_prefix="docsearch-cpu") as pool:
        for _ in pool.map(work, items):
            pass


class SingleThreadedBlas:
    """Limits BLAS to one thread while any thread is inside, and restores it when the last leaves.

    The setting holds for the whole process. In a program that embeds this package, other numpy
    calls therefore run on one thread as long as a call into the model lasts, and not longer.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._inside = 0
        self._controller: Any = None
        self._limit: Any = None

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """A context in which BLAS runs on one thread."""
        with self._lock:
            if not self._inside:
                self._take_control()
                self._limit = self._blas().limit(limits=1, user_api="blas")
            self._inside += 1
        try:
            yield
        finally:
            with self._lock:
                self._inside -= 1
                if not self._inside:
                    self._take_control()
                    self._limit.restore_original_limits()

    def _take_control(self) -> None:
        # threadpoolctl obeys the first thread that set a limit and silently ignores all others.
        # Here one thread may be the first to enter, and another one the last to leave.
        for library in self._blas().lib_controllers:
            if hasattr(library, "clear_controlling_thread"):
                library.clear_controlling_thread(force=True)

    def _blas(self) -> Any:
        # Finding the loaded libraries takes milliseconds, so it is done once.
        if self._controller is None:
            from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

            self._controller = ThreadpoolController()
        return self._controller


single_threaded_blas = SingleThreadedBlas()
