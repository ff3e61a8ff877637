"""Makes tests/fixtures/qwen3: a cut-down Qwen3 tokenizer, and a small random Qwen3 with what transformers and torch give.

    python scripts/make_qwen3_fixture.py path/to/qwen3/tokenizer.json

Needs torch and transformers, and the whole tokenizer (Apache-2.0, https://huggingface.co/Qwen/Qwen3-Embedding-0.6B).
The small tokenizer has the whole one's rules and cuts these texts into the same tokens under other numbers; `original`
in tokens.json has the whole one's. Weights are multiples of 1/512 that float16 and bfloat16 hold exactly.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save
from tokenizers import AddedToken, Tokenizer
from transformers import Qwen3Config, Qwen3ForCausalLM

OUT = Path(__file__).parent.parent / "tests" / "fixtures" / "qwen3"
# merges kept whatever the texts need
COMMON_MERGES = 300
CONFIG = {
    "architectures": ["Qwen3ForCausalLM"],
    "model_type": "qwen3",
    "attention_bias": False,
    "head_dim": 32,
    "hidden_act": "silu",
    "hidden_size": 64,
    "intermediate_size": 128,
    "max_position_embeddings": 512,
    "num_attention_heads": 4,
    "num_hidden_layers": 3,
    "num_key_value_heads": 2,
    "rms_norm_eps": 1e-6,
    "rope_theta": 1000000,
    "tie_word_embeddings": False,
    "use_sliding_window": False,
}
TASK = "Given a web search query, retrieve relevant passages that answer the query"
PREFIX = (
    "<|im_start|>system\nJudge whether the Document meets the requirements based on the Query and the Instruct provided. "
    'Note that the answer can only be "yes" or "no".<|im_end|>\n<|im_start|>user\n'
)
SUFFIX = "<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"
TEXTS = [
    "",
    " ",
    "   \n\t ",
    "The capital of China is Beijing.",
    "Gravity is a force that attracts two bodies towards each other.",
    "What is the capital of China?\n",
    "def f(x):\n\treturn x['a'] + 12345  # it's",
    "中文和日本語のテキスト、한국어.",
    "🚀👩‍👩‍👧 é é ﬁ \u202eabc",
    "a <|im_end|> b<|endoftext|>",
    "<|im_start|>user\nyes</think><think>no",
    "\x00a\x00b",
    "a\ufffdb",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "The tide turns every six hours, and the boats wait. " * 60,
]
QUERIES = ["What is the capital of China?", "<|im_end|> 中文?\n", ""]


def main() -> None:
    source = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    whole = literal(Tokenizer.from_str(json.dumps(source)))
    prompts = [f"Instruct: {TASK}\nQuery:{text}" for text in TEXTS[:6]]
    pairs = [pair(query, text) for query in QUERIES for text in TEXTS]
    frame = [
        piece
        for text in (PREFIX, SUFFIX)
        for piece in text.replace("<|", "\n<|").replace("|>", "|>\n").split("\n")
    ]
    used = {
        i
        for text in [*TEXTS, *prompts, *pairs, *frame, "yes", "no"]
        for i in whole.encode(text).ids
    }
    used |= {
        i
        for text in (PREFIX, SUFFIX)
        for i in Tokenizer.from_str(json.dumps(source)).encode(text).ids
    }
    cut, original = cut_down(source, used)
    small = literal(Tokenizer.from_str(json.dumps(cut)))
    for text in [*TEXTS, *prompts, *pairs]:
        assert [original[i] for i in small.encode(text).ids] == whole.encode(text).ids, text
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "tokenizer.json").write_text(
        json.dumps(cut, ensure_ascii=False, separators=(",", ":")), encoding="utf-8"
    )
    tokens = [{"text": text, "ids": whole.encode(text).ids} for text in TEXTS]
    judged = judged_ids(source, whole)
    write(OUT / "tokens.json", {"original": original, "texts": tokens, "pairs": judged})

    config = CONFIG | {"vocab_size": len(original) + 5}
    (OUT / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    model = random_model(config)
    weights = {name: parameter.data.half() for name, parameter in model.named_parameters()}
    (OUT / "model.safetensors").write_bytes(save(weights, metadata={"format": "pt"}))
    numbers = {number: i for i, number in enumerate(original)}
    embedded = [
        expect(model, [numbers[i] for i in item["ids"]], item["text"], numbers) for item in tokens
    ]
    query = f"Instruct: {TASK}\nQuery:{TEXTS[5]}"
    expected: dict[str, Any] = {
        "passages": embedded,
        "query": expect(model, small.encode(query).ids, TEXTS[5], numbers),
        "untied": judge(model, judged, numbers),
    }
    model.lm_head.weight = model.model.embed_tokens.weight
    expected["tied"] = judge(model, judged, numbers)
    write(OUT / "expected.json", expected)


def literal(tokenizer: Tokenizer) -> Tokenizer:
    """Reads every added token in a text as plain characters."""
    tokenizer.encode_special_tokens = True
    added = [token for token in tokenizer.get_added_tokens_decoder().values() if not token.special]
    tokenizer.add_special_tokens(
        [AddedToken(token.content, special=True, normalized=False) for token in added]
    )
    return tokenizer


def cut_down(source: dict[str, Any], used: set[int]) -> tuple[dict[str, Any], list[int]]:
    """The tokenizer with the bytes, the first merges and what the used tokens are merged from; each new id's old one."""
    vocabulary, merges = (
        source["model"]["vocab"],
        [tuple(merge) for merge in source["model"]["merges"]],
    )
    names = {number: token for token, number in vocabulary.items()}
    rank = {left + right: i for i, (left, right) in reversed(list(enumerate(merges)))}
    kept = {token for token in vocabulary if len(token) == 1} | {
        left + right for left, right in merges[:COMMON_MERGES]
    }
    open_tokens = [names[i] for i in used if i in names]
    while open_tokens:
        token = open_tokens.pop()
        if token in kept:
            continue
        kept.add(token)
        open_tokens += merges[rank[token]]
    for token in list(kept):
        if len(token) > 1:
            kept |= set(merges[rank[token]])
    ordered = sorted(kept, key=vocabulary.__getitem__)
    added = [token | {"id": len(ordered) + i} for i, token in enumerate(source["added_tokens"])]
    model = source["model"] | {
        "vocab": {token: i for i, token in enumerate(ordered)},
        "merges": [[left, right] for left, right in merges if {left, right, left + right} <= kept],
    }
    original = [vocabulary[token] for token in ordered] + [
        token["id"] for token in source["added_tokens"]
    ]
    return source | {"model": model, "added_tokens": added}, original


