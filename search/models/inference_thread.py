"""The one thread that runs MLX: its lazy arrays and streams belong to the thread that made them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

T = TypeVar("T")


@cache
def _thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="docsearch-mlx")


def on_inference_thread(work: Callable[[], T]) -> T:
    """What `work` returns, run after the pieces that wait already; `work` must hand out numpy, not MLX arrays."""
    return _thread().submit(work).result()
