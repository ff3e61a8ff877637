"""Sends messages over a pipe: each is its length in eight bytes, then the message itself."""

from __future__ import annotations

from typing import BinaryIO

_LENGTH = 8


def send(sink: BinaryIO, *messages: bytes) -> None:
    """Write messages. Raises OSError where the other end reads no more."""
    for message in messages:
        sink.write(len(message).to_bytes(_LENGTH))
        sink.write(message)
    sink.flush()


def receive(source: BinaryIO) -> bytes:
    """Read the next message. Raises EOFError where the other end is gone."""
    return _exactly(source, int.from_bytes(_exactly(source, _LENGTH)))


def _exactly(source: BinaryIO, size: int) -> bytes:
    data = source.read(size)
    if len(data) < size:
        raise EOFError
    return data
