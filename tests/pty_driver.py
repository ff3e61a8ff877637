"""Drives a program in a pseudo-terminal, and sees every byte that it writes."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

ESCAPES = re.compile(
    rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|P[^\x1b]*\x1b\\|[@-_])"
)
LEFT_SCREEN, ENTERED_SCREEN = b"\x1b[?1049l", b"\x1b[?1049h"
PATIENCE_SECONDS = 30
KEY_SECONDS = 3


class Pty:
    """A program with a terminal of its own, as a context manager.

    Its environment is `environment` alone.
    """

    def __init__(
        self,
        argv: Sequence[str],
        environment: Mapping[str, str],
        columns: int = 120,
        rows: int = 30,
    ) -> None:
        self.bytes = b""
        self._mark = 0
        self.status: int | None = None
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            os.execve(argv[0], list(argv), {"TERM": "xterm-256color", **environment})
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, size)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        self.hang_up()

    def keys(self, keys: str) -> None:
        """Type the keys; what is written before is out of the reach of `wait` from now on."""
        self._take(0)
        self._mark = len(self.bytes)
        os.write(self._terminal, keys.encode())

    def wait(self, *texts: str) -> str:
        """Wait until the program has written these texts, escape sequences left out."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            if all(text in self.text for text in texts):
                return self.text
            self._take(0.1)
        raise AssertionError(f"waited for {texts}; the program wrote:\n{self.text}")

    def press_until(self, keys: str, *texts: str) -> None:
        """Type the keys, and again each few seconds, until the program has written these texts.

        For keys that do no harm twice. A terminal that is just handed back to a program is in line
        mode for a moment, in which it takes some keys, such as Ctrl+U, for itself.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            self.keys(keys)
            again = time.monotonic() + KEY_SECONDS
            while time.monotonic() < again:
                if all(text in self.text for text in texts):
                    return
                self._take(0.1)
        raise AssertionError(f"waited for {texts}; the program wrote:\n{self.text}")

    def wait_for_bytes(self, wanted: bytes) -> None:
        """Wait until the program has written these bytes."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while wanted not in self.bytes[self._mark :]:
            assert time.monotonic() < deadline, self.text
            self._take(0.1)

    @property
    def text(self) -> str:
        """What the program has written since the last keys, escape sequences left out."""
        return ESCAPES.sub(b"", self.bytes[self._mark :]).decode(errors="replace")

    def wait_for_stop(self) -> None:
        """Wait until the program is stopped by a signal, as by Ctrl+Z."""
        self._wait(os.WUNTRACED, os.WIFSTOPPED)

    def wait_for_end(self, seconds: float = PATIENCE_SECONDS) -> int:
        """Wait until the program has ended; returns its exit status, that of a signal negative."""
        code = os.waitstatus_to_exitcode(self._wait(0, lambda status: True, seconds))
        self.status = code
        return code

    def hang_up(self) -> None:
        """Close the terminal's window."""
        if self._terminal >= 0:
            os.close(self._terminal)
            self._terminal = -1

    def _wait(self, options: int, fits: object, seconds: float = PATIENCE_SECONDS) -> int:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            pid, status = os.waitpid(self.pid, options | os.WNOHANG)
            if pid and fits(status):  # type: ignore[operator]
                return status
            self._take(0.05)
        raise AssertionError(f"the program is still running after {seconds} s:\n{self.text}")

    def _take(self, seconds: float) -> None:
        """Read what the program has written, and wait for it for a while."""
        if self._terminal < 0:
            time.sleep(seconds)
            return
        while select.select([self._terminal], [], [], seconds)[0]:
            try:
                read = os.read(self._terminal, 1 << 16)
            except OSError:  # The program has closed its side.
                return
            if not read:
                return
            self.bytes += read
            seconds = 0
