"""A computation written down in ONNX's file format, which onnxruntime runs.

The format is protobuf (https://protobuf.dev/programming-guides/encoding), and the numbers of the
fields are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto. The few messages that a
graph needs are written here, because the package `onnx` takes 40 MB and 0.1 s at every start.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from struct import pack
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# onnxruntime's own operators: https://github.com/microsoft/onnxruntime, docs/ContribOperators.md
MICROSOFT = "com.microsoft"
OPERATOR_SETS = {"": 18, MICROSOFT: 1}
FILE_VERSION = 8
# TensorProto.DataType
ELEMENTS = {"float32": 1, "uint8": 2, "int8": 3, "int64": 7}
# AttributeProto: a value's type → its field and AttributeType.
_FLOAT, _INT = (2, 1), (3, 2)
_EXTERNAL = 1


class Graph:
    """Operators in the order in which they run, and the constants that they use.

    `constants` maps names to arrays, whose values are handed to a session beside the file.
    """

    def __init__(self) -> None:
        self.constants: dict[str, NDArray[Any]] = {}
        self._nodes: list[bytes] = []
        self._integers: dict[str, bytes] = {}

    def constant(self, name: str, value: NDArray[Any]) -> str:
        """Add a constant, and return its name."""
        self.constants[name] = np.ascontiguousarray(value)
        return name

    def integer(self, name: str, value: int) -> str:
        """Add a list of one whole number of at least 0, such as an axis, and return its name.

        It stands in the file itself, because onnxruntime derives shapes from it. Operators that
        use the same number may add it again.
        """
        value_field = (9, value.to_bytes(8, "little"))
        self._integers[name] = _message([(1, 1), (2, ELEMENTS["int64"]), (8, name), value_field])
        return name

    def node(
        self,
        operator: str,
        inputs: Sequence[str],
        output: str,
        *more_outputs: str,
        domain: str = "",
        **attributes: float,
    ) -> str:
        """Add an operator of `domain`, and return the name of its first output.

        An input that is left out has an empty name. Attributes are not negative.
        """
        fields: list[tuple[int, str | bytes]] = [(1, name) for name in inputs]
        fields += [(2, name) for name in (output, *more_outputs)]
        fields.append((4, operator))
        fields += [(5, _attribute(name, value)) for name, value in attributes.items()]
        fields.append((7, domain))
        self._nodes.append(_message(fields))
        return output

    def serialized(
        self, inputs: Mapping[str, Sequence[int | str]], outputs: Mapping[str, Sequence[int | str]]
    ) -> bytes:
        """The model file without the values of the constants.

        `inputs` and `outputs` give each float32 array's shape, in which a text names a length that
        varies.
        """
        graph = _message(
            [
                *((1, node) for node in self._nodes),
                (2, "graph"),
                *((5, _constant(name, value)) for name, value in self.constants.items()),
                *((5, integer) for integer in self._integers.values()),
                *((11, _array(name, shape)) for name, shape in inputs.items()),
                *((12, _array(name, shape)) for name, shape in outputs.items()),
            ]
        )
        sets = [_message([(1, domain), (2, version)]) for domain, version in OPERATOR_SETS.items()]
        return _message([(1, FILE_VERSION), (7, graph), *((8, each) for each in sets)])


def _attribute(name: str, value: float) -> bytes:
    field, kind = _INT if isinstance(value, int) else _FLOAT
    return _message([(1, name), (field, value), (20, kind)])


def _constant(name: str, value: NDArray[Any]) -> bytes:
    location = _message([(1, "location"), (2, "in memory")])
    dimensions = [(1, size) for size in value.shape]
    kind = ELEMENTS[value.dtype.name]
    return _message([*dimensions, (2, kind), (8, name), (13, location), (14, _EXTERNAL)])


def _array(name: str, shape: Sequence[int | str]) -> bytes:
    sizes = _message([(1, _message([(1 if isinstance(size, int) else 2, size)])) for size in shape])
    tensor = _message([(1, ELEMENTS["float32"]), (2, sizes)])
    return _message([(1, name), (2, _message([(1, tensor)]))])


def _message(fields: Iterable[tuple[int, float | str | bytes]]) -> bytes:
    """A protobuf message of (number, value)."""
    return b"".join(_field(number, value) for number, value in fields)


def _field(number: int, value: float | str | bytes) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    if isinstance(value, float):
        return _varint(number << 3 | 5) + pack("<f", value)
    data = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first; the eighth bit says that more follow."""
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)
