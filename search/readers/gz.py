"""Gzip: a compressed file is read by the reader for its name without the ".gz"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..documents import Document, Reason
from ..errors import Unreadable

SUFFIXES = (".gz",)

MAX_INFLATED = 64 << 20
"""Bytes that a file may inflate to; a larger one is left unread."""


def read(data: bytes, path: str, enclosed: Callable[[bytes, str], Document]) -> Document:
    """The document compressed in `data`, read by `enclosed`.

    Raises Unreadable where `data` is damaged, or inflates to a file that is too large or holds no
    document.
    """
    return replace(enclosed(_inflated(data), path[: -len(".gz")]), path=path)


def _inflated(data: bytes) -> bytes:
    """The inflated contents. Raises Unreadable where they are damaged or too large."""
    import gzip
    import zlib
    from io import BytesIO

    try:
        inflated = gzip.GzipFile(fileobj=BytesIO(data)).read(MAX_INFLATED + 1)
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise Unreadable(Reason.CORRUPT, f"the compressed data are damaged: {error}") from error
    if len(inflated) > MAX_INFLATED:
        raise Unreadable(
            Reason.TOO_LARGE, f"the file is larger than {MAX_INFLATED >> 20} MB when it is inflated"
        )
    return inflated
