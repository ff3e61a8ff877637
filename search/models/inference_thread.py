"""The one thread that runs MLX: lazy arrays and streams belong to the thread that made them."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import cache
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")
# The tasks that wait for the thread, each with the future of its result. None ends the thread.
Tasks = SimpleQueue[tuple[Callable[[], Any], "Future[Any]"] | None]


def on_inference_thread(work: Callable[[], T]) -> T:
    """The result of `work`, which runs on the inference thread after the tasks before it.

    The result must contain numpy arrays, not MLX arrays.
    """
    future: Future[T] = Future()
    _tasks().put((work, future))
    return future.result()


@cache
def _tasks() -> Tasks:
    """The tasks of the inference thread, which is started at the first call."""
    tasks: Tasks = SimpleQueue()
    thread = threading.Thread(target=_run, args=(tasks,), name="docsearch-mlx", daemon=True)
    thread.start()

    def end() -> None:
        tasks.put(None)
        thread.join()

    atexit.register(end)
    return tasks


def _run(tasks: Tasks) -> None:
    while (task := tasks.get()) is not None:
        work, future = task
        try:
            future.set_result(work())
        except BaseException as error:
            future.set_exception(error)
        # Without this, the task's arrays would live until the next task comes.
        del task, work, future
    import mlx.core as mx

    # Streams have threads of their own. A process that ends while they run is sometimes aborted.
    mx.clear_streams()
