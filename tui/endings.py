"""Ends a command that writes after a signal as Ctrl-C ends it.

What a run did is stored then, and another one may write to a remote index at once.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType

ENDINGS = (signal.SIGTERM, signal.SIGHUP)
"""The signals by which systems and closed terminals end a process."""


class Ended(KeyboardInterrupt):
    """The signal `number` came."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


def raise_at_endings() -> None:
    """Raise Ended in the main thread at a signal that ends the process."""

    def end(number: int, frame: FrameType | None) -> None:
        raise Ended(number)

    call_at(ENDINGS, end)


def call_at(
    numbers: tuple[signal.Signals, ...], end: Callable[[int, FrameType | None], None]
) -> None:
    """Call `end` at the first of these signals; after it, each ends the process at once.

    A signal that is ignored stays so: the command runs in the background of a script, or under
    nohup.
    """

    def first(number: int, frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        end(number, frame)

    for number in numbers:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, first)
