"""Make tests/fixtures/qwen3: a cut-down tokenizer, and a small random Qwen3 with expected results.

    python scripts/make_qwen3_fixture.py path/to/qwen3/tokenizer.json

The script needs torch and transformers, which compute the results, and the full tokenizer
(Apache-2.0, https://huggingface.co/Qwen/Qwen3-Embedding-0.6B). The small tokenizer has the rules of
the full one, and cuts these texts into the same tokens with other ids; `original` in tokens.json
holds the ids of the full one. Weights are multiples of 1/512, which float16 and bfloat16 hold
exactly.
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
# So many merges are kept, even if no text needs them.
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
    "<|im_start|>system\nJudge whether the Document meets the requirements based on the Query and "
    "the Instruct provided. "
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
    # The token ids that the texts, prompts and pairs use.
    full_tokenizer = literal(Tokenizer.from_str(json.dumps(source)))
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
        for i in full_tokenizer.encode(text).ids
    }
    used |= {
        i
        for text in (PREFIX, SUFFIX)
        for i in Tokenizer.from_str(json.dumps(source)).encode(text).ids
    }
    # The small tokenizer, which must cut all of them as the full one does.
    small_source, original = cut_down(source, used)
    small = literal(Tokenizer.from_str(json.dumps(small_source)))
    for text in [*TEXTS, *prompts, *pairs]:
        assert [original[i] for i in small.encode(text).ids] == full_tokenizer.encode(text).ids, (
            text
        )
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "tokenizer.json").write_text(
        json.dumps(small_source, ensure_ascii=False, separators=(",", ":")), encoding="utf-8"
    )
    tokens = [{"text": text, "ids": full_tokenizer.encode(text).ids} for text in TEXTS]
    judged = judged_ids(source, full_tokenizer)
    write(OUT / "tokens.json", {"original": original, "texts": tokens, "pairs": judged})

    # The model, with the vectors and scores that transformers computes.
    config = CONFIG | {"vocab_size": len(original) + 5}
    (OUT / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    model = random_model(config)
    weights = {name: parameter.data.half() for name, parameter in model.named_parameters()}
    (OUT / "model.safetensors").write_bytes(save(weights, metadata={"format": "pt"}))
    new_ids = {number: i for i, number in enumerate(original)}
    embedded = [
        expect(model, [new_ids[i] for i in item["ids"]], item["text"], new_ids) for item in tokens
    ]
    query = f"Instruct: {TASK}\nQuery:{TEXTS[5]}"
    expected: dict[str, Any] = {
        "passages": embedded,
        "query": expect(model, small.encode(query).ids, TEXTS[5], new_ids),
        "untied": judge(model, judged, new_ids),
    }
    model.lm_head.weight = model.model.embed_tokens.weight
    expected["tied"] = judge(model, judged, new_ids)
    write(OUT / "expected.json", expected)


def literal(tokenizer: Tokenizer) -> Tokenizer:
    """The tokenizer, set to read every added token in a text as plain characters."""
    tokenizer.encode_special_tokens = True
    added = [token for token in tokenizer.get_added_tokens_decoder().values() if not token.special]
    tokenizer.add_special_tokens(
        [AddedToken(token.content, special=True, normalized=False) for token in added]
    )
    return tokenizer


def cut_down(source: dict[str, Any], used: set[int]) -> tuple[dict[str, Any], list[int]]:
    """The tokenizer cut down to the tokens that are needed, and the old id of each new id.

    These are the single bytes, the tokens of the first COMMON_MERGES merges, and the tokens from
    which the used ones are merged.
    """
    vocabulary = source["model"]["vocab"]
    merges = [tuple(merge) for merge in source["model"]["merges"]]
    names = {number: token for token, number in vocabulary.items()}
    rank = {left + right: i for i, (left, right) in reversed(list(enumerate(merges)))}
    tokens = {token for token in vocabulary if len(token) == 1} | {
        left + right for left, right in merges[:COMMON_MERGES]
    }
    # The used tokens, and the tokens that they are merged from.
    pending = [names[i] for i in used if i in names]
    while pending:
        token = pending.pop()
        if token in tokens:
            continue
        tokens.add(token)
        pending += merges[rank[token]]
    for token in list(tokens):
        if len(token) > 1:
            tokens |= set(merges[rank[token]])
    # The vocabulary with new ids, in the order of the old ones.
    ordered = sorted(tokens, key=vocabulary.__getitem__)
    added = [token | {"id": len(ordered) + i} for i, token in enumerate(source["added_tokens"])]
    model = source["model"] | {
        "vocab": {token: i for i, token in enumerate(ordered)},
        "merges": [
            [left, right] for left, right in merges if {left, right, left + right} <= tokens
        ],
    }
    original = [vocabulary[token] for token in ordered] + [
        token["id"] for token in source["added_tokens"]
    ]
    return source | {"model": model, "added_tokens": added}, original


def pair(query: str, document: str) -> str:
    """The text between the prefix and the suffix, which is cut into tokens as one piece."""
    return f"<Instruct>: {TASK}\n<Query>: {query}\n<Document>: {document}"


def judged_ids(source: dict[str, Any], full_tokenizer: Tokenizer) -> list[dict[str, Any]]:
    """The whole prompts, as the model's card builds them, in the ids of the full tokenizer."""
    control = Tokenizer.from_str(json.dumps(source))
    before, after = control.encode(PREFIX).ids, control.encode(SUFFIX).ids
    room = CONFIG["max_position_embeddings"] - len(before) - len(after)
    return [
        {
            "query": query,
            "passage": text,
            "ids": before + full_tokenizer.encode(pair(query, text)).ids[:room] + after,
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
    model: Qwen3ForCausalLM, ids: list[int], text: str, new_ids: dict[int, int]
) -> dict[str, Any]:
    """The ids, cut at the model's length and ended by its end token, and the unit vector.

    The vector is computed in double precision.
    """
    ids = [*ids[: CONFIG["max_position_embeddings"] - 1], new_ids[151643]]
    with torch.inference_mode():
        hidden = model.model(input_ids=torch.tensor([ids])).last_hidden_state[0, -1]
    return {
        "text": text,
        "ids": ids,
        "vector": [round(value, 8) for value in (hidden / hidden.norm()).tolist()],
    }


def judge(
    model: Qwen3ForCausalLM, judged: list[dict[str, Any]], new_ids: dict[int, int]
) -> list[float]:
    """P(yes) of each pair."""
    scores = []
    for item in judged:
        ids = torch.tensor([[new_ids[i] for i in item["ids"]]])
        with torch.inference_mode():
            logits = model(input_ids=ids).logits[0, -1]
        no_yes = torch.stack([logits[new_ids[2152]], logits[new_ids[9693]]])
        scores.append(round(float(no_yes.log_softmax(0)[1].exp()), 8))
    return scores


def write(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
