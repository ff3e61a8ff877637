"""The models that docsearch knows by name."""

from __future__ import annotations

from dataclasses import dataclass

EMBEDDER, RERANKER = "embedder", "reranker"
STANDARD, MLX = "standard", "MLX"
APACHE, MIT = "Apache-2.0", "MIT"


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A repository that is known to work.

    `download_bytes` is about the size of its weights. `dimensions` is 0 for a reranker.
    """

    name: str
    role: str
    form: str
    bits: int
    dimensions: int
    download_bytes: int
    licence: str


MB = 10**6
# The sizes are computed from the models' numbers of parameters.
KNOWN: tuple[KnownModel, ...] = (
    KnownModel("Qwen/Qwen3-Embedding-0.6B", EMBEDDER, STANDARD, 16, 1024, 1192 * MB, APACHE),
    KnownModel("Qwen/Qwen3-Embedding-4B", EMBEDDER, STANDARD, 16, 2560, 8044 * MB, APACHE),
    KnownModel("Qwen/Qwen3-Embedding-8B", EMBEDDER, STANDARD, 16, 4096, 15135 * MB, APACHE),
    KnownModel(
        "mlx-community/Qwen3-Embedding-0.6B-4bit-DWQ", EMBEDDER, MLX, 4, 1024, 335 * MB, APACHE
    ),
    KnownModel(
        "mlx-community/Qwen3-Embedding-4B-4bit-DWQ", EMBEDDER, MLX, 4, 2560, 2263 * MB, APACHE
    ),
    KnownModel(
        "mlx-community/Qwen3-Embedding-8B-4bit-DWQ", EMBEDDER, MLX, 4, 4096, 4257 * MB, APACHE
    ),
    KnownModel("mlx-community/bge-small-en-v1.5-bf16", EMBEDDER, MLX, 16, 384, 67 * MB, MIT),
    KnownModel("mlx-community/bge-small-en-v1.5-4bit", EMBEDDER, MLX, 4, 384, 19 * MB, MIT),
    KnownModel("intfloat/multilingual-e5-small", EMBEDDER, STANDARD, 32, 384, 471 * MB, MIT),
    KnownModel("Qwen/Qwen3-Reranker-0.6B", RERANKER, STANDARD, 16, 0, 1192 * MB, APACHE),
    KnownModel("Qwen/Qwen3-Reranker-4B", RERANKER, STANDARD, 16, 0, 8044 * MB, APACHE),
    KnownModel("Qwen/Qwen3-Reranker-8B", RERANKER, STANDARD, 16, 0, 16377 * MB, APACHE),
)
