"""One `.safetensors` file: names to arrays over a memory map.

The `safetensors` package is not used, because numpy has no bfloat16, the type of most checkpoints.
"""

from __future__ import annotations

import json
import mmap
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

# bfloat16 is kept as its 16 bits. `quantization.as_float32` widens it.
FLOATS = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2"}
DTYPES = FLOATS | {"U32": "<u4", "U8": "u1", "I8": "i1", "I32": "<i4", "I64": "<i8", "BOOL": "?"}
LENGTH_BYTES = 8
HINT = "fetch the model again"


@dataclass(frozen=True, slots=True)
class TensorEntry:
    """Where a tensor lies: `start` and `size` are in bytes, counted from the start of the file."""

    dtype: str
    shape: tuple[int, ...]
    start: int
    size: int


class SafetensorsFile:
    """The tensors of one file.

    Raises ModelError for a damaged or shortened file when it is opened, not when it is used.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with path.open("rb") as file:
                # An empty file cannot be mapped.
                self._bytes: Any = (
                    mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
                    if path.stat().st_size
                    else b""
                )
        except OSError as error:
            raise ModelError(f"{path} cannot be read: {error.strerror}", HINT) from error
        self._entries = self._read_header()

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def tensor(self, name: str) -> NDArray[Any]:
        """The named array, read-only and not copied; bfloat16 comes as uint16.

        Raises KeyError for an unknown name.
        """
        entry = self._entries[name]
        count = entry.size // np.dtype(entry.dtype).itemsize
        flat: NDArray[Any] = np.frombuffer(self._bytes, entry.dtype, count, entry.start)
        return flat.reshape(entry.shape)

    def release(self) -> None:
        """Gives the memory of what was read back to the system, which reads it again when needed.

        Arrays over the map stay as they are.
        """
        self._bytes.madvise(mmap.MADV_DONTNEED)

    def _read_header(self) -> dict[str, TensorEntry]:
        length = int.from_bytes(self._bytes[:LENGTH_BYTES], "little")
        data = LENGTH_BYTES + length
        if len(self._bytes) < data or not length:
            raise ModelError(f"{self.path} is cut short, or is not a safetensors file", HINT)
        try:
            header = json.loads(self._bytes[LENGTH_BYTES:data])
            items = [(name, item) for name, item in header.items() if name != "__metadata__"]
            return {name: self._entry(name, item, data) for name, item in items}
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise ModelError(f"{self.path} has a damaged header", HINT) from error

    def _entry(self, name: str, item: dict[str, Any], data: int) -> TensorEntry:
        if item["dtype"] not in DTYPES:
            raise ModelError(
                f"{self.path} stores {name} as {item['dtype']}", "choose a model in another format"
            )
        dtype, shape = DTYPES[item["dtype"]], tuple(map(int, item["shape"]))
        start, end = map(int, item["data_offsets"])
        if not 0 <= start <= end or end - start != prod(shape) * np.dtype(dtype).itemsize:
            raise ModelError(f"{self.path} has a damaged header at {name}", HINT)
        if data + end > len(self._bytes):
            raise ModelError(f"{self.path} is cut short: {name} is missing", HINT)
        return TensorEntry(dtype, shape, data + start, end - start)
