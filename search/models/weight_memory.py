"""Whether a model's weights fit, asked before they are loaded: a machine that swaps is as good as hung."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ModelError

if TYPE_CHECKING:
    from .checkpoint import Checkpoint

MEMINFO = Path("/proc/meminfo")
# what MLX calls a GPU's memory on Metal and on CUDA, the most telling first
FREE = "free_memory"
GPU_MEMORY = (FREE, "max_recommended_working_set_size", "total_memory", "memory_size")


def require_memory(
    checkpoint: Checkpoint, bytes_per_value: int | None, free: int | None, left_out: str = ""
) -> None:
    """ModelError where the weights take more than `free` bytes; no question is asked where `free` is unknown.

    `bytes_per_value` is that of a loaded weight, None where weights stay as they are stored. A language model's head,
    and the module `left_out`, are read row by row.
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
            f"{checkpoint.folder} needs {needed / 1e9:.1f} GB of memory and {free / 1e9:.1f} GB are free",
            "choose a smaller model, or end other programs",
        )


def host_memory() -> int:
    """Bytes of memory that a process may take: what Linux calls available; elsewhere all there is."""
    if MEMINFO.is_file():
        for line in MEMINFO.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def free_memory(device: str) -> int | None:
    """Bytes that a model may take where MLX runs, which is `metal`, `cuda` or `cpu`; None where it is not known."""
    if device == "cpu":
        return host_memory()
    import mlx.core as mx

    return gpu_memory(mx.device_info(), mx.get_active_memory())


def gpu_memory(info: dict[str, str | int], used: int = 0) -> int | None:
    """Bytes of a GPU's memory from MLX's `device_info`, less those `used` by models before; None where it says none.

    >>> gpu_memory({"architecture": "applegpu_g14d", "memory_size": 16, "max_recommended_working_set_size": 12}, used=5)
    7
    """
    key = next((key for key in GPU_MEMORY if key in info), None)
    if key is None:
        return None
    return int(info[key]) if key == FREE else max(0, int(info[key]) - used)
