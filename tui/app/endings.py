"""Ends the process after a signal, whatever the app is doing."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable
from types import FrameType

from .foreground import ENDINGS

ENDING_SECONDS = 3.0
"""How long the app may take to end after a signal.

A terminal that is gone can block the app for good: nobody takes what it writes.
"""


def end_at_signals(end: Callable[[], object]) -> Callable[[], None]:
    """Call `end` in the running event loop at a signal that ends the app.

    If the process is still there after ENDING_SECONDS, it ends at once. What it wrote to the index
    by then is kept, as after a crash. Returns a function that restores the handlers.
    """
    loop = asyncio.get_running_loop()

    def on_signal(number: int, frame: FrameType | None) -> None:
        end_within(ENDING_SECONDS, number)
        loop.call_soon_threadsafe(end)

    # A handler of the event loop would wait for the loop, which may be blocked.
    before = {number: signal.signal(number, on_signal) for number in ENDINGS}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    return restore


def end_within(seconds: float, number: int = signal.SIGTERM) -> None:
    """End the process after a while, with the exit status of the signal, if it is still there."""
    timer = threading.Timer(seconds, os._exit, [128 + number])
    timer.daemon = True
    timer.start()
