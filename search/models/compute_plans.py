"""How much goes through a model at a time on each kind of device, and in which numbers.

Measured on a processor and on CUDA; Metal's figures follow published ones: a batch of 8 × 256 tokens fills its GPU.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ComputePlan:
    """What a device wants.

    batch_tokens: padded tokens in a batch; more only costs memory. length_step: texts are padded to a multiple of it,
    because CUDA's attention plans each new shape anew. bytes_per_value: of a weight in memory, None where weights stay
    as they are stored. clears_buffers: after each batch; they are kept otherwise, up to a limit, because on CUDA giving
    them back takes a third of the time.
    """

    batch_tokens: int
    length_step: int
    bytes_per_value: int | None
    clears_buffers: bool = True


PLANS = {
    "metal": ComputePlan(batch_tokens=4096, length_step=8, bytes_per_value=None),
    "cuda": ComputePlan(
        batch_tokens=32768, length_step=32, bytes_per_value=2, clears_buffers=False
    ),
    "cpu": ComputePlan(batch_tokens=2048, length_step=1, bytes_per_value=4),
}
