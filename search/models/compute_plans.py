"""How much goes through a model at a time on each kind of device, and in which numbers.

The figures for a processor and for CUDA were measured. Those for Metal follow published ones: a
batch of 8 × 256 tokens fills its GPU.
"""

from __future__ import annotations

from dataclasses import dataclass

from .batches import few_counts


@dataclass(frozen=True, slots=True)
class ComputePlan:
    """How a device is used.

    `batch_tokens` are the padded tokens in a batch; more would only cost memory. Texts are padded
    to a multiple of `length_step`, and where there are `few_shapes`, a batch also gets rows of
    padding: CUDA's attention makes a plan for each new shape, which takes 0.1 s. A reranker reads
    as many texts in each query, so its batches get no rows.
    `bytes_per_value` is what a weight takes in memory, None where weights stay as they are stored.
    `clears_buffers` says whether buffers are freed after each batch. Elsewhere they are kept, up to
    a limit, because freeing them takes a third of the time on CUDA.
    """

    batch_tokens: int
    length_step: int
    bytes_per_value: int | None
    clears_buffers: bool = True
    few_shapes: bool = False

    def rows(self, count: int, length: int) -> int:
        """The rows of a batch of `count` texts of that padded length."""
        return few_counts(count, self.batch_tokens // length) if self.few_shapes else count


PLANS = {
    "metal": ComputePlan(batch_tokens=4096, length_step=8, bytes_per_value=None),
    "cuda": ComputePlan(
        batch_tokens=32768,
        length_step=32,
        bytes_per_value=2,
        clears_buffers=False,
        few_shapes=True,
    ),
    "cpu": ComputePlan(batch_tokens=2048, length_step=1, bytes_per_value=4),
}