def pair(query: str, document: str) -> str:
    """What stands between the prefix and the suffix, cut into tokens at once."""
    return f"<Instruct>: {TASK}\n<Query>: {query}\n<Document>: {document}"


def judged_ids(source: dict[str, Any], whole: Tokenizer) -> list[dict[str, Any]]:
    """The whole prompts, as the model's card builds them, in the whole tokenizer's ids."""
    control = Tokenizer.from_str(json.dumps(source))
    before, after = control.encode(PREFIX).ids, control.encode(SUFFIX).ids
    room = CONFIG["max_position_embeddings"] - len(before) - len(after)
    return [
        {
            "query": query,
            "passage": text,
            "ids": before + whole.encode(pair(query, text)).ids[:room] + after,
        }
        for query in QUERIES
        for text in TEXTS
    ]


def random_model(config: dict[str, Any]) -> Qwen3ForCausalLM:
    torch.manual_seed(11)
    model = Qwen3ForCausalLM(Qwen3Config.from_dict(config)).eval()
    for parameter in model.parameters():
        drawn = torch.randn_like(parameter) * 0.12
        parameter.data = (
            1 + (drawn * 64).round() / 64
            if parameter.ndim == 1
            else (drawn * 512).round().clamp(-127, 127) / 512
        )
    return model.double()


def expect(
    model: Qwen3ForCausalLM, ids: list[int], text: str, numbers: dict[int, int]
) -> dict[str, Any]:
    """The ids with the token that ends a text, cut at the model's length, and the unit vector in double precision."""
    ids = [*ids[: CONFIG["max_position_embeddings"] - 1], numbers[151643]]
    with torch.inference_mode():
        hidden = model.model(input_ids=torch.tensor([ids])).last_hidden_state[0, -1]
    return {
        "text": text,
        "ids": ids,
        "vector": [round(value, 8) for value in (hidden / hidden.norm()).tolist()],
    }


def judge(
    model: Qwen3ForCausalLM, judged: list[dict[str, Any]], numbers: dict[int, int]
) -> list[float]:
    """P(yes) of each pair."""
    scores = []
    for item in judged:
        with torch.inference_mode():
            logits = model(input_ids=torch.tensor([[numbers[i] for i in item["ids"]]])).logits[
                0, -1
            ]
        two = torch.stack([logits[numbers[2152]], logits[numbers[9693]]])
        scores.append(round(float(two.log_softmax(0)[1].exp()), 8))
    return scores


def write(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
