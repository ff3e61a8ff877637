"""BERT in 8 bits: near the vectors of float32, the same whatever runs beside, and never mixed."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from scripts import measure_activations
from search.errors import ModelError
from search.index import Index
from search.models import engines
from search.models.activation_ranges import ActivationRanges
from search.models.bert_onnx import BertFloat32, BertInt8
from search.models.checkpoint import Checkpoint
from search.models.embedder import load_embedder
from search.models.engines import precisions_for
from search.models.int8 import Int8Matrix, smoothing_factors
from search.models.onnx_session import multiplies_bytes_exactly
from search.models.reranker import load_reranker
from search.storage.catalog import Catalog

pytestmark = pytest.mark.skipif(
    not multiplies_bytes_exactly(), reason="this processor does not multiply bytes exactly"
)
MODELS = Path(engines.__file__).parent
TINY = Path(__file__).parent / "fixtures" / "bert" / "tiny"
TEXTS = [item["ids"] for item in json.loads((TINY / "expected.json").read_text())]


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small model with the ranges of its activations."""
    folder = tmp_path / "tiny"
    shutil.copytree(TINY, folder)
    monkeypatch.setattr(sys, "argv", ["measure_activations", str(folder)])
    measure_activations.main()
    return folder


def cosines(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.vecdot(a, b) / np.sqrt(np.vecdot(a, a) * np.vecdot(b, b))


def test_a_matrix_has_127_levels_for_each_column() -> None:
    matrix = np.array([[1, 0, 0.2], [-0.5, 0, -25.4]], np.float32)
    stored = Int8Matrix.of(matrix)
    assert stored.codes.dtype == np.int8
    assert stored.codes.tolist() == [[127, 0, 1], [-64, 0, -127]]
    np.testing.assert_allclose(stored.scales, [1 / 127, 1, 0.2], rtol=1e-6)


def test_a_large_channel_is_made_smaller_and_its_row_larger() -> None:
    matrix = np.array([[1, -1], [0.5, 1]], np.float32)
    factors = smoothing_factors(matrix, np.array([32, 1], np.float32))
    assert factors.dtype == np.float32
    np.testing.assert_allclose(factors, [16, 1], rtol=1e-6)


def test_channels_and_rows_of_zeros_get_finite_factors() -> None:
    factors = smoothing_factors(np.zeros((2, 3), np.float32), np.zeros(2, np.float32))
    assert np.isfinite(factors).all() and (factors > 0).all()


@pytest.mark.parametrize("pooling", ["cls", "mean"])
def test_vectors_are_near_those_in_float32(tiny: Path, pooling: str) -> None:
    checkpoint = Checkpoint(tiny)
    encoder, exact = BertInt8(checkpoint, pooling), BertFloat32(checkpoint, pooling)
    assert (encoder.dimensions, encoder.max_tokens, encoder.vocab_size) == (64, 48, 159)
    vectors = encoder.encode(TEXTS)
    assert (vectors.dtype, vectors.shape) == (np.float32, (6, 64))
    assert cosines(vectors, exact.encode(TEXTS)).min() > 0.999
    after = encoder.encode_after(TEXTS[0], [text[1:] for text in TEXTS[:2]])
    expected = exact.encode_after(TEXTS[0], [text[1:] for text in TEXTS[:2]])
    assert cosines(after, expected).min() > 0.998


def test_neighbours_and_order_change_no_bit_of_a_vector(tiny: Path) -> None:
    encoder = BertInt8(Checkpoint(tiny), "cls")
    alone = np.stack([encoder.encode([text])[0] for text in TEXTS])
    assert np.array_equal(encoder.encode(TEXTS[::-1] * 5), np.tile(alone[::-1], (5, 1)))


def test_the_starter_runs_in_8_bits_and_in_float32() -> None:
    embedder = load_embedder("starter", "cpu")
    assert (embedder.precision, embedder.precisions) == ("int8", ("int8", "float32"))
    exact = embedder.at("float32")
    assert (exact.precision, exact.revision) == ("float32", embedder.revision)
    assert embedder.at("int8") is embedder
    assert exact.at("int4") is exact
    texts = [
        "The radiators stay cold when the boiler loses pressure.",
        "How often may the rent rise?",
    ]
    assert cosines(embedder.embed_passages(texts), exact.embed_passages(texts)).min() > 0.998
    assert isinstance(exact.encoder, BertFloat32)


def test_the_starter_gives_nearly_the_published_vectors_in_8_bits() -> None:
    reference = json.loads((TINY.parent / "reference.json").read_text())
    embedder = load_embedder("starter", "cpu")
    vectors = embedder.embed_passages([item["text"] for item in reference])
    near = cosines(vectors, np.array([item["vector"] for item in reference], np.float32))
    assert (near.min() > 0.99, near.mean() > 0.997) == (True, True)


def test_the_starter_reranker_judges_as_in_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    passages = ["Bleed the radiators.", "The rent rises once a year.", "Fold the dough."]
    fast = load_reranker("starter-reranker", "cpu")
    assert isinstance(fast.encoder, BertInt8)
    monkeypatch.setattr(engines, "precisions_for", lambda checkpoint, backend: ("float32",))
    exact = load_reranker("starter-reranker", "cpu")
    assert isinstance(exact.encoder, BertFloat32)
    query = "why do the radiators stay cold"
    np.testing.assert_allclose(
        fast.score(query, passages), exact.score(query, passages), rtol=0, atol=0.03
    )


def test_what_a_model_lacks_leaves_it_in_float32(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint = Checkpoint(tiny)
    assert precisions_for(checkpoint, "cpu") == ("int8", "float32")
    assert precisions_for(checkpoint, "mlx") == ("float32",)
    assert precisions_for(Checkpoint(TINY), "cpu") == ("float32",)
    with pytest.raises(ModelError, match="lacks the ranges of its activations"):
        BertInt8(Checkpoint(TINY), "cls")
    # A processor that cuts sums off, and ranges of another model.
    with monkeypatch.context() as patch:
        patch.setattr("search.models.onnx_session.multiplies_bytes_exactly", lambda: False)
        assert precisions_for(checkpoint, "cpu") == ("float32",)
    ranges = load_file(tiny / "activations.safetensors")
    save_file(ranges | {"1.output": ranges["1.output"][:-1]}, tiny / "activations.safetensors")
    assert precisions_for(checkpoint, "cpu") == ("float32",)
    save_file({"0.attention": ranges["0.attention"]}, tiny / "activations.safetensors")
    assert precisions_for(checkpoint, "cpu") == ("float32",)


def test_the_ranges_are_the_largest_values_that_enter_each_matrix(tiny: Path) -> None:
    ranges = ActivationRanges.in_folder(tiny)
    assert ranges is not None
    assert {name: len(values) for name, values in ranges.of.items()} == {
        f"{layer}.{matrix}": size
        for layer in (0, 1)
        for matrix, size in (("attention", 64), ("intermediate", 64), ("output", 128))
    }
    assert all((values > 0).all() for values in ranges.of.values())


@pytest.fixture
def index(tmp_path: Path, notes: Path) -> Iterator[Index]:
    with Index.open(tmp_path / "index", backend="cpu") as index:
        index.ingest([notes])
        yield index


def precision(index: Index) -> str:
    models = index.status().models
    assert models is not None
    return models.precision


def test_an_index_keeps_the_precision_that_made_it(index: Index, tmp_path: Path) -> None:
    assert (precision(index), index.opened.embedder.precision) == ("int8", "int8")
    # An index of a machine without 8 bits, or of an earlier version, whose record has no precision.
    with Catalog.open(tmp_path / "index", create=False, write=True) as catalog:
        models = catalog.setting("model")
        catalog.put_setting("model", {k: v for k, v in models.items() if k != "precision"})
    with Index.open(tmp_path / "index", backend="cpu") as again:
        (tmp_path / "notes" / "new.md").write_text("# Kettle\n\nDescale the kettle.\n")
        assert again.ingest([tmp_path / "notes"]).added == 1
        assert (precision(again), again.opened.embedder.precision) == ("float32", "float32")
        assert again.query("descale").hits[0].path == str(tmp_path / "notes" / "new.md")
        # Only a change of models, which was asked for, takes another precision.
        again.ingest(reembed=True)
        assert (precision(again), again.opened.embedder.precision) == ("int8", "int8")


def test_an_engine_without_8_bits_answers_from_an_index_in_8_bits(
    index: Index, tmp_path: Path
) -> None:
    queries = ("why do the radiators stay cold", "how often may the rent rise", "tides", "dough")
    expected = [[hit.path for hit in index.query(query, rerank=False).hits] for query in queries]
    with Index.open(tmp_path / "index", backend="mlx") as other:
        assert other.embedder.precision == "float32"
        assert [
            [hit.path for hit in other.query(query, rerank=False).hits] for query in queries
        ] == expected
