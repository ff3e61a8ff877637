"""Divides the files of a run: into waves, and each wave into parcels.

A parcel is what one worker takes at a time. A wave is what a killed run has to do again at most.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Self

from ..documents import File

PARCEL_BYTES = 100_000
"""The bytes of files in a parcel. One core embeds them in some five seconds, with a small model."""

PARCEL_FILES = 64

WAVE_BYTES_PER_CORE = 5_000_000
"""One core embeds so many bytes in some five minutes, with a small model."""

WAVE_BYTES_PER_GPU = 500_000_000

WAVE_FILES = 1_000_000


@dataclass(frozen=True, slots=True)
class Ordered:
    """A file to read; `known` is the hash of its contents where a run has finished with those."""

    file: File
    known: str = ""


@dataclass(frozen=True, slots=True)
class Parcel:
    """Files that one worker reads, one after the other."""

    files: tuple[Ordered, ...]

    def encoded(self) -> str:
        """The parcel as JSON, which keeps paths that are not UTF-8."""
        return json.dumps([asdict(ordered) for ordered in self.files])

    @classmethod
    def decoded(cls, text: str) -> Self:
        """The parcel that was `encoded`."""
        return cls(tuple(Ordered(File(**item["file"]), item["known"]) for item in json.loads(text)))


def parcels_of(files: Iterable[Ordered]) -> Iterator[Parcel]:
    """Parcels of PARCEL_BYTES and PARCEL_FILES at most; a larger file has one of its own."""
    return map(Parcel, _bundles(files, lambda: PARCEL_BYTES, PARCEL_FILES))


def waves_of(files: Iterable[Ordered], size: Callable[[], int]) -> Iterator[tuple[Ordered, ...]]:
    """Waves of as many bytes at most as `size` gives when each begins."""
    return _bundles(files, size, WAVE_FILES)


def wave_bytes(cores: int, gpus: int) -> int:
    """The bytes that such a cluster takes some minutes for.

    >>> wave_bytes(2, 0), wave_bytes(2, 1)
    (10000000, 500000000)
    """
    return max(WAVE_BYTES_PER_CORE * cores, WAVE_BYTES_PER_GPU * gpus)


def _bundles(
    files: Iterable[Ordered], size: Callable[[], int], most_files: int
) -> Iterator[tuple[Ordered, ...]]:
    """The files in order, in bundles of so many bytes and files at most, each of one at least."""
    bundle: list[Ordered] = []
    room = 0
    for ordered in files:
        if bundle and (ordered.file.size > room or len(bundle) >= most_files):
            yield tuple(bundle)
            bundle = []
        if not bundle:
            room = size()
        bundle.append(ordered)
        room -= ordered.file.size
    if bundle:
        yield tuple(bundle)
