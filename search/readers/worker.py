"""The worker process, which reads files within limits and ends when its parent is gone.

It answers one request after the other. A request is a JSON message and the file's bytes. An answer
is three messages: the number of bytes of the other two, a JSON message, and the document's text in
UTF-8. The parent needs less memory for a long text that is no part of the JSON. Text that parsers
made of a hostile file is never unpickled.
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
from dataclasses import asdict, fields, replace
from operator import attrgetter
from typing import Any, BinaryIO, NoReturn

from .. import process_memory
from ..documents import Block, Document, Reason
from ..errors import Unreadable
from . import read, timer
from .block_limit import MOST, joined
from .frames import receive, send
from .limits import MEMORY_EXIT, Limits, OutOfTime

SPENT = 4
"""A worker that holds more than 1/SPENT of the memory limit after a file takes no other file.

The memory that it holds would count against the next file.
"""

_REFUSED = (
    "socket.__new__ socket.getaddrinfo socket.gethostbyname urllib.Request "
    "subprocess.Popen os.system os.exec os.fork os.forkpty os.posix_spawn os.spawn "
    "os.remove os.rename os.rmdir os.link os.symlink tempfile.mkstemp tempfile.mkdtemp"
)
REFUSED = frozenset(_REFUSED.split())
"""Audit events that no reader has a use for: network, other programs, changes on the disk."""

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_SURROGATE = re.compile("[\ud800-\udfff]")


def serve() -> NoReturn:
    """Answer requests from stdin on stdout; the first message holds the limits. Never returns."""
    # Parsers, also those in C, sometimes write to the standard streams. These therefore lead
    # nowhere, and the messages go over copies of the streams.
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    # Take the limits, and set them for the whole process.
    limits = Limits(**json.loads(receive(source)))
    limit_memory(limits.memory)
    sys.addaudithook(refuse)
    timer.prepare()
    # Answer requests until the parent is gone.
    requests: queue.SimpleQueue[tuple[str, bytes]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(source, requests), daemon=True).start()
    send(sink, b"ready")
    while True:
        path, data = requests.get()
        others, text = _answer(data, path, limits)
        del data
        answer = json.dumps(others, ensure_ascii=False).encode("utf-8", "surrogatepass")
        content = text.encode()
        del others, text
        send(sink, str(len(answer) + len(content)).encode(), answer, content)


def _listen(source: BinaryIO, requests: queue.SimpleQueue[tuple[str, bytes]]) -> None:
    """Pass on requests, and end the process when the parent is gone.

    This is a thread of its own, so that it notices the end of the parent while a file is being
    read.
    """
    try:
        while True:
            requests.put((json.loads(receive(source)), receive(source)))
    except EOFError:
        os._exit(0)


def _answer(data: bytes, path: str, limits: Limits) -> tuple[dict[str, Any], str]:
    """The answer to a request: the document's fields and its text, or why there is no document.

    The blocks come as one list for each of their fields.
    """
    seconds = limits.seconds_for(len(data))
    try:
        timer.start(seconds)
        document = fitted(read(data, path), limits.characters)
    except Unreadable as error:
        return {"reason": error.reason, "message": error.message, "spent": _spent(limits)}, ""
    except OutOfTime:
        message = f"reading it takes longer than {seconds:.0f} seconds"
        return {"reason": Reason.TIMEOUT, "message": message, "spent": True}, ""
    except MemoryError:
        message = f"reading it takes more than {limits.memory / 1e6:,.0f} MB of memory"
        return {"reason": Reason.LIMIT, "message": message, "spent": True}, ""
    finally:
        timer.stop()
    blocks = [list(map(attrgetter(field.name), document.blocks)) for field in fields(Block)]
    others = asdict(replace(document, blocks=(), text=""))
    return {**others, "blocks": blocks, "spent": _spent(limits)}, document.text


def fitted(document: Document, characters: int) -> Document:
    """The document cut to that many characters and to MOST blocks, with a warning.

    Lone surrogates are replaced, because they cannot be stored.
    """
    document = _with_fewer_blocks(document)
    # Make the text storable.
    text = document.text
    try:
        text.encode()
    except UnicodeEncodeError:
        text = _SURROGATE.sub("\ufffd", text)
    if len(text) <= characters:
        return replace(document, text=text)
    warning = f"only the first {characters:,} of its {len(text):,} characters are read"
    cut = _cut(replace(document, text=text), characters)
    return replace(cut, warnings=(*document.warnings, warning))


def _cut(document: Document, characters: int) -> Document:
    """The document's first characters, without everything that lies beyond them."""
    blocks = tuple(
        replace(block, end=min(block.end, characters))
        for block in document.blocks
        if block.start < characters
    )
    pages = tuple(page for page in document.pages if page < characters)
    messages = tuple(message for message in document.messages if message.start < characters)
    return replace(
        document,
        text=document.text[:characters],
        blocks=blocks,
        pages=pages,
        messages=messages,
        page_labels=document.page_labels[: len(pages)],
    )


def _with_fewer_blocks(document: Document) -> Document:
    """The document with its short blocks joined, and cut where more than MOST blocks remain."""
    blocks = joined(document.blocks, document.text)
    if len(blocks) <= MOST:
        return replace(document, blocks=tuple(blocks))
    told = f"only the first {MOST:,} of its {len(blocks):,} blocks are read"
    cut = _cut(replace(document, blocks=tuple(blocks[:MOST])), blocks[MOST].start)
    return replace(cut, warnings=(*document.warnings, told))


def limit_memory(limit: int) -> None:
    """Make the system, or on macOS a thread, keep this process below `limit` bytes of memory."""
    if sys.platform == "darwin":
        # macOS accepts the system's limit but does not enforce it.
        threading.Thread(target=watch_memory, args=(limit,), daemon=True).start()
    else:
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def watch_memory(limit: int, every: float = 0.1) -> NoReturn:
    """End this process with MEMORY_EXIT once it has held `limit` bytes of memory.

    It checks every `every` seconds.
    """
    while process_memory.peak() < limit:
        time.sleep(every)
    os._exit(MEMORY_EXIT)


def _spent(limits: Limits) -> bool:
    """True where the process holds too much memory for another file, even after a give-back."""
    if process_memory.held() > limits.memory / SPENT:
        process_memory.give_back()
    return process_memory.held() > limits.memory / SPENT


def refuse(event: str, arguments: tuple[Any, ...]) -> None:
    """Python's audit hook: raise PermissionError for an action that no reader may take."""
    if event in REFUSED or (
        event == "open"
        and isinstance(arguments[2], int)
        and arguments[2] & _WRITES
        # Python itself writes compiled modules to this folder.
        and "__pycache__" not in str(arguments[0])
    ):
        raise PermissionError(f"a reader may not do this: {event}")
