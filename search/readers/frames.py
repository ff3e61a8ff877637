"""Sends messages over a pipe: each is its length in eight bytes, then the message itself."""

from __future__ import annotations

from typing import BinaryIO

_LENGTH = 8


def send(sink: BinaryIO, *messages: bytes) -> None:
    """Write messages. Raises OSError where the other end reads no more."""
    put(sink, *messages)
    sink.flush()


def put(sink: BinaryIO, *messages: bytes) -> None:
    """As `send`, but small messages may wait for later ones that go with them."""
    for message in messages:
        sink.write(len(message).to_bytes(_LENGTH))
        sink.write(message)


def receive(source: BinaryIO) -> bytes:
    """Read the next message. Raises EOFError where the other end is gone."""
    return receive_rest(source, receive_length(source))


def receive_length(source: BinaryIO) -> int:
    """Read the number of bytes of the next message. Raises EOFError where the other end is gone."""
    return int.from_bytes(receive_rest(source, _LENGTH))


def receive_rest(source: BinaryIO, size: int) -> bytes:
    """Read the `size` bytes of a message. Raises EOFError where the other end is gone."""
    data = source.read(size)
    if len(data) < size:
        raise EOFError
    return data
