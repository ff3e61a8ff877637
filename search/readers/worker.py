"""The worker process, which reads files within limits and ends when its parent is gone.

It answers one request after the other. A request is three messages: the file's path as JSON, the
order, and the file's bytes. An answer is a JSON message and more, unless the message gives a reason
why there is no document. Text that parsers made of a hostile file is never unpickled.

With an empty order, or for a long document, the text follows in UTF-8. The parent needs less memory
for a long text that is no part of the JSON. With any other order, the document is cut as the order
says: the passages follow in parts, each a JSON array, and then an end, which is a JSON object and
may give a reason.
"""

from __future__ import annotations

import json
import os
import queue
import resource
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, fields, replace
from operator import attrgetter
from typing import Any, BinaryIO, NoReturn

from .. import process_memory
from ..documents import Block, Cutting, Document, Reason
from ..errors import DocsearchError, Unreadable
from . import read, timer
from .cut_document import encoded, head_of, parts_of
from .fitting import fitted
from .frames import put, receive, send
from .limits import MEMORY_EXIT, Limits, OutOfTime

SPENT = 4
"""A worker that holds more than 1/SPENT of the memory limit after a file takes no other file.

The memory that it holds would count against the next file.
"""

MOST_CUT = 2_000_000
"""Characters above which a document comes back as it is.

Its passages would come after seconds, and all at once. Its parent cuts it while it stores them.
"""

_REFUSED = (
    "socket.__new__ socket.getaddrinfo socket.gethostbyname urllib.Request "
    "subprocess.Popen os.system os.exec os.fork os.forkpty os.posix_spawn os.spawn "
    "os.remove os.rename os.rmdir os.link os.symlink tempfile.mkstemp tempfile.mkdtemp"
)
REFUSED = frozenset(_REFUSED.split())
"""Audit events that no reader has a use for: network, other programs, changes on the disk."""

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT

Cut = Callable[[Document, bytes], Cutting]
"""Cuts a document as an order says. Raises DocsearchError where it cannot be cut so."""


def uncut(document: Document, order: bytes) -> Cutting:
    """Stands where documents are never cut."""
    raise NotImplementedError


def serve(cut: Cut = uncut) -> NoReturn:
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
    requests: queue.SimpleQueue[tuple[str, bytes, bytes]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(source, requests), daemon=True).start()
    send(sink, b"ready")
    while True:
        for message in _answer(*requests.get(), limits, cut):
            put(sink, message)
        sink.flush()


def _listen(source: BinaryIO, requests: queue.SimpleQueue[tuple[str, bytes, bytes]]) -> None:
    """Pass on requests, and end the process when the parent is gone.

    This is a thread of its own, so that it notices the end of the parent while a file is being
    read.
    """
    try:
        while True:
            requests.put((json.loads(receive(source)), receive(source), receive(source)))
    except EOFError:
        os._exit(0)


def _answer(path: str, order: bytes, data: bytes, limits: Limits, cut: Cut) -> Iterator[bytes]:
    """The messages that answer a request."""
    seconds = limits.seconds_for(len(data))
    try:
        timer.start(seconds)
        document = fitted(read(data, path), limits.characters)
        # A cut takes time in proportion to the text, whatever the size of the file was.
        timer.stop()
        del data
        if order and len(document.text) <= MOST_CUT:
            cutting = cut(document, order)
            yield encoded(head_of(document, cutting.language))
            yield from parts_of(cutting.passages)
            del document, cutting
            yield encoded({"spent": _spent(limits)})
        else:
            head, text = _head(document), document.text.encode()
            del document
            yield encoded({**head, "spent": _spent(limits)})
            yield text
    except Unreadable as error:
        yield _failure(error.reason, error.message, _spent(limits))
    except OutOfTime:
        yield _failure(Reason.TIMEOUT, f"reading it takes longer than {seconds:.0f} seconds", True)
    except MemoryError:
        memory = f"{limits.memory / 1e6:,.0f} MB of memory"
        yield _failure(Reason.LIMIT, f"reading it takes more than {memory}", True)
    except DocsearchError as error:
        # The order cannot be carried out, which is not the file's fault.
        yield encoded({"problem": error.message, "hint": error.hint, "spent": True})
    finally:
        timer.stop()


def _head(document: Document) -> dict[str, Any]:
    """A document's fields without its text, with the blocks as a list for each of their fields."""
    blocks = [list(map(attrgetter(field.name), document.blocks)) for field in fields(Block)]
    return asdict(replace(document, blocks=(), text="")) | {"blocks": blocks}


def _failure(reason: Reason, message: str, spent: bool) -> bytes:
    return encoded({"reason": reason, "message": message, "spent": spent})


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
