"""Small made copies of the repositories that users name.

Each has its own layout of files, settings and tensors.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import mlx.core as mx

FIXTURES = Path(__file__).parent / "fixtures"
QWEN3, BERT = FIXTURES / "qwen3", FIXTURES / "bert" / "tiny"
FOUR_BITS = {"group_size": 64, "bits": 4}
CARD = "---\nlicense: {licence}\npipeline_tag: feature-extraction\n---\n# {name}\n"
# These files are in the repositories, and a pull does not fetch them.
NOT_FETCHED = {
    ".gitattributes": b"*.safetensors filter=lfs\n",
    "generation_config.json": b"{}",
    "merges.txt": b"a b\n",
    "pytorch_model.bin": b"\x80\x04pickle",
    "modeling_qwen3.py": b"raise SystemExit\n",
    "onnx/model.safetensors": b"not for us",
    "vocab.json": b"{}",
    "vocab.txt": b"[PAD]\n",
    "added_tokens.json": b"{}",
    "chat_template.jinja": b"{{ messages }}",
    "1_LogitScore/config.json": b"{}",
}
# The published config.json files have these settings besides sizes; docsearch does not use them.
QWEN3_CONFIG = {
    "attention_dropout": 0.0,
    "bos_token_id": 151643,
    "eos_token_id": 151645,
    "initializer_range": 0.02,
    "max_window_layers": 28,
    "rope_scaling": None,
    "sliding_window": None,
    "torch_dtype": "bfloat16",
    "transformers_version": "4.51.2",
    "use_cache": True,
}
BERT_CONFIG = {
    "_name_or_path": "BAAI/bge-small-en-v1.5",
    "architectures": ["BertModel"],
    "attention_probs_dropout_prob": 0.1,
    "classifier_dropout": None,
    "hidden_dropout_prob": 0.1,
    "id2label": {"0": "LABEL_0"},
    "initializer_range": 0.02,
    "label2id": {"LABEL_0": 0},
    "pad_token_id": 0,
    "position_embedding_type": "absolute",
    "torch_dtype": "float32",
    "transformers_version": "4.30.0",
    "use_cache": True,
}
POOLING = {
    "word_embedding_dimension": 64,
    "pooling_mode_cls_token": False,
    "pooling_mode_mean_tokens": False,
    "pooling_mode_max_tokens": False,
    "pooling_mode_mean_sqrt_len_tokens": False,
    "pooling_mode_weightedmean_tokens": False,
    "pooling_mode_lasttoken": True,
    "include_prompt": True,
}
# The 4B's and the 8B's embeddings have no rows for the newest tokens: `<think>` and three more.
SHORT_VOCABULARY = 779


def to_bytes(value):
    return json.dumps(value, indent=2).encode()


def modules(*kinds):
    """A modules.json with these kinds; the first module lies in the repository's own folder."""
    return to_bytes(
        [
            {
                "idx": i,
                "name": str(i),
                "path": f"{i}_{kind}" if i else "",
                "type": f"sentence_transformers.models.{kind}",
            }
            for i, kind in enumerate(kinds)
        ]
    )


def safetensors(tensors, form="pt"):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.safetensors"
        mx.save_safetensors(str(path), tensors, metadata={"format": form})
        return path.read_bytes()


def bfloat16(tensors):
    return {name: value.astype(mx.bfloat16) for name, value in tensors.items()}


def packed(tensors, rules, exempt=()):
    out = {}
    for name, value in bfloat16(tensors).items():
        module = name.removesuffix(".weight")
        if value.ndim != 2 or any(word in name for word in exempt):
            out[name] = value
        else:
            parts = mx.quantize(value, **rules)
            out |= {
                f"{module}.{part}": array
                for part, array in zip(("weight", "scales", "biases"), parts, strict=True)
            }
    return out


def headless(tensors):
    return {name: value for name, value in tensors.items() if not name.startswith("lm_head")}


def without_prefix(tensors):
    return {name.removeprefix("model."): value for name, value in tensors.items()}


