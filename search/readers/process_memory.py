"""The memory of this process: how much it holds, and giving back what it does not use."""

from __future__ import annotations

import ctypes
import resource
import sys


def held() -> int:
    """The bytes that it holds; on macOS the most that it has held."""
    return _most() if sys.platform == "darwin" else _status(b"VmRSS")


def peak() -> int:
    """The most bytes that it has held."""
    # Linux's ru_maxrss begins with what the parent held when it started this process.
    return _most() if sys.platform == "darwin" else _status(b"VmHWM")


def give_back() -> None:
    """What was freed in small pieces between others, as by the layers of a network, goes back to the system, where its allocator can do that."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim:
        trim(0)


def _most() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _status(name: bytes) -> int:
    with open("/proc/self/status", "rb") as status:
        return next(int(line.split()[1]) << 10 for line in status if line.startswith(name))
