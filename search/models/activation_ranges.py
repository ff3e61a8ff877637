"""How large a model's activations get, which products in 8 bits need to know.

A model folder may have them in `activations.safetensors`. `python -m scripts.measure_activations`
measures them on ordinary text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .quantization import as_float32
from .safetensors_file import SafetensorsFile

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from .bert import BertConfig

    Float32 = NDArray[np.float32]

FILE = "activations.safetensors"
# The matrices of a layer of BERT whose inputs are smoothed.
ATTENTION, UP, DOWN = "attention", "intermediate", "output"


@dataclass(frozen=True, slots=True)
class ActivationRanges:
    """The largest absolute value of each channel that enters a matrix, by `N.MATRIX`."""

    of: dict[str, Float32]

    @classmethod
    def in_folder(cls, folder: Path) -> ActivationRanges | None:
        """The ranges in a model's folder; None where it has none.

        Raises ModelError for a damaged file.
        """
        path = folder / FILE
        if not path.is_file():
            return None
        file = SafetensorsFile(path)
        return cls({name: as_float32(file.tensor(name)) for name in file})

    def fit(self, config: BertConfig) -> bool:
        """Whether there are ranges of the right sizes for each layer of such a model."""
        sizes = {ATTENTION: config.hidden_size, UP: config.hidden_size}
        sizes[DOWN] = config.intermediate_size
        return all(
            (name := f"{i}.{matrix}") in self.of and self.of[name].shape == (size,)
            for i in range(config.layers)
            for matrix, size in sizes.items()
        )
