"""Whether a model's weights fit into memory.

This is checked before they are loaded, because a machine that swaps is as good as hung.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ModelError

if TYPE_CHECKING:
    from .checkpoint import Checkpoint

MEMINFO = Path("/proc/meminfo")
# MLX's names for a GPU's memory on Metal and on CUDA, the most precise one first.
FREE = "free_memory"
GPU_MEMORY = (FREE, "max_recommended_working_set_size", "total_memory", "memory_size")


def require_memory(
    checkpoint: Checkpoint, bytes_per_value: int | None, free: int | None, left_out: str = ""
) -> None:
    """Raises ModelError where the weights need more than `free` bytes; None means unknown.

    `bytes_per_value` is what a weight takes at most while it is loaded, None where weights stay as
    they are stored. A language model's head and the module `left_out` do not count, because they
    are read row by row.
    """
    needed = 0
    for name, stored in checkpoint.tensors():
        module, _, part = name.rpartition(".")
        if module in ("lm_head", left_out):
            continue
        if bytes_per_value is None:
            needed += stored.nbytes
        elif part == "weight":
            rule = checkpoint.quantization(module)
            needed += (stored.size * 32 // rule.bits if rule else stored.size) * bytes_per_value
    if free is not None and needed > free:
        raise ModelError(
            f"{checkpoint.folder} needs {needed / 1e9:.1f} GB of memory "
            f"and {free / 1e9:.1f} GB are free",
            "choose a smaller model, or end other programs",
        )


def host_memory() -> int:
    """Bytes of memory that a process may take.

    On Linux this is the memory that the kernel calls available, elsewhere all memory.
    """
    if MEMINFO.is_file():
        for line in MEMINFO.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def free_memory(device: str) -> int | None:
    """Bytes that a model may take on MLX's `device`: `metal`, `cuda` or `cpu`; None if unknown."""
    if device == "cpu":
        return host_memory()
    import mlx.core as mx

    return gpu_memory(mx.device_info(), mx.get_active_memory())


def gpu_memory(info: dict[str, str | int], used: int = 0) -> int | None:
    """Bytes of a GPU's memory from MLX's `device_info`, less those `used` by earlier models.

    The result is None where `info` names no memory.

    >>> metal = {"architecture": "applegpu_g14d", "memory_size": 16}
    >>> gpu_memory(metal | {"max_recommended_working_set_size": 12}, used=5)
    7
    """
    key = next((key for key in GPU_MEMORY if key in info), None)
    if key is None:
        return None
    return int(info[key]) if key == FREE else max(0, int(info[key]) - used)
