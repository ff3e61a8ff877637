"""The layers of BERT as a checkpoint stores them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .bert import BertConfig
    from .checkpoint import Checkpoint
    from .quantization import Matrix

    Float32 = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class LayerNorm:
    """Layer normalisation (https://arxiv.org/abs/1607.06450).

    Its weight and bias are (width,) each.
    """

    weight: Float32
    bias: Float32
    eps: float


@dataclass(frozen=True, slots=True)
class StoredLayer:
    """A layer's weights as the checkpoint has them; its matrices are (out, in).

    `output` is the projection after the attention.
    """

    query: Matrix
    query_bias: Float32
    key: Matrix
    value: Matrix
    value_bias: Float32
    output: Matrix
    output_bias: Float32
    output_norm: LayerNorm
    up: Matrix
    up_bias: Float32
    down: Matrix
    down_bias: Float32
    down_norm: LayerNorm

    @classmethod
    def of(cls, checkpoint: Checkpoint, number: int, config: BertConfig) -> StoredLayer:
        """The layer of that number. Raises ModelError where a weight is missing or misshapen."""
        prefix = f"{config.root}encoder.layer.{number}."
        width, inner = config.hidden_size, config.intermediate_size
        attention, output = "attention.self.", "attention.output."
        up, down = "intermediate.dense", "output.dense"

        def matrix(name: str, rows: int, columns: int) -> Matrix:
            return checkpoint.matrix(prefix + name, rows, columns)

        def bias(name: str, size: int) -> Float32:
            return checkpoint.vector(f"{prefix}{name}.bias", size)

        return cls(
            query=matrix(f"{attention}query", width, width),
            query_bias=bias(f"{attention}query", width),
            key=matrix(f"{attention}key", width, width),
            value=matrix(f"{attention}value", width, width),
            value_bias=bias(f"{attention}value", width),
            output=matrix(f"{output}dense", width, width),
            output_bias=bias(f"{output}dense", width),
            output_norm=norm_of(checkpoint, prefix + output[:-1], config),
            up=matrix(up, inner, width),
            up_bias=bias(up, inner),
            down=matrix(down, width, inner),
            down_bias=bias(down, width),
            down_norm=norm_of(checkpoint, f"{prefix}output", config),
        )


def norm_of(checkpoint: Checkpoint, module: str, config: BertConfig) -> LayerNorm:
    """The layer normalisation of a module. Raises ModelError where it is missing."""
    name, width = f"{module}.LayerNorm", config.hidden_size
    return LayerNorm(
        checkpoint.vector(f"{name}.weight", width),
        checkpoint.vector(f"{name}.bias", width),
        config.eps,
    )
