"""Measures the memory of this process, and gives unused memory back to the system."""

from __future__ import annotations

import ctypes
import resource
import sys

_ARENA_MAX = -8
"""glibc's name for the greatest number of heaps, M_ARENA_MAX of malloc.h."""


def held() -> int:
    """The bytes that the process holds now; on macOS the most that it has ever held."""
    return _most() if sys.platform == "darwin" else _status(b"VmRSS")


def peak() -> int:
    """The most bytes that the process has ever held."""
    # Linux's ru_maxrss begins with the memory that the parent held when it started this process.
    return _most() if sys.platform == "darwin" else _status(b"VmHWM")


def give_back() -> None:
    """Give freed memory back to the system, where the allocator can do that.

    Memory that was freed in small pieces between others, as by the layers of a network, otherwise
    stays with the process.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim:
        trim(0)


def share_one_heap() -> bool:
    """Let all threads allocate from one heap; True where the C library has such a switch.

    glibc gives each thread a heap of its own, and what the threads of a library free stays there.
    It has to be called before these threads begin.
    """
    switch = getattr(ctypes.CDLL(None), "mallopt", None)
    return switch is not None and bool(switch(_ARENA_MAX, 1))


def _most() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _status(name: bytes) -> int:
    """The bytes in a line of /proc/self/status, such as VmRSS."""
    with open("/proc/self/status", "rb") as status:
        return next(int(line.split()[1]) << 10 for line in status if line.startswith(name))
