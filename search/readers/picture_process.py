"""Draws one page in a process of its own, since a hostile file may crash or never end.

The request and the answer are messages: JSON, and for the answer the pixels too.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from io import BytesIO

from ..documents import Reason
from ..errors import ReaderFailure, Unreadable
from ..results import Picture
from .frames import receive, send
from .limits import LIMITS
from .process import program
from .worker import limit_memory, refuse

SECONDS = 10.0
"""How long a page may take by the clock; an ordinary one takes half a second with the start."""


def picture(
    path: str, page: int, width: int, height: int, seconds: float = SECONDS, mark: str = ""
) -> Picture:
    """The page, counted from 1, of the file at `path`, fitted into `width` x `height` pixels.

    The words `mark` are tinted where they stand on the page of a PDF. Raises Unreadable where it
    cannot be drawn in `seconds`, ReaderFailure where no process can be started.
    """
    request = BytesIO()
    send(request, json.dumps([path, page, width, height, mark]).encode())
    try:
        done = subprocess.run(
            program("search.readers.picture_process"),
            input=request.getvalue(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            process_group=0,
        )
    except OSError as error:
        raise ReaderFailure(f"the process that draws pages cannot be started: {error}") from error
    except subprocess.TimeoutExpired:
        message = f"drawing the page takes longer than {seconds:.0f} seconds"
        raise Unreadable(Reason.TIMEOUT, message) from None
    answer = BytesIO(done.stdout)
    try:
        told = json.loads(receive(answer))
        pixels = receive(answer)
    except EOFError:
        raise Unreadable(Reason.CRASHED, "the file made the program crash that draws it") from None
    if "message" in told:
        raise Unreadable(Reason(told["reason"]), told["message"])
    return Picture(told["width"], told["height"], pixels)


def serve() -> None:
    """Answer the request on stdin on stdout."""
    # Libraries in C sometimes write to the standard streams, so the answer goes over a copy.
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDWR), 1)
    limit_memory(LIMITS.memory)
    sys.addaudithook(refuse)
    told, pixels = _answer(*json.loads(receive(sys.stdin.buffer)))
    send(sink, json.dumps(told).encode(), pixels)


def _answer(
    path: str, page: int, width: int, height: int, mark: str
) -> tuple[dict[str, object], bytes]:
    from .paged.page_picture import draw

    try:
        with open(path, "rb") as file:
            drawn = draw(file.read(), page, width, height, mark)
    except Unreadable as error:
        return {"reason": error.reason, "message": error.message}, b""
    except OSError as error:
        return {"reason": Reason.UNREADABLE, "message": f"{path}: {error.strerror}"}, b""
    except MemoryError:
        return {"reason": Reason.LIMIT, "message": "drawing it takes too much memory"}, b""
    return {"width": drawn.width, "height": drawn.height}, drawn.pixels
