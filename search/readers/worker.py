"""The process that a file is read in: it answers one request after the other, within limits, and goes when its parent is gone.

A request is a JSON message and the file's bytes, an answer a JSON message: text that parsers made of a hostile file is never unpickled.
"""

from __future__ import annotations

import json
import os
import queue
import re
import resource
import signal
import sys
import threading
import time
from dataclasses import asdict, replace
from typing import Any, BinaryIO, NoReturn

from ..documents import Document, Reason
from ..errors import Unreadable
from ..frames import receive, send
from ..limits import MEMORY_EXIT, Limits, OutOfTime
from . import read

GRACE = 10.0
"""CPU seconds for what a reader still does after its time is up, before it is told again."""

SPENT = 4
"""A worker whose memory has once reached this part of the limit takes no further file: what it keeps would count against that."""

REFUSED = frozenset(
    {
        *("socket.__new__", "socket.getaddrinfo", "socket.gethostbyname", "urllib.Request"),
        *("subprocess.Popen", "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn"),
        *("os.remove", "os.rename", "os.rmdir", "os.link", "os.symlink", "tempfile.mkstemp", "tempfile.mkdtemp"),
    }
)
"""What no reader has a reason to do: the network, other programs, changes on the disk."""

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_SURROGATE = re.compile("[\ud800-\udfff]")


def serve() -> NoReturn:
    """Answer the requests on stdin on stdout; the first message are the limits. Never returns."""
    # Parsers, also those in C, write to the standard streams at times: they get streams that lead nowhere.
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    limits = Limits(**json.loads(receive(source)))
    _limit_memory(limits.memory)
    sys.addaudithook(_refuse)
    signal.signal(signal.SIGPROF, _out_of_time)
    requests: queue.SimpleQueue[tuple[str, bytes]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(source, requests), daemon=True).start()
    send(sink, b"ready")
    while True:
        path, data = requests.get()
        answer = json.dumps(_answer(data, path, limits), ensure_ascii=False)
        del data
        send(sink, answer.encode("utf-8", "surrogatepass"))


def _listen(source: BinaryIO, requests: queue.SimpleQueue[tuple[str, bytes]]) -> None:
    """Pass on requests. A thread of its own, so that the end of the parent is noticed in the midst of a file."""
    try:
        while True:
            requests.put((json.loads(receive(source)), receive(source)))
    except EOFError:
        os._exit(0)


def _answer(data: bytes, path: str, limits: Limits) -> dict[str, Any]:
    seconds = limits.seconds_for(len(data))
    try:
        _limit_time(seconds)
        document = fitted(read(data, path), limits.characters)
    except Unreadable as error:
        return {"reason": error.reason, "message": error.message, "spent": _spent(limits)}
    except OutOfTime:
        message = f"reading it takes longer than {seconds:.0f} seconds"
        return {"reason": Reason.TIMEOUT, "message": message, "spent": True}
    except MemoryError:
        message = f"reading it takes more than {limits.memory / 1e6:,.0f} MB of memory"
        return {"reason": Reason.LIMIT, "message": message, "spent": True}
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    blocks = [(block.start, block.end, block.kind, block.level, block.heading) for block in document.blocks]
    return {**asdict(replace(document, blocks=())), "blocks": blocks, "spent": _spent(limits)}


def fitted(document: Document, characters: int) -> Document:
    """The document cut to a number of characters, with a warning, and without lone surrogates, which cannot be stored."""
    text = document.text
    try:
        text.encode()
    except UnicodeEncodeError:
        text = _SURROGATE.sub("\ufffd", text)
    if len(text) <= characters:
        return replace(document, text=text)
    blocks = tuple(
        replace(block, end=min(block.end, characters)) for block in document.blocks if block.start < characters
    )
    pages = tuple(page for page in document.pages if page < characters)
    messages = tuple(message for message in document.messages if message.start < characters)
    warning = f"only the first {characters:,} of its {len(text):,} characters are read"
    return replace(
        document, text=text[:characters], blocks=blocks, pages=pages, messages=messages,
        page_labels=document.page_labels[: len(pages)], warnings=(*document.warnings, warning),
    )  # fmt: skip


def _limit_time(seconds: float) -> None:
    """Raise OutOfTime after so much CPU time, not time by the clock: a busy machine or a lid that is shut fails no file."""
    signal.setitimer(signal.ITIMER_PROF, seconds, GRACE)
    # Code in C may never let Python see the signal; this one it cannot ignore.
    used = sum(os.times()[:2])
    resource.setrlimit(
        resource.RLIMIT_CPU, (int(used + seconds + 2 * GRACE) + 1, resource.getrlimit(resource.RLIMIT_CPU)[1])
    )


def _out_of_time(number: int, frame: object) -> NoReturn:
    raise OutOfTime


def _limit_memory(limit: int) -> None:
    if sys.platform == "darwin":
        # macOS takes the limit and does not keep it.
        threading.Thread(target=watch_memory, args=(limit,), daemon=True).start()
    else:
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def watch_memory(limit: int, every: float = 0.1) -> NoReturn:
    """End this process with MEMORY_EXIT once it has held `limit` bytes of memory; looks `every` so many seconds."""
    while _peak() < limit:
        time.sleep(every)
    os._exit(MEMORY_EXIT)


def _peak() -> int:
    """The most memory that this process has held, in bytes."""
    if sys.platform == "darwin":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux's ru_maxrss begins with what the parent held when it started this process.
    with open("/proc/self/status", "rb") as status:
        return next(int(line.split()[1]) << 10 for line in status if line.startswith(b"VmHWM"))


def _spent(limits: Limits) -> bool:
    return _peak() > limits.memory / SPENT


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    """Python's audit hook: raise PermissionError for what a reader must not do."""
    if event in REFUSED or (
        event == "open"
        and isinstance(arguments[2], int)
        and arguments[2] & _WRITES
        # Python itself keeps there what it compiled.
        and "__pycache__" not in str(arguments[0])
    ):
        raise PermissionError(f"a reader may not do this: {event}")
