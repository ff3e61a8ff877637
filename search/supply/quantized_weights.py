"""The weights of a plain checkpoint, quantised one after the other.

mlx-lm quantises the checkpoints that it knows: Qwen3 language models with their head, such as the
rerankers. It knows no BERT and refuses a Qwen3 checkpoint without a head, such as the embedders.
Those are quantised here, matrix by matrix, with the same call of MLX and so to the same numbers.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any, TypeAlias

from ..errors import ModelError
from ..models.caches import weights_header

Arrays: TypeAlias = "dict[str, Any]"
"""Arrays of MLX by their names in the checkpoint."""

HEADED = "model."
"""What the names of weights begin with where a checkpoint has the head of a language model."""

# These are looked up by position, or are so small that quantising saves nothing.
UNQUANTIZED = re.compile(
    r"(position_embeddings|token_type_embeddings|pooler\.dense|classifier)\.weight$|position_ids$"
)


def quantized(files: Sequence[Path], rules: dict[str, Any]) -> Iterator[Arrays]:
    """The weights in `files`, each as the arrays that stand for it, by MLX's `rules`.

    An iteration step reads, computes and hands over one weight; the weights before it are not kept.
    Raises ModelError where mlx-lm is needed and not installed.
    """
    has_head = any(name.startswith(HEADED) for file in files for name in weights_header(file))
    return quantized_by_mlx_lm(files, rules) if has_head else quantized_by_matrix(files, rules)


def quantized_by_mlx_lm(files: Sequence[Path], rules: dict[str, Any]) -> Iterator[Arrays]:
    """The weights of a Qwen3 language model as mlx-lm quantises them, computed one after the other.

    Raises ModelError where mlx-lm is not installed.
    """
    import mlx.core as mx
    from mlx.utils import tree_flatten, tree_map

    try:
        with warnings.catch_warnings():
            # The packages that mlx-lm imports warn about each other.
            warnings.simplefilter("ignore")
            from mlx_lm.utils import load_model, quantize_model
    except ImportError as error:
        raise ModelError(
            f"converting this model needs the package mlx-lm, which cannot be imported: {error}",
            "install it: pip install mlx-lm",
        ) from error
    # Lazily loaded, a weight is read and computed only when it is written.
    model, config = load_model(files[0].parent, lazy=True)
    # mlx-lm prints the number of bits a weight.
    with redirect_stdout(StringIO()):
        model, _ = quantize_model(
            model, config, rules["group_size"], rules["bits"], mode=rules["mode"]
        )
    weights = dict(tree_flatten(model.parameters()))
    # The model gives up its references, so that no weight stays in memory once it is written.
    model.update(tree_map(lambda _: mx.array([]), model.parameters()))
    for name in sorted(weights):
        arrays = {name: weights.pop(name)}
        mx.eval(arrays)
        yield arrays


def quantized_by_matrix(files: Sequence[Path], rules: dict[str, Any]) -> Iterator[Arrays]:
    """Each weight as the arrays that stand for it, computed one after the other."""
    import mlx.core as mx

    for path in files:
        stored: Any = mx.load(str(path))
        for name in sorted(stored):
            weight = stored.pop(name)
            is_matrix = (
                name.endswith(".weight") and weight.ndim == 2 and not UNQUANTIZED.search(name)
            )
            if is_matrix and weight.shape[-1] % rules["group_size"] == 0:
                parts = mx.quantize(weight, **rules)
                module = name.removesuffix(".weight")
                names = [f"{module}.{part}" for part in ("weight", "scales", "biases")]
                arrays = dict(zip(names[: len(parts)], parts, strict=True))
            else:
                arrays = {name: weight}
            mx.eval(arrays)
            yield arrays
