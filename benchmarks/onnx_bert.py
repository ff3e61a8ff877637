"""BERT as an ONNX graph of onnxruntime's fused operators.

It is the graph that onnxruntime's own BERT optimiser makes of an exported model.
"""

from __future__ import annotations

import numpy as np
from onnx import TensorProto, helper, numpy_helper

MICROSOFT = "com.microsoft"


def bert_graph(weights: dict[str, np.ndarray], heads: int, eps: float) -> bytes:
    """The serialised model, which gives the last hidden states of the first tokens.

    Inputs: `ids` and `mask` (batch, length) int32. Output: `vectors` (batch, width) float32.
    """
    width = weights["embeddings.LayerNorm.weight"].size
    constants: dict[str, np.ndarray] = {"first": np.array(0, np.int64)}
    nodes = []

    def constant(name: str, value: np.ndarray) -> str:
        constants[name] = np.ascontiguousarray(value)
        return name

    def node(
        operator: str, inputs: list[str], output: str, domain: str = "", **attributes: object
    ) -> str:
        nodes.append(helper.make_node(operator, inputs, [output], domain=domain, **attributes))
        return output

    def norm(x: str, skip: str, bias: str, prefix: str) -> str:
        inputs = [x, skip, f"{prefix}.weight", f"{prefix}.bias", bias]
        for name in inputs[2:4]:
            constant(name, weights[name])
        return node("SkipLayerNormalization", inputs, f"{prefix}.out", MICROSOFT, epsilon=eps)

    # The embeddings of words, positions and token types, added and normalised.
    positions = (
        weights["embeddings.position_embeddings.weight"]
        + weights["embeddings.token_type_embeddings.weight"][0]
    )
    words = node(
        "Gather",
        [constant("words", weights["embeddings.word_embeddings.weight"]), "ids"],
        "words.out",
    )
    length = node("Shape", ["ids"], "length", start=1)
    constant("zero", np.zeros(1, np.int64))
    node("Slice", [constant("places", positions), "zero", length], "places.out")
    summed = node("Add", [words, "places.out"], "summed")
    for kind in ("weight", "bias"):
        constant(f"embeddings.LayerNorm.{kind}", weights[f"embeddings.LayerNorm.{kind}"])
    inputs = [summed, "embeddings.LayerNorm.weight", "embeddings.LayerNorm.bias"]
    x = node("LayerNormalization", inputs, "embedded", epsilon=eps)
    # The layers.
    layers = 1 + max(
        int(name.split(".")[2]) for name in weights if name.startswith("encoder.layer.")
    )
    for i in range(layers):
        p = f"encoder.layer.{i}"
        # Attention, its projection, and the residual.
        qkv = [f"{p}.attention.self.{part}" for part in ("query", "key", "value")]
        weight = constant(f"{p}.qkv", np.concatenate([weights[f"{name}.weight"] for name in qkv]).T)
        bias = constant(f"{p}.qkv.bias", np.concatenate([weights[f"{name}.bias"] for name in qkv]))
        attended = node(
            "Attention", [x, weight, bias, "mask"], f"{p}.attended", MICROSOFT, num_heads=heads
        )
        for module in ("attention.output.dense", "intermediate.dense", "output.dense"):
            constant(f"{p}.{module}", weights[f"{p}.{module}.weight"].T)
            constant(f"{p}.{module}.bias", weights[f"{p}.{module}.bias"])
        out = node("MatMul", [attended, f"{p}.attention.output.dense"], f"{p}.projected")
        x = norm(out, x, f"{p}.attention.output.dense.bias", f"{p}.attention.output.LayerNorm")
        # The feed-forward network and the residual.
        up = node("MatMul", [x, f"{p}.intermediate.dense"], f"{p}.up")
        up = node("BiasGelu", [up, f"{p}.intermediate.dense.bias"], f"{p}.gelu", MICROSOFT)
        down = node("MatMul", [up, f"{p}.output.dense"], f"{p}.down")
        x = norm(down, x, f"{p}.output.dense.bias", f"{p}.output.LayerNorm")
    # The vectors: the hidden states of the first tokens.
    node("Gather", [x, "first"], "vectors", axis=1)
    shape = ["batch", "length"]
    graph = helper.make_graph(
        nodes,
        "bert",
        [helper.make_tensor_value_info(name, TensorProto.INT32, shape) for name in ("ids", "mask")],
        [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["batch", width])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    imports = [helper.make_opsetid("", 17), helper.make_opsetid(MICROSOFT, 1)]
    return helper.make_model(graph, opset_imports=imports, ir_version=8).SerializeToString()
