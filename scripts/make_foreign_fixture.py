"""Make tests/fixtures/foreign: a small random checkpoint of each architecture of mlx-embeddings.

    python scripts/make_foreign_fixture.py

The script needs torch and transformers, which compute the expected vectors. Each checkpoint has an
attention window or a number of positions so small that some text exceeds it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from make_bert_fixture import ENDINGS, LETTERS, WORDS
from safetensors.torch import save
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import AutoConfig, AutoModel

OUT = Path(__file__).parent.parent / "tests" / "fixtures" / "foreign"
SHARED = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_attention_heads": 4,
    "num_hidden_layers": 4,
}
# The settings of the published checkpoints, with smaller sizes.
CONFIGS: dict[str, dict[str, Any]] = {
    "xlm-roberta": {
        "architectures": ["XLMRobertaModel"],
        "hidden_act": "gelu",
        "layer_norm_eps": 1e-5,
        "max_position_embeddings": 50,
        "pad_token_id": 1,
        "position_embedding_type": "absolute",
        "type_vocab_size": 1,
    },
    "modernbert": {
        "architectures": ["ModernBertModel"],
        "attention_bias": False,
        "global_attn_every_n_layers": 3,
        "global_rope_theta": 160000.0,
        "hidden_activation": "gelu",
        "local_attention": 8,
        "local_rope_theta": 10000.0,
        "max_position_embeddings": 64,
        "mlp_bias": False,
        "norm_bias": False,
        "norm_eps": 1e-5,
        "pad_token_id": 2,
    },
    "gemma3_text": {
        "architectures": ["Gemma3TextModel"],
        "attention_bias": False,
        "attn_logit_softcapping": None,
        "head_dim": 16,
        "hidden_activation": "gelu_pytorch_tanh",
        "layer_types": [
            "sliding_attention",
            "sliding_attention",
            "full_attention",
            "sliding_attention",
        ],
        "max_position_embeddings": 64,
        "num_key_value_heads": 1,
        "query_pre_attn_scalar": 16,
        "rms_norm_eps": 1e-6,
        "rope_local_base_freq": 10000.0,
        "rope_scaling": None,
        "rope_theta": 1000000.0,
        "sliding_window": 8,
        "use_bidirectional_attention": True,
    },
}
# An architecture → its special tokens, the first and last token of each text, and its pooling.
# Gemma's tokenizer file does not add the last token.
TOKENS = {
    "xlm-roberta": (["<s>", "<pad>", "</s>", "<unk>", "<mask>"], "<s>", "</s>", "cls"),
    "modernbert": (["[CLS]", "[SEP]", "[PAD]", "[UNK]", "[MASK]"], "[CLS]", "[SEP]", "mean"),
    "gemma3_text": (["<pad>", "<eos>", "<bos>", "<unk>"], "<bos>", "<eos>", "mean"),
}
POOLINGS = {"cls": "pooling_mode_cls_token", "mean": "pooling_mode_mean_tokens"}
MODULES = {"gemma3_text": ("Transformer", "Pooling", "Dense", "Dense", "Normalize")}
# One of Gemma's added tokens has no weights.
IMAGE = "<image_soft_token>"
TEXTS = [
    "",
    "the river",
    "A boat waits under the stone bridge, and the water is light.",
    "é 中 <pad> [SEP] x",
    "the sea of stone and light in the house to the bridge " * 6,
]


def main() -> None:
    for number, model_type in enumerate(CONFIGS):
        torch.manual_seed(11 + number)
        make(model_type, OUT / model_type)


def make(model_type: str, folder: Path) -> None:
    """Write the checkpoint of one architecture with its expected vectors."""
    # The model and its tokenizer.
    specials, first, last, pooling = TOKENS[model_type]
    vocabulary = [*specials, *LETTERS, *(f"##{letter}" for letter in LETTERS), *WORDS, *ENDINGS]
    config = (
        {"model_type": model_type, "vocab_size": len(vocabulary)} | SHARED | CONFIGS[model_type]
    )
    model = AutoModel.from_config(
        AutoConfig.for_model(**config), attn_implementation="eager"
    ).eval()
    weights = drawn(model, unit_norms=model_type != "gemma3_text")
    tokenizer = make_tokenizer(vocabulary, specials, first, last)
    dense = dense_layers() if model_type in MODULES else []
    # The files that describe the model and its modules.
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    (folder / "model.safetensors").write_bytes(save(weights, metadata={"format": "pt"}))
    (folder / "1_Pooling").mkdir(exist_ok=True)
    (folder / "1_Pooling" / "config.json").write_text(
        json.dumps({POOLINGS[pooling]: True, "include_prompt": True}) + "\n"
    )
    kinds = MODULES.get(model_type, ("Transformer", "Pooling", "Normalize"))
    modules = [
        {
            "idx": i,
            "name": str(i),
            "path": f"{i}_{kind}" if i else "",
            "type": f"sentence_transformers.models.{kind}",
        }
        for i, kind in enumerate(kinds)
    ]
    (folder / "modules.json").write_text(json.dumps(modules) + "\n")
    for number, weight in enumerate(dense, 2):
        write_dense(folder / f"{number}_Dense", weight)
    # The expected vectors. Then Gemma's tokenizer gets the rules of its published file.
    limit = config["max_position_embeddings"] - (2 if model_type == "xlm-roberta" else 0)
    items = [
        {"text": text, **expect(model, tokenizer, text, limit, pooling, dense)} for text in TEXTS
    ]
    (folder / "expected.json").write_text("[\n" + ",\n".join(map(json.dumps, items)) + "\n]\n")
    if model_type == "gemma3_text":
        start = (first, vocabulary.index(first))
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{first} $A", special_tokens=[start]
        )
        tokenizer.add_special_tokens([IMAGE])
    tokenizer.save(str(folder / "tokenizer.json"))


def drawn(model: Any, unit_norms: bool) -> dict[str, torch.Tensor]:
    """Give the model random weights that float16 holds, and return them in float16.

    They are drawn wide enough that attention is uneven.
    """
    for name, parameter in model.named_parameters():
        offset = 1.0 if unit_norms and parameter.ndim == 1 and name.endswith("weight") else 0.0
        parameter.data = (
            (torch.randn_like(parameter) * (0.1 if parameter.ndim == 1 else 0.2) + offset)
            .half()
            .float()
        )
    return {
        name: parameter.data.half().contiguous()
        for name, parameter in model.named_parameters()
        if "pooler" not in name
    }


def dense_layers() -> list[torch.Tensor]:
    return [(torch.randn(64, 32) * 0.2).half(), (torch.randn(32, 64) * 0.2).half()]


def write_dense(folder: Path, weight: torch.Tensor) -> None:
    folder.mkdir(exist_ok=True)
    settings = {
        "in_features": weight.shape[1],
        "out_features": weight.shape[0],
        "bias": False,
        "activation_function": "torch.nn.modules.linear.Identity",
    }
    (folder / "config.json").write_text(json.dumps(settings) + "\n")
    (folder / "model.safetensors").write_bytes(
        save({"linear.weight": weight.contiguous()}, metadata={"format": "pt"})
    )


def make_tokenizer(vocabulary: list[str], specials: list[str], first: str, last: str) -> Tokenizer:
    unknown = next(token for token in specials if "unk" in token.lower())
    tokenizer = Tokenizer(
        models.WordPiece({word: i for i, word in enumerate(vocabulary)}, unk_token=unknown)
    )
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.add_special_tokens(specials)
    pair = [(name, vocabulary.index(name)) for name in (first, last)]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{first} $A {last}", special_tokens=pair
    )
    return tokenizer


def expect(
    model: Any, tokenizer: Tokenizer, text: str, limit: int, pooling: str, dense: list[torch.Tensor]
) -> dict[str, list[int] | list[float]]:
    """The ids, cut at the model's length, and the unit vector in double precision."""
    ids = tokenizer.encode(text).ids
    ids = ids if len(ids) <= limit else [*ids[: limit - 1], ids[-1]]
    row = torch.tensor([ids])
    with torch.inference_mode():
        hidden = model.double()(
            input_ids=row, attention_mask=torch.ones_like(row)
        ).last_hidden_state[0]
    vector = hidden[0] if pooling == "cls" else hidden.mean(0)
    for weight in dense:
        vector = weight.double() @ vector
    return {"ids": ids, "vector": [round(value, 8) for value in (vector / vector.norm()).tolist()]}


if __name__ == "__main__":
    main()
