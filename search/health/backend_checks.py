"""Checks of what computes the models: MLX or the processor, and the cores."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import find_spec

from ..errors import DocsearchError
from ..models.cpu_threads import cores
from ..models.embedder import load_embedder
from ..models.engines import engine_for, has_gpu
from ..results import Check, CheckState

AREA = "backend"


def backend_checks(backend: str) -> Iterator[Check]:
    """The checks of the engines under the setting `backend`: auto, mlx or cpu."""
    yield _engine_check(backend)
    yield _cpu_check()
    usable, there = cores(), os.cpu_count() or 1
    text = f"{usable} of {there} cores may be used"
    yield Check(AREA, "threads", CheckState.OK, text)


def _engine_check(backend: str) -> Check:
    try:
        installed, gpu = find_spec("mlx") is not None, has_gpu()
        engine = engine_for(backend)
    except DocsearchError as error:
        return Check(AREA, "engine", CheckState.ERROR, error.message, error.hint)
    if engine == "mlx" and not installed:
        advice = "install it: pip install mlx; or choose the backend cpu"
        return Check(AREA, "engine", CheckState.ERROR, "MLX is not installed", advice)
    if engine == "mlx" and not gpu:
        text = "MLX runs on the processor, where it is much slower than the backend cpu"
        return Check(AREA, "engine", CheckState.WARNING, text, "choose the backend auto")
    if engine == "mlx":
        return Check(AREA, "engine", CheckState.OK, "MLX computes on the GPU")
    reason = (
        "the settings say so"
        if backend == "cpu"
        else "MLX finds no GPU"
        if installed
        else "MLX is not installed"
    )
    return Check(AREA, "engine", CheckState.OK, f"the processor computes: {reason}")


def _cpu_check() -> Check:
    """Whether the processor computes: the embedder of the package embeds a sentence."""
    try:
        embedder = load_embedder("starter", "cpu")
        vector = embedder.embed_query("Is anybody there?")
        length = float(vector @ vector)
    except (DocsearchError, OSError, ImportError) as error:
        advice = "install docsearch again"
        return Check(
            AREA, "kernels", CheckState.ERROR, f"the processor cannot embed: {error}", advice
        )
    if not 0.99 < length < 1.01:
        advice = "install numpy and onnxruntime again"
        return Check(
            AREA, "kernels", CheckState.ERROR, "the processor computes wrong vectors", advice
        )
    return Check(AREA, "kernels", CheckState.OK, f"right vectors, in {embedder.precision}")
