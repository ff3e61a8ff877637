"""A worker process as its parent sees it: a file goes in, a Document or a failure comes out."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, BinaryIO, cast

from ..documents import Block, Document, Message, Reason
from ..errors import ReaderFailure, Unreadable
from .frames import receive, send
from .limits import MEMORY_EXIT, Limits, Reserve, no_limit

START_SECONDS = 60.0

ANSWER_FACTOR = 5
"""The bytes of memory that each byte of an answer takes while a document is made of it.

A text takes 2 bytes, or 5 where one of its characters needs 4. Blocks take about 9 for each byte
of theirs, but they are the smaller part of an answer.
"""


def program(module: str) -> list[str]:
    """The command that runs `serve` of a module in a process with this one's search path."""
    path = [os.path.abspath(folder) for folder in sys.path]
    start = (
        f"import sys; sys.path[:] = {path!r}; from search.readers.{module} import serve; serve()"
    )
    return [sys.executable, "-I", "-c", start]


class ReaderProcess:
    """One worker process. Raises ReaderFailure where it cannot be started.

    The process is a program of its own and not made by `multiprocessing`, which would run the main
    module of the library's user once more.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        try:
            # The worker gets its own process group: Ctrl-C is for the parent, which ends its
            # workers in order.
            self._process = subprocess.Popen(
                program("worker"),
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

    def read(self, data: bytes, path: str, reserve: Reserve = no_limit) -> Document:
        """The document in `data`, the contents of the file at `path`.

        Before the answer is taken, `reserve` is called with the bytes of memory that it needs here.
        Raises Unreadable where there is none, or where the process crashed, hung or grew too large.
        """
        try:
            seconds = self.limits.patience * self.limits.seconds_for(len(data))
            size = int(self._ask(seconds, json.dumps(path).encode(), data))
        except (OSError, EOFError):
            self.spent = True
            raise self._death(len(data)) from None
        # The answer stays in the process until there is room for it. While it was not taken, the
        # process can take no other file.
        self.spent = True
        reserve(ANSWER_FACTOR * size)
        try:
            with self._alarm(seconds):
                encoded, encoded_text = receive(self._from), receive(self._from)
        except (OSError, EOFError):
            raise self._death(len(data)) from None
        text = encoded_text.decode()
        del encoded_text
        answer = json.loads(encoded)
        del encoded
        self.spent = answer.pop("spent")
        if "reason" in answer:
            raise Unreadable(Reason(answer["reason"]), answer["message"])
        return _document(answer, text)

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
        with self._alarm(seconds):
            send(self._to, *messages)
            return receive(self._from)

    @contextmanager
    def _alarm(self, seconds: float) -> Iterator[None]:
        """End the process where the block takes longer than `seconds` by the clock."""
        alarm = threading.Timer(seconds, self._overrun)
        alarm.daemon = True
        alarm.start()
        try:
            yield
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


def _document(answer: dict[str, Any], text: str) -> Document:
    """The document in a worker's answer. It is taken out of the answer, which saves memory."""
    starts, ends, kinds, levels, headings = answer.pop("blocks")
    # JSON has a new string for each kind. Interned, all blocks of a kind share one.
    blocks = map(Block, starts, ends, map(sys.intern, kinds), levels, headings)
    fields = answer | {
        "text": text,
        "blocks": tuple(blocks),
        "pages": tuple(answer["pages"]),
        "warnings": tuple(answer["warnings"]),
        "messages": tuple(Message(**message) for message in answer["messages"]),
        "page_labels": tuple(answer["page_labels"]),
    }
    return Document(**fields)
