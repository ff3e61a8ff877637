"""Query and key heads are normalised here, and then rotated by the positions of their tokens."""

# MLX's layers have no types.
# mypy: allow-untyped-calls

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import mlx.core as mx
from mlx.nn.layers.normalization import RMSNorm

from .qwen3 import Qwen3Config

# One warp computes one head of one token. MLX's own two kernels would copy heads that do not lie in
# order, and would read and write each head twice.
_SOURCE = """
  constexpr int PAIRS = SIZE / 64;
  long row = (long(blockIdx.x) * blockDim.x + threadIdx.x) / 32;
  if (row >= long(heads_shape[0]) * heads_shape[1] * heads_shape[2]) return;
  int first = threadIdx.x % 32 * PAIRS;
  long angle = row / heads_shape[2] % heads_shape[1] * (SIZE / 2);
  float a[PAIRS], b[PAIRS], squares = 0;
  for (int i = 0; i < PAIRS; i++) {
    a[i] = float(heads[row * SIZE + first + i]);
    b[i] = float(heads[row * SIZE + SIZE / 2 + first + i]);
    squares += a[i] * a[i] + b[i] * b[i];
  }
  for (int lane = 16; lane > 0; lane /= 2) squares += __shfl_xor_sync(0xffffffff, squares, lane);
  float scale = rsqrtf(squares / SIZE + eps);
  for (int i = 0; i < PAIRS; i++) {
    float c = cosines[angle + first + i], s = sines[angle + first + i];
    float x = a[i] * scale * float(weight[first + i]);
    float y = b[i] * scale * float(weight[SIZE / 2 + first + i]);
    out[row * SIZE + first + i] = T(x * c - y * s);
    out[row * SIZE + SIZE / 2 + first + i] = T(x * s + y * c);
  }
"""
_THREADS = 256

# (B, L, heads, size) heads and their norm → (B, heads, L, size), normalised and rotated
Rotate = Callable[[mx.array, RMSNorm], mx.array]


class Rotation:
    """The rotation with MLX's operations, from the position `offset` on.

    `offset` is one number for all texts, or (B,) numbers. `length` is not needed here.
    """

    def __init__(self, config: Qwen3Config, offset: int | mx.array, length: int = 1) -> None:
        self.config = config
        self.offset = offset

    def __call__(self, heads: mx.array, norm: RMSNorm) -> mx.array:
        """(B, L, heads, size) → (B, heads, L, size) (https://arxiv.org/abs/2104.09864)."""
        out: mx.array = mx.fast.rope(
            norm(heads).transpose(0, 2, 1, 3),
            self.config.head_size,
            traditional=False,
            base=self.config.theta,
            scale=1.0,
            offset=self.offset,
        )
        return out


class CudaRotation:
    """The rotation in one kernel, for `length` positions and heads of a multiple of 64 numbers."""

    def __init__(self, config: Qwen3Config, offset: int, length: int) -> None:
        size = config.head_size
        frequencies = config.theta ** (-mx.arange(0, size, 2) / size)
        angles = mx.arange(offset, offset + length)[:, None] * frequencies
        self.cosines, self.sines = mx.cos(angles), mx.sin(angles)

    def __call__(self, heads: mx.array, norm: RMSNorm) -> mx.array:
        """(B, L, heads, size) → (B, heads, L, size)."""
        (out,) = _kernel(norm.eps)(
            inputs=[heads, norm.weight, self.cosines, self.sines],
            template=[("T", heads.dtype), ("SIZE", heads.shape[-1])],
            grid=(heads.size // heads.shape[-1] * 32, 1, 1),
            threadgroup=(_THREADS, 1, 1),
            output_shapes=[heads.shape],
            output_dtypes=[heads.dtype],
        )
        rotated: mx.array = out.transpose(0, 2, 1, 3)
        return rotated


@cache
def _kernel(eps: float) -> Any:
    return mx.fast.cuda_kernel(
        name=f"norm_rotate_{f'{eps:g}'.replace('-', '_').replace('.', '_')}",
        input_names=["heads", "weight", "cosines", "sines"],
        output_names=["out"],
        source=f"  constexpr float eps = {eps!r}f;{_SOURCE}",
    )


def rotation_on(device: str, config: Qwen3Config) -> Callable[[Qwen3Config, int, int], Rotate]:
    """The class that rotates the model's heads on `device`."""
    return CudaRotation if device == "cuda" and config.head_size % 64 == 0 else Rotation
