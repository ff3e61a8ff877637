"""A worker process as its parent sees it: a file goes in, a Document or a failure comes out."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict
from typing import Any, BinaryIO, cast

from ..documents import Block, Document, Message, Reason
from ..errors import ReaderFailure, Unreadable
from .alarm import Alarm
from .cut_document import CutDocument
from .frames import receive, receive_length, receive_rest, send
from .limits import MEMORY_EXIT, Limits, Reserve, no_limit

START_SECONDS = 60.0

WORKER = "search.readers.worker"
"""The worker that reads documents and does not cut them."""

ANSWER_FACTOR = 5
"""The bytes of memory that each byte of an answer takes while a document is made of it.

A text takes 2 bytes, or 5 where one of its characters needs 4. Blocks take about 9 for each byte
of theirs, but they are the smaller part of an answer.
"""


def program(module: str) -> list[str]:
    """The command that runs `serve` of a module in a process with this one's search path.

    `module` is a name such as "search.readers.worker".
    """
    path = [os.path.abspath(folder) for folder in sys.path]
    start = f"import sys; sys.path[:] = {path!r}; from {module} import serve; serve()"
    return [sys.executable, "-I", "-c", start]


class ReaderProcess:
    """One worker process, which runs `module`. Raises ReaderFailure where it cannot be started.

    The process is a program of its own and not made by `multiprocessing`, which would run the main
    module of the library's user once more.
    """

    def __init__(self, limits: Limits, module: str = WORKER) -> None:
        self.limits = limits
        try:
            # The worker gets its own process group: Ctrl-C is for the parent, which ends its
            # workers in order.
            self._process = subprocess.Popen(
                program(module),
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
        self._alarm = Alarm(self._overrun)
        try:
            with self._alarm.within(START_SECONDS):
                send(self._to, json.dumps(asdict(limits)).encode())
                receive(self._from)
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
        seconds = self._seconds(len(data))
        try:
            self._ask(seconds, path, b"", data)
            head = self._told(self._message(seconds, reserve, ANSWER_FACTOR))
            return self._document(head, seconds, reserve)
        except (OSError, EOFError):
            raise self._death(len(data)) from None

    def cut(
        self, data: bytes, path: str, order: bytes, reserve: Reserve = no_limit
    ) -> CutDocument | Document:
        """The same document, cut into passages as the `order` tells the worker if it is not long.

        `reserve` is called before each part is taken. Raises as `read` does, and ReaderFailure
        where documents cannot be cut so.
        """
        seconds, parts = self._seconds(len(data)), list[bytes]()
        try:
            self._ask(seconds, path, order, data)
            head = self._told(self._message(seconds, reserve, ANSWER_FACTOR))
            if "blocks" in head:
                return self._document(head, seconds, reserve)
            while (part := self._message(seconds, reserve, 1)).startswith(b"["):
                parts.append(part)
            end = self._told(part)
        except (OSError, EOFError):
            raise self._death(len(data)) from None
        self.spent = end["spent"]
        return CutDocument.received(head, parts)

    def kill(self) -> None:
        """End the process, whatever it does. Threads other than the one in `read` may call this."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """End the process and close its pipes."""
        self._alarm.end()
        self.kill()
        for pipe in (self._to, self._from):
            try:
                pipe.close()
            except BrokenPipeError:
                # Data on its way to a dead process have no reader. The pipe is closed all the same.
                pass

    def _seconds(self, size: int) -> float:
        """How long each step over a file of `size` bytes may take by the clock."""
        return self.limits.patience * self.limits.seconds_for(size)

    def _ask(self, seconds: float, path: str, order: bytes, data: bytes) -> None:
        # While its answer was not taken to the end, the process can take no other file.
        self.spent = True
        with self._alarm.within(seconds):
            send(self._to, json.dumps(path).encode(), order, data)

    def _message(self, seconds: float, reserve: Reserve, factor: int) -> bytes:
        """The next message of an answer; each of its bytes takes `factor` bytes of memory here.

        A message stays in the process until there is room for it.
        """
        with self._alarm.within(seconds):
            size = receive_length(self._from)
        reserve(factor * size)
        with self._alarm.within(seconds):
            return receive_rest(self._from, size)

    def _document(self, head: dict[str, Any], seconds: float, reserve: Reserve) -> Document:
        """The document of an answer that began with `head`; its text comes next."""
        text = self._message(seconds, reserve, ANSWER_FACTOR).decode()
        self.spent = head.pop("spent")
        return _document(head, text)

    def _told(self, message: bytes) -> dict[str, Any]:
        """What a message says, unless it says why there is no document, which is raised."""
        told: dict[str, Any] = json.loads(message)
        if "reason" in told:
            self.spent = told["spent"]
            raise Unreadable(Reason(told["reason"]), told["message"])
        if "problem" in told:
            raise ReaderFailure(told["problem"], told["hint"])
        return told

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