def one_file(tensors):
    return {"model.safetensors": safetensors(tensors)}


def indexed(tensors):
    """One file with an index beside it, as MLX's converters write it."""
    index = index_of(dict.fromkeys(tensors, "model.safetensors"))
    return {"model.safetensors": safetensors(tensors, "mlx"), "model.safetensors.index.json": index}


def in_files(count):
    """A function that writes tensors into `count` files and an index."""

    def files(tensors):
        names = sorted(tensors)
        cuts = [len(names) * i // count for i in range(count + 1)]
        names_by_file = {
            f"model-{i + 1:05}-of-{count:05}.safetensors": names[cuts[i] : cuts[i + 1]]
            for i in range(count)
        }
        written = {
            file: safetensors({name: tensors[name] for name in part})
            for file, part in names_by_file.items()
        }
        index = index_of({name: file for file, part in names_by_file.items() for name in part})
        return written | {"model.safetensors.index.json": index}

    return files


def index_of(weight_map):
    return to_bytes({"metadata": {"total_size": 0}, "weight_map": dict(sorted(weight_map.items()))})


def repository(source, name, weights, licence, extra=None, **config):
    """The files of one repository: name → bytes."""
    published = QWEN3_CONFIG if source == QWEN3 else BERT_CONFIG
    return {
        "config.json": to_bytes(
            published | json.loads((source / "config.json").read_text()) | config
        ),
        "tokenizer.json": (source / "tokenizer.json").read_bytes(),
        "tokenizer_config.json": to_bytes({"tokenizer_class": "PreTrainedTokenizerFast"}),
        "README.md": CARD.format(name=name, licence=licence).encode(),
        **weights,
        **(extra or {}),
        **NOT_FETCHED,
    }


def closing_tokenizer():
    """The tokenizer of the Qwen3-Embedding repositories: it ends each text with `<|endoftext|>`."""
    tokenizer = json.loads((QWEN3 / "tokenizer.json").read_bytes())
    end = next(
        token["id"] for token in tokenizer["added_tokens"] if token["content"] == "<|endoftext|>"
    )
    single = [
        {"Sequence": {"id": "A", "type_id": 0}},
        {"SpecialToken": {"id": "<|endoftext|>", "type_id": 0}},
    ]
    template = {
        "type": "TemplateProcessing",
        "single": single,
        "pair": [single[0], {"Sequence": {"id": "B", "type_id": 0}}, single[1]],
        "special_tokens": {
            "<|endoftext|>": {"id": "<|endoftext|>", "ids": [end], "tokens": ["<|endoftext|>"]}
        },
    }
    tokenizer["post_processor"] = {
        "type": "Sequence",
        "processors": [tokenizer["post_processor"], template],
    }
    return to_bytes(tokenizer)


SENTENCE_TRANSFORMERS = {
    "1_Pooling/config.json": to_bytes(POOLING),
    "modules.json": modules("Transformer", "Pooling", "Normalize"),
    "config_sentence_transformers.json": to_bytes(
        {"prompts": {"query": "Instruct: …\nQuery:", "document": ""}}
    ),
}
CONVERTED = {"special_tokens_map.json": b"{}"}


def embedding_tensors(words):
    tensors = headless(mx.load(str(QWEN3 / "model.safetensors")))
    return tensors | {"model.embed_tokens.weight": tensors["model.embed_tokens.weight"][:words]}


def standard_embedding(name, files, words, tied):
    tensors = bfloat16(without_prefix(embedding_tensors(words)))
    extra = SENTENCE_TRANSFORMERS | {"tokenizer.json": closing_tokenizer()}
    return repository(
        QWEN3,
        name,
        files(tensors),
        "apache-2.0",
        extra,
        tie_word_embeddings=tied,
        vocab_size=words,
        eos_token_id=151643,
    )


def dwq_embedding(name, words, tied):
    tensors = packed(embedding_tensors(words), FOUR_BITS)
    rules = {"quantization": FOUR_BITS, "quantization_config": FOUR_BITS}
    return repository(
        QWEN3,
        name,
        indexed(tensors),
        "apache-2.0",
        CONVERTED,
        tie_word_embeddings=tied,
        vocab_size=words,
        **rules,
    )


def standard_reranker(name, files, tied):
    tensors = mx.load(str(QWEN3 / "model.safetensors"))
    tensors = bfloat16(headless(tensors) if tied else tensors)
    extra = {
        "modules.json": modules("Transformer", "LogitScore"),
        "config_sentence_transformers.json": to_bytes({"model_type": "CrossEncoder"}),
    }
    return repository(QWEN3, name, files(tensors), "apache-2.0", extra, tie_word_embeddings=tied)


def bge(name, bits):
    """A BERT as mlx-embeddings converts it: the settings do not name the pooling.

    With fewer than 16 bits every matrix is quantised, that of the positions too.
    """
    tensors = mx.load(str(BERT / "model.safetensors"))
    if bits == 16:
        return repository(BERT, name, indexed(bfloat16(tensors)), "mit", CONVERTED)
    rules = {"group_size": 64, "bits": bits}
    return repository(
        BERT, name, indexed(packed(tensors, rules)), "mit", CONVERTED, quantization=rules
    )


def e5(name):
    """A BERT in float32 as its makers publish it, which pools by the mean."""
    pooling = POOLING | {"pooling_mode_lasttoken": False, "pooling_mode_mean_tokens": True}
    extra = {
        "1_Pooling/config.json": to_bytes(pooling),
        "modules.json": modules("Transformer", "Pooling", "Normalize"),
    }
    tensors = mx.load(str(BERT / "model.safetensors"))
    whole = {name: value.astype(mx.float32) for name, value in tensors.items()}
    return repository(BERT, name, one_file(whole), "mit", extra)


FULL = 788
# The name of each repository → a function that makes its files.
MADE = {
    "Qwen/Qwen3-Embedding-0.6B": lambda name: standard_embedding(name, one_file, FULL, tied=True),
    "Qwen/Qwen3-Embedding-4B": lambda name: standard_embedding(
        name, in_files(2), SHORT_VOCABULARY, tied=True
    ),
    "Qwen/Qwen3-Embedding-8B": lambda name: standard_embedding(
        name, in_files(4), SHORT_VOCABULARY, tied=False
    ),
    "mlx-community/Qwen3-Embedding-0.6B-4bit-DWQ": lambda name: dwq_embedding(
        name, FULL, tied=True
    ),
    "mlx-community/Qwen3-Embedding-4B-4bit-DWQ": lambda name: dwq_embedding(
        name, SHORT_VOCABULARY, tied=True
    ),
    "mlx-community/Qwen3-Embedding-8B-4bit-DWQ": lambda name: dwq_embedding(
        name, SHORT_VOCABULARY, tied=False
    ),
    "mlx-community/bge-small-en-v1.5-bf16": lambda name: bge(name, 16),
    "mlx-community/bge-small-en-v1.5-4bit": lambda name: bge(name, 4),
    "intfloat/multilingual-e5-small": e5,
    "Qwen/Qwen3-Reranker-0.6B": lambda name: standard_reranker(name, one_file, tied=True),
    "Qwen/Qwen3-Reranker-4B": lambda name: standard_reranker(name, in_files(2), tied=True),
    "Qwen/Qwen3-Reranker-8B": lambda name: standard_reranker(name, in_files(5), tied=False),
}


def made(name):
    """The files of the made repository `name`."""
    return MADE[name](name)


def write_model(folder, files):
    """Write the files of a repository into a plain folder, and return the folder."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def empty_caches(monkeypatch, tmp_path):
    """Keep the developer's own models and tokens out; the hub's cache is `tmp_path`/hub."""
    for name in (
        "HF_HOME",
        "HUGGINGFACE_HUB_CACHE",
        "DOCSEARCH_MODELS",
        "XDG_CACHE_HOME",
        "HF_TOKEN",
        "HF_ENDPOINT",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
