"""Models that are larger than the memory are refused, and batches that are larger are halved."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from search.errors import ModelError
from search.models.bert_mlx import BertMlx
from search.models.bert_onnx import BertFloat32
from search.models.checkpoint import Checkpoint
from search.models.embedder import load_embedder
from search.models.qwen3_mlx import Qwen3Mlx
from search.models.reranker import load_reranker
from search.models.weight_memory import gpu_memory

FIXTURES = Path(__file__).parent / "fixtures"
BACKENDS = ["cpu", "mlx"]
SMAPS = Path("/proc/self/smaps")
ROWS = 1 << 32
# Architecture → its fixture, and a matrix of (rows, 64) that is made larger than any machine.
MATRICES = {
    "bert": (FIXTURES / "bert" / "tiny", "encoder.layer.0.intermediate.dense.weight"),
    "qwen3": (FIXTURES / "qwen3", "model.layers.0.mlp.up_proj.weight"),
}
NO_MEMORY = RuntimeError(
    "[metal::malloc] Attempting to allocate 9 bytes which is greater than the maximum allowed"
)


def huge(folder, kind):
    """Copy the small model; one matrix gets a hole of a terabyte in the place of its values."""
    source, matrix = MATRICES[kind]
    shutil.copytree(source, folder)
    weights = folder / "model.safetensors"
    data = weights.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header, body = json.loads(data[8 : 8 + length]), data[8 + length :]
    header[matrix] = {
        "dtype": "F32",
        "shape": [ROWS, 64],
        "data_offsets": [len(body), len(body) + ROWS * 64 * 4],
    }
    head = json.dumps(header).encode()
    with weights.open("wb") as file:
        file.write(len(head).to_bytes(8, "little") + head + body)
        file.truncate(8 + len(head) + len(body) + ROWS * 64 * 4)
    return str(folder)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("role", "kind", "name"),
    [
        (load_embedder, "bert", "model"),
        (load_embedder, "qwen3", "Qwen3-Embedding-0.6B"),
        (load_reranker, "qwen3", "Qwen3-Reranker-0.6B"),
    ],
)
def test_a_model_that_does_not_fit_is_refused_with_sizes(tmp_path, backend, role, kind, name):
    folder = huge(tmp_path / name, kind)
    # onnxruntime copies the weights of BERT while it loads them.
    terabytes = "21" if (kind, backend) == ("bert", "cpu") else "10"
    with pytest.raises(
        ModelError,
        match=(
            rf"{folder} needs {terabytes}\d\d\.\d GB of memory and \d+\.\d GB are free; "
            r"choose a smaller model, or end other programs"
        ),
    ):
        role(folder, backend)


def test_loaded_models_lessen_the_free_memory_of_apple_gpus():
    apple = {
        "architecture": "applegpu_g14d",
        "memory_size": 16,
        "max_recommended_working_set_size": 12,
    }
    assert [gpu_memory(apple, used) for used in (0, 5, 99)] == [12, 7, 0]
    assert gpu_memory({"free_memory": 5, "total_memory": 9}, 4) == 5


class CrowdedBert(BertMlx):
    """An encoder with memory for only two texts at a time."""

    def _forward(self, rows, lengths, first, with_states):
        if len(rows) > 2:
            raise NO_MEMORY
        return super()._forward(rows, lengths, first, with_states)


class CrowdedBertOnnx(BertFloat32):
    """An encoder with memory for only two texts at a time."""

    def _forward(self, texts, first, with_states):
        if len(texts) > 2:
            raise MemoryError
        return super()._forward(texts, first, with_states)


class CrowdedQwen3(Qwen3Mlx):
    """An encoder with memory for only two texts at a time."""

    def _forward(self, prefix, rows, lengths):
        if len(rows) > 2:
            raise NO_MEMORY
        return super()._forward(prefix, rows, lengths)


@pytest.mark.parametrize(
    ("kind", "crowded", "roomy"),
    [
        ("bert", CrowdedBert, BertMlx),
        ("bert", CrowdedBertOnnx, BertFloat32),
        ("qwen3", CrowdedQwen3, Qwen3Mlx),
    ],
)
def test_a_batch_that_is_too_large_is_halved_and_goes_on(kind, crowded, roomy):
    (pooling, *_) = roomy.poolings
    checkpoint = Checkpoint(MATRICES[kind][0])
    ids = [list(range(1, 1 + length)) for length in (9, 4, 7, 4, 2, 4, 5, 3, 4, 8)]
    np.testing.assert_allclose(
        crowded(checkpoint, pooling).encode(ids),
        roomy(checkpoint, pooling).encode(ids),
        rtol=0,
        atol=2e-6,
    )


def resident(path):
    """The kilobytes of that file which this process has in memory through its maps."""
    kilobytes, inside = 0, False
    for line in SMAPS.read_text().splitlines():
        name, *rest = line.split()
        if not name.endswith(":"):
            inside = rest[-1] == str(path)
        elif inside and name == "Rss:":
            kilobytes += int(rest[0])
    return kilobytes


@pytest.mark.skipif(not SMAPS.is_file(), reason="only Linux tells what a map has in memory")
def test_weights_that_were_read_leave_the_memory_and_can_be_read_again(tmp_path):
    folder = Path(shutil.copytree(FIXTURES / "qwen3", tmp_path / "qwen3"))
    checkpoint = Checkpoint(folder)
    weights = {name: stored.copy() for name, stored in checkpoint.tensors()}
    views = dict(checkpoint.tensors())
    file = folder / "model.safetensors"
    assert resident(file) >= file.stat().st_size // 1024
    checkpoint.release()
    assert resident(file) == 0
    for name, stored in weights.items():
        np.testing.assert_array_equal(views[name], stored)
