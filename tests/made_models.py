"""The repositories that users name, made small: each with its own layout of files, settings and tensors."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import mlx.core as mx

FIXTURES = Path(__file__).parent / "fixtures"
QWEN3, BERT = FIXTURES / "qwen3", FIXTURES / "bert" / "tiny"
FOUR_BITS = {"group_size": 64, "bits": 4}
CARD = "---\nlicense: {licence}\npipeline_tag: feature-extraction\n---\n# {name}\n"
# in the repositories, and not fetched
NOT_FETCHED = {
    ".gitattributes": b"*.safetensors filter=lfs\n",
    "generation_config.json": b"{}",
    "merges.txt": b"a b\n",
    "pytorch_model.bin": b"\x80\x04pickle",
    "modeling_qwen3.py": b"raise SystemExit\n",
    "onnx/model.safetensors": b"not for us",
}
POOLING = {"word_embedding_dimension": 64, "pooling_mode_cls_token": False, "pooling_mode_lasttoken": True}
MODULES = [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}]


def to_bytes(value):
    return json.dumps(value, indent=2).encode()


def safetensors(tensors):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.safetensors"
        mx.save_safetensors(str(path), tensors, metadata={"format": "pt"})
        return path.read_bytes()


def bfloat16(tensors):
    return {name: value.astype(mx.bfloat16) for name, value in tensors.items()}


def packed(tensors, rules, kept=()):
    out = {}
    for name, value in bfloat16(tensors).items():
        module = name.removesuffix(".weight")
        if value.ndim != 2 or any(word in name for word in kept):
            out[name] = value
        else:
            parts = mx.quantize(value, **rules)
            out |= {
                f"{module}.{part}": array for part, array in zip(("weight", "scales", "biases"), parts, strict=True)
            }
    return out


def headless(tensors):
    return {name: value for name, value in tensors.items() if not name.startswith("lm_head")}


def without_prefix(tensors):
    return {name.removeprefix("model."): value for name, value in tensors.items()}


def one_file(tensors):
    return {"model.safetensors": safetensors(tensors)}


def indexed(tensors):
    """As mlx-lm writes one file: with an index all the same."""
    return one_file(tensors) | {"model.safetensors.index.json": index_of(dict.fromkeys(tensors, "model.safetensors"))}


def two_files(tensors):
    names = sorted(tensors)
    shards = {
        "model-00001-of-00002.safetensors": names[: len(names) // 2],
        "model-00002-of-00002.safetensors": names[len(names) // 2 :],
    }
    files = {file: safetensors({name: tensors[name] for name in held}) for file, held in shards.items()}
    return files | {
        "model.safetensors.index.json": index_of({name: file for file, held in shards.items() for name in held})
    }


def index_of(weight_map):
    return to_bytes({"metadata": {"total_size": 0}, "weight_map": dict(sorted(weight_map.items()))})


def repository(source, name, weights, licence, extra=None, **config):
    """The files of one repository by name."""
    settings = json.loads((source / "config.json").read_text()) | config
    return {
        "config.json": to_bytes({key: value for key, value in settings.items() if value is not None}),
        "tokenizer.json": (source / "tokenizer.json").read_bytes(),
        "tokenizer_config.json": to_bytes({"tokenizer_class": "PreTrainedTokenizerFast"}),
        "README.md": CARD.format(name=name, licence=licence).encode(),
        **weights,
        **(extra or {}),
        **NOT_FETCHED,
    }


SENTENCE_TRANSFORMERS = {
    "1_Pooling/config.json": to_bytes(POOLING),
    "modules.json": to_bytes(MODULES),
    "config_sentence_transformers.json": to_bytes({"prompts": {"query": "Instruct: …\nQuery:", "document": ""}}),
}
LOGIT_SCORE = {"1_LogitScore/config.json": b"{}", "chat_template.jinja": b"{{ messages }}"}


def standard_embedding(name, files):
    tensors = bfloat16(without_prefix(headless(mx.load(str(QWEN3 / "model.safetensors")))))
    return repository(
        QWEN3,
        name,
        files(tensors),
        "apache-2.0",
        SENTENCE_TRANSFORMERS,
        tie_word_embeddings=True,
        torch_dtype="bfloat16",
    )


def dwq_embedding(name, tied):
    tensors = packed(headless(mx.load(str(QWEN3 / "model.safetensors"))), FOUR_BITS)
    rules = {"quantization": FOUR_BITS, "quantization_config": FOUR_BITS}
    return repository(QWEN3, name, indexed(tensors), "apache-2.0", tie_word_embeddings=tied, **rules)


def standard_reranker(name, files, tied):
    tensors = mx.load(str(QWEN3 / "model.safetensors"))
    tensors = bfloat16(headless(tensors) if tied else tensors)
    return repository(QWEN3, name, files(tensors), "apache-2.0", LOGIT_SCORE, tie_word_embeddings=tied)


def bge(name, bits, pooling):
    tensors = mx.load(str(BERT / "model.safetensors"))
    extra = {"1_Pooling/config.json": (BERT / "1_Pooling" / "config.json").read_bytes()} if pooling else {}
    if bits == 16:
        return repository(BERT, name, one_file(bfloat16(tensors)), "mit", extra)
    rules = {"group_size": 64, "bits": bits}
    tensors = packed(tensors, rules, kept=("position_embeddings", "token_type_embeddings"))
    return repository(BERT, name, one_file(tensors), "mit", extra, quantization=rules, quantization_config=rules)


# name → the files of its made repository
MADE = {
    "Qwen/Qwen3-Embedding-0.6B": lambda name: standard_embedding(name, one_file),
    "Qwen/Qwen3-Embedding-4B": lambda name: standard_embedding(name, two_files),
    "Qwen/Qwen3-Embedding-8B": lambda name: standard_embedding(name, two_files),
    "mlx-community/Qwen3-Embedding-0.6B-4bit-DWQ": lambda name: dwq_embedding(name, tied=True),
    "mlx-community/Qwen3-Embedding-4B-4bit-DWQ": lambda name: dwq_embedding(name, tied=True),
    "mlx-community/Qwen3-Embedding-8B-4bit-DWQ": lambda name: dwq_embedding(name, tied=False),
    "mlx-community/bge-small-en-v1.5-bf16": lambda name: bge(name, 16, pooling=True),
    "mlx-community/bge-small-en-v1.5-4bit": lambda name: bge(name, 4, pooling=False),
    "Qwen/Qwen3-Reranker-0.6B": lambda name: standard_reranker(name, one_file, tied=True),
    "Qwen/Qwen3-Reranker-4B": lambda name: standard_reranker(name, two_files, tied=True),
    "Qwen/Qwen3-Reranker-8B": lambda name: standard_reranker(name, two_files, tied=False),
}


def made(name):
    """The files of the made repository `name`."""
    return MADE[name](name)


def write_model(folder, files):
    """The files of a repository as a plain folder."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def empty_caches(monkeypatch, tmp_path):
    """Keeps the developer's own models and tokens out; the hub's cache is `tmp_path`/hub."""
    for name in ("HF_HOME", "HUGGINGFACE_HUB_CACHE", "DOCSEARCH_MODELS", "XDG_CACHE_HOME", "HF_TOKEN", "HF_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
