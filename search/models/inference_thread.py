"""The one thread that runs MLX: its lazy arrays and streams belong to the thread that made them."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import cache
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")
# what waits for the thread; None ends it
Waiting = SimpleQueue[tuple[Callable[[], Any], "Future[Any]"] | None]


def on_inference_thread(work: Callable[[], T]) -> T:
    """What `work` returns, run after the pieces that wait already; `work` must hand out numpy, not MLX arrays."""
    future: Future[T] = Future()
    _waiting().put((work, future))
    return future.result()


@cache
def _waiting() -> Waiting:
    waiting: Waiting = SimpleQueue()
    thread = threading.Thread(target=_run, args=(waiting,), name="docsearch-mlx", daemon=True)
    thread.start()

    def end() -> None:
        waiting.put(None)
        thread.join()

    atexit.register(end)
    return waiting


def _run(waiting: Waiting) -> None:
    while (piece := waiting.get()) is not None:
        work, future = piece
        try:
            future.set_result(work())
        except BaseException as error:
            future.set_exception(error)
        # else the last piece's arrays live as long as nothing follows
        del piece, work, future
    import mlx.core as mx

    # streams have threads of their own: a process that ends with them is aborted now and then
    mx.clear_streams()
