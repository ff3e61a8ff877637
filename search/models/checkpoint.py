"""A model folder: its configuration and its weights.

Only safetensors files are read. Pickles could run code, so they are never opened.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ModelError
from .borrowed_words import BorrowedWords, lender
from .quantization import SMALL_FLOATS, Affine, Matrix, Plain, Quantization, SmallFloats, as_float32
from .safetensors_file import SafetensorsFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

HINT = "fetch the model again"
SUMS = "SHA256SUMS"
SAMPLE_BYTES = 4096
NUMPY_BITS = (2, 4, 8)
MLX_HINT = "use the mlx engine, or an affine checkpoint of 4 or 8 bits"


class Checkpoint:
    """A folder in the Hugging Face layout, plain or quantised by MLX.

    Weights are mapped into memory and read when they are needed.
    Raises ModelError where a file is missing, damaged or in a format that is not supported.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if not folder.is_dir():
            raise ModelError(
                f"{folder} is not a model folder", "name one with config.json and model.safetensors"
            )
        self.config = read_json(folder / "config.json")
        self.files = self._weight_files()
        self._shards: list[SafetensorsFile | BorrowedWords] = [
            SafetensorsFile(path) for path in self.files
        ]
        self.lender = lender(folder, self.config)
        self.borrowed: BorrowedWords | None = None
        if self.lender is not None:
            self.borrowed = BorrowedWords(SafetensorsFile(self.lender / "model.safetensors"))
            self._shards.append(self.borrowed)
        self._shard_of = {name: shard for shard in self._shards for name in shard}
        # mlx-lm writes both keys, other quantisers only the second one.
        self._rules = (
            self.config.get("quantization") or self.config.get("quantization_config") or {}
        )
        if "quant_method" in self._rules:
            method = self._rules["quant_method"]
            raise ModelError(
                f"{folder} is quantised by {method}", "choose a plain or an MLX checkpoint"
            )

    def __contains__(self, name: str) -> bool:
        return name in self._shard_of

    @property
    def model_type(self) -> str:
        """The architecture's name, as `transformers` and mlx-lm spell it."""
        return str(self.setting("model_type"))

    def setting(self, key: str) -> Any:
        """The value of `key` in config.json. Raises ModelError where it is missing."""
        if key not in self.config:
            raise ModelError(f"{self.folder / 'config.json'} has no {key}", HINT)
        return self.config[key]

    def tensors(self) -> Iterator[tuple[str, NDArray[Any]]]:
        """All names and stored arrays, in the order of the names; bfloat16 comes as uint16."""
        return ((name, self._shard_of[name].tensor(name)) for name in sorted(self._shard_of))

    def stored(self, name: str) -> NDArray[Any]:
        """The stored array, read-only. Raises ModelError where it is missing."""
        if name not in self._shard_of:
            raise ModelError(f"{self.folder} lacks the weights {name}", HINT)
        return self._shard_of[name].tensor(name)

    def tensor(self, name: str, *shape: int) -> NDArray[Any]:
        """The stored array, read-only. Raises ModelError where it is missing or misshapen."""
        stored = self.stored(name)
        if stored.shape != shape:
            raise ModelError(
                f"{self.folder} holds {name} as {stored.shape} where {shape} is expected", HINT
            )
        return stored

    def vector(self, name: str, size: int) -> NDArray[np.float32]:
        """The stored array of `size` floats, as float32."""
        return as_float32(self.tensor(name, size))

    def matrix(self, module: str, rows: int, columns: int) -> Matrix:
        """The weight of a module, for numpy.

        Raises ModelError where the weight is quantised in a way that only MLX reads fast.
        """
        quantization = self.quantization(module)
        if quantization and quantization.mode == "affine" and quantization.bits not in NUMPY_BITS:
            raise ModelError(
                f"{self.folder} is quantised as affine of {quantization.bits} bits, "
                "which the cpu engine does not read",
                MLX_HINT,
            )
        return self.lookup(module, rows, columns)

    def lookup(self, module: str, rows: int, columns: int) -> Matrix:
        """As `matrix`, where a few rows are needed. It reads every number of bits, some slowly."""
        quantization = self.quantization(module)
        if quantization is None:
            return Plain(self.tensor(f"{module}.weight", rows, columns))
        size, bits = quantization.group_size, quantization.bits
        packed = self.tensor(f"{module}.weight", rows, columns * bits // 32)
        scales = self.tensor(f"{module}.scales", rows, columns // size)
        if quantization.mode in SMALL_FLOATS:
            return SmallFloats(packed, scales, quantization)
        if quantization.mode != "affine":
            raise ModelError(
                f"{self.folder} is quantised as {quantization.mode}, which is not known here",
                MLX_HINT,
            )
        return Affine(
            packed, scales, self.tensor(f"{module}.biases", rows, columns // size), quantization
        )

    def quantization(self, module: str) -> Quantization | None:
        """How the module's weight is quantised, None where it is not.

        A rule for the module itself goes before the general one.
        """
        if f"{module}.scales" not in self:
            return None
        rule = self._rules.get(module) or self._rules
        try:
            quantization = Quantization(
                int(rule["group_size"]), int(rule["bits"]), rule.get("mode", "affine")
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(
                f"{self.folder / 'config.json'} does not say how {module} is quantised", HINT
            ) from error
        if quantization.group_size < 1:
            raise ModelError(
                f"{self.folder / 'config.json'} gives {module} a group size below 1", HINT
            )
        return quantization

    def release(self) -> None:
        """Gives back the memory of the weights that were read. They can still be read."""
        for shard in self._shards:
            shard.release()

    def fingerprint(self) -> str:
        """16 hexadecimal digits of a SHA-256 that identifies these weights.

        It is taken over the weights' lines in SHA256SUMS where the folder has that file. Elsewhere
        it is taken over the name and the first 4 KiB of each tensor, because reading gigabytes at
        every start would cost seconds.
        """
        digest = hashlib.sha256()
        sums = self.folder / SUMS
        if sums.is_file():
            names = {path.name for path in self.files}
            lines = sums.read_text(encoding="utf-8", errors="replace").splitlines()
            listed = sorted(
                line for line in lines if line.split()[-1:] and line.split()[-1] in names
            )
            if len(listed) != len(names):
                raise ModelError(f"{sums} does not list the weights", HINT)
            digest.update("\n".join(listed).encode())
        else:
            for name, stored in self.tensors():
                digest.update(f"{name} {stored.dtype} {stored.shape}\n".encode())
                digest.update(stored.reshape(-1)[: SAMPLE_BYTES // stored.itemsize].tobytes())
        if self.lender is not None:
            digest.update(Checkpoint(self.lender).fingerprint().encode())
        return digest.hexdigest()[:16]

    def _weight_files(self) -> tuple[Path, ...]:
        index, single = (
            self.folder / "model.safetensors.index.json",
            self.folder / "model.safetensors",
        )
        if index.is_file():
            shards = read_json(index).get("weight_map")
            if not isinstance(shards, dict) or not all(
                isinstance(name, str) for name in shards.values()
            ):
                raise ModelError(f"{index} names no weight files", HINT)
            # Only the last part of each name is used, because a path could point anywhere.
            return tuple(self.folder / Path(name).name for name in sorted(set(shards.values())))
        if not single.is_file():
            pickled = any(
                next(self.folder.glob(pattern), None) for pattern in ("*.bin", "*.pt", "*.pth")
            )
            hint = (
                "pickled weights are not read: choose a model with safetensors" if pickled else HINT
            )
            raise ModelError(f"{self.folder} has no model.safetensors", hint)
        return (single,)


def read_json(path: Path) -> dict[str, Any]:
    """The object in a model's JSON file. Raises ModelError where it is missing or damaged."""
    value = _parsed(path)
    if not isinstance(value, dict):
        raise ModelError(f"{path} holds no JSON object", HINT)
    return value


def read_list(path: Path) -> list[Any]:
    """The array in a model's JSON file. Raises ModelError where it is missing or damaged."""
    value = _parsed(path)
    if not isinstance(value, list):
        raise ModelError(f"{path} holds no JSON array", HINT)
    return value


def _parsed(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}", HINT) from error
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{path} is not JSON", HINT) from error
