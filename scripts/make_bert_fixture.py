"""Make tests/fixtures/bert/tiny: a small random BERT in float16, and its vectors by transformers.

    python scripts/make_bert_fixture.py

The script needs torch and transformers. The weights are drawn wide enough that attention is uneven
and GELU leaves its linear part.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import save
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel

OUT = Path(__file__).parent.parent / "tests" / "fixtures" / "bert" / "tiny"
SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS = [
    "the",
    "of",
    "and",
    "to",
    "in",
    "is",
    "river",
    "boat",
    "water",
    "stone",
    "bridge",
    "tree",
    "house",
    "light",
    "sea",
]
ENDINGS = ["##ing", "##ed", "##er"]
LETTERS = [chr(i) for i in range(33, 127) if not chr(i).isupper()]
CONFIG = {
    "model_type": "bert",
    "hidden_act": "gelu",
    "hidden_size": 64,
    "intermediate_size": 128,
    "layer_norm_eps": 1e-12,
    "max_position_embeddings": 48,
    "num_attention_heads": 4,
    "num_hidden_layers": 2,
    "type_vocab_size": 2,
}
TEXTS = [
    "",
    "the river",
    "A boat waits under the stone bridge, and the water is light.",
    "houses trees boating lighted",
    "é 中 [SEP] x",
    "the sea " * 40,
]


def main() -> None:
    torch.manual_seed(7)
    vocabulary = [*SPECIALS, *LETTERS, *(f"##{letter}" for letter in LETTERS), *WORDS, *ENDINGS]
    config = CONFIG | {"vocab_size": len(vocabulary)}
    model = BertModel(BertConfig.from_dict(config), add_pooling_layer=False).eval()
    for name, parameter in model.named_parameters():
        offset = 1.0 if name.endswith("LayerNorm.weight") else 0.0
        drawn = torch.randn_like(parameter) * (0.1 if parameter.ndim == 1 else 0.2) + offset
        parameter.data = drawn.half().float()
    tokenizer = make_tokenizer(vocabulary)
    (OUT / "1_Pooling").mkdir(parents=True, exist_ok=True)
    (OUT / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    (OUT / "1_Pooling" / "config.json").write_text(
        '{"word_embedding_dimension": 64, "pooling_mode_cls_token": true}\n'
    )
    weights = {name: parameter.data.half() for name, parameter in model.named_parameters()}
    (OUT / "model.safetensors").write_bytes(save(weights, metadata={"format": "pt"}))
    expected = [{"text": text, **expect(model, tokenizer, text)} for text in TEXTS]
    # Some published files have truncation and padding switched on, which readers must ignore.
    tokenizer.enable_truncation(8)
    tokenizer.enable_padding(length=16)
    tokenizer.save(str(OUT / "tokenizer.json"))
    (OUT / "expected.json").write_text(
        "[\n" + ",\n".join(json.dumps(item) for item in expected) + "\n]\n"
    )


def make_tokenizer(vocabulary: list[str]) -> Tokenizer:
    """A WordPiece tokenizer with BERT's rules."""
    tokenizer = Tokenizer(
        models.WordPiece({word: i for i, word in enumerate(vocabulary)}, unk_token="[UNK]")
    )
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.add_special_tokens(SPECIALS)
    pair = [(name, vocabulary.index(name)) for name in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=pair
    )
    return tokenizer


def expect(model: BertModel, tokenizer: Tokenizer, text: str) -> dict[str, list[int] | list[float]]:
    """The ids, cut at the model's length, and the unit vector in double precision."""
    ids = tokenizer.encode(text).ids
    limit = CONFIG["max_position_embeddings"]
    ids = ids if len(ids) <= limit else [*ids[: limit - 1], ids[-1]]
    with torch.inference_mode():
        hidden = model.double()(input_ids=torch.tensor([ids])).last_hidden_state[0, 0]
    return {"ids": ids, "vector": [round(value, 8) for value in (hidden / hidden.norm()).tolist()]}


if __name__ == "__main__":
    main()
