"""A worker process as its parent sees it: a file goes in, a Document or a failure comes out."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import asdict
from typing import Any, BinaryIO, cast

from ..documents import Block, Document, Message, Reason
from ..errors import ReaderFailure, Unreadable
from .frames import receive, send
from .limits import MEMORY_EXIT, Limits

START_SECONDS = 60.0
_START = "import sys; sys.path[:] = {path!r}; from search.readers.worker import serve; serve()"


class ReaderProcess:
    """One worker process. Raises ReaderFailure where it cannot be started.

    The process is a program of its own and not made by `multiprocessing`, which would run the main
    module of the library's user once more.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        program = _START.format(path=[os.path.abspath(folder) for folder in sys.path])
        try:
            # The worker gets its own process group: Ctrl-C is for the parent, which ends its
            # workers in order.
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", program],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                process_group=0,
            )
        except OSError as error:
            raise ReaderFailure(
                f"the process that reads documents cannot be started: {error}"
            ) from error
        # Send the limits, and wait until the worker is ready.
        self._to = cast("BinaryIO", self._process.stdin)
        self._from = cast("BinaryIO", self._process.stdout)
        self._overdue = False
        try:
            self._ask(START_SECONDS, json.dumps(asdict(limits)).encode())
        except (OSError, EOFError) as error:
            exit_code = self._process.wait()
            self.close()
            raise ReaderFailure(
                "the process that reads documents ended while it was started "
                f"(exit code {exit_code})",
                "it needs about 100 MB of memory; free some, then repeat the command",
            ) from error
        self.spent = False
        """True once the process can take no further file."""

    def read(self, data: bytes, path: str) -> Document:
        """The document in `data`, the contents of the file at `path`.

        Raises Unreadable where there is none, or where the process crashed, hung or grew too large.
        """
        try:
            seconds = self.limits.patience * self.limits.seconds_for(len(data))
            answer = json.loads(
                self._ask(seconds, json.dumps(path).encode(), data).decode("utf-8", "surrogatepass")
            )
        except (OSError, EOFError):
            self.spent = True
            raise self._death(len(data)) from None
        self.spent = answer.pop("spent")
        if "reason" in answer:
            raise Unreadable(Reason(answer["reason"]), answer["message"])
        return _document(answer)

    def kill(self) -> None:
        """End the process, whatever it does. Threads other than the one in `read` may call this."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """End the process and close its pipes."""
        self.kill()
        for pipe in (self._to, self._from):
            try:
                pipe.close()
            except BrokenPipeError:
                # Data on its way to a dead process have no reader. The pipe is closed all the same.
                pass

    def _ask(self, seconds: float, *messages: bytes) -> bytes:
        """Send messages and wait for the answer, at most `seconds` by the clock."""
        alarm = threading.Timer(seconds, self._overrun)
        alarm.daemon = True
        alarm.start()
        try:
            send(self._to, *messages)
            return receive(self._from)
        finally:
            alarm.cancel()

    def _overrun(self) -> None:
        self._overdue = True
        self._process.kill()

    def _death(self, size: int) -> Unreadable:
        """Explain why the process ended over a file of `size` bytes."""
        code = self._process.wait()
        if self._overdue or code == -signal.SIGXCPU:
            seconds = self.limits.seconds_for(size)
            return Unreadable(Reason.TIMEOUT, f"reading it takes longer than {seconds:.0f} seconds")
        if code == MEMORY_EXIT:
            limit = self.limits.memory / 1e6
            return Unreadable(Reason.LIMIT, f"reading it takes more than {limit:,.0f} MB of memory")
        ending = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        if code == -signal.SIGKILL:
            return Unreadable(
                Reason.LIMIT, "the system ended its reading, most likely for want of memory"
            )
        return Unreadable(Reason.CRASHED, f"the reader crashed over it ({ending})")


def _document(answer: dict[str, Any]) -> Document:
    """The document in a worker's answer."""
    fields = answer | {
        "blocks": tuple(Block(*block) for block in answer["blocks"]),
        "pages": tuple(answer["pages"]),
        "warnings": tuple(answer["warnings"]),
        "messages": tuple(Message(**message) for message in answer["messages"]),
        "page_labels": tuple(answer["page_labels"]),
    }
    return Document(**fields)
