"""The process that a file is read in: it answers one request after the other, within limits, and goes when its parent is gone.

A request is a JSON message and the file's bytes, an answer a JSON message: text that parsers made of a hostile file is never unpickled.
"""

from __future__ import annotations

import json
import os
import queue
import re
import resource
import sys
import threading
import time
from dataclasses import asdict, replace
from typing import Any, BinaryIO, NoReturn

from ..documents import Document, Reason
from ..errors import Unreadable
from . import process_memory, read, timer
from .frames import receive, send
from .limits import MEMORY_EXIT, Limits, OutOfTime

SPENT = 4
"""A worker that keeps more than this part of the limit after a file takes no further one: it would count against that."""

REFUSED = frozenset(
    {
        *("socket.__new__", "socket.getaddrinfo", "socket.gethostbyname", "urllib.Request"),
        *(
            "subprocess.Popen",
            "os.system",
            "os.exec",
            "os.fork",
            "os.forkpty",
            "os.posix_spawn",
            "os.spawn",
        ),
        *(
            "os.remove",
            "os.rename",
            "os.rmdir",
            "os.link",
            "os.symlink",
            "tempfile.mkstemp",
            "tempfile.mkdtemp",
        ),
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
    timer.prepare()
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
        timer.start(seconds)
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
        timer.stop()
    blocks = [
        (block.start, block.end, block.kind, block.level, block.heading)
        for block in document.blocks
    ]
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
        replace(block, end=min(block.end, characters))
        for block in document.blocks
        if block.start < characters
    )
    pages = tuple(page for page in document.pages if page < characters)
    messages = tuple(message for message in document.messages if message.start < characters)
    warning = f"only the first {characters:,} of its {len(text):,} characters are read"
    return replace(
        document, text=text[:characters], blocks=blocks, pages=pages, messages=messages,
        page_labels=document.page_labels[: len(pages)], warnings=(*document.warnings, warning),
    )  # fmt: skip


def _limit_memory(limit: int) -> None:
    if sys.platform == "darwin":
        # macOS takes the limit and does not keep it.
        threading.Thread(target=watch_memory, args=(limit,), daemon=True).start()
    else:
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def watch_memory(limit: int, every: float = 0.1) -> NoReturn:
    """End this process with MEMORY_EXIT once it has held `limit` bytes of memory; looks `every` so many seconds."""
    while process_memory.peak() < limit:
        time.sleep(every)
    os._exit(MEMORY_EXIT)


def _spent(limits: Limits) -> bool:
    if process_memory.held() > limits.memory / SPENT:
        process_memory.give_back()
    return process_memory.held() > limits.memory / SPENT


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
