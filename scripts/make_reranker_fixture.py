"""Make tests/fixtures/starter_reranker.json: the logits of 20 pairs by transformers.

    python scripts/make_reranker_fixture.py

The weights are those of the bundled reranker. The script needs torch and transformers, and runs
after `python -m training quantise`.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import BertConfig, BertForSequenceClassification

from search.models.bundled import BUNDLED
from search.models.checkpoint import Checkpoint

OUT = Path(__file__).parent.parent / "tests" / "fixtures" / "starter_reranker.json"
QUERIES = [
    "the radiators stay cold",
    "how do I read a file line by line in python",
    "notice period of the flat",
    "Wie hoch ist die Miete?",
]
PASSAGES = [
    "Boiler > Letting air out\nA radiator that is hot below and cold above has trapped air. "
    "Switch the pump off and turn the square pin a quarter with the brass key.",
    "def lines(path):\n    with open(path, encoding='utf-8') as file:\n"
    "        for line in file:\n            yield line",
    "Lease > Ending the contract\n"
    "The tenant may end the contract with three months notice to the end of a month.",
    "Sourdough\nFold the dough four times, then bake it in a hot oven. [SEP] éß 中文",
    "Tides > Harbour\n"
    "The tide turns every six hours and twelve minutes; the ferry leaves with the ebb.",
]


def main() -> None:
    checkpoint = Checkpoint(BUNDLED["starter-reranker"].folder)
    settings = {key: value for key, value in checkpoint.config.items() if key != "quantization"}
    model = (
        BertForSequenceClassification(BertConfig.from_dict(settings | {"num_labels": 1}))
        .double()
        .eval()
    )
    state = {name: torch.from_numpy(values) for name, values in widened(checkpoint).items()}
    missing, unexpected = model.load_state_dict(state, strict=False)
    assert not unexpected, unexpected
    assert all("position_ids" in name for name in missing), missing
    tokenizer = Tokenizer.from_file(str(checkpoint.folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.encode_special_tokens = True
    rows = [
        {"query": query, "passage": passage, "logit": logit(model, tokenizer, query, passage)}
        for query in QUERIES
        for passage in PASSAGES
    ]
    OUT.write_text("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")


def widened(checkpoint: Checkpoint) -> dict[str, np.ndarray]:
    """All weights by name, in float64."""
    values = {}
    for name, stored in checkpoint.tensors():
        module = name.removesuffix(".weight")
        rule = checkpoint.quantization(module)
        if rule is None:
            if not name.endswith((".scales", ".biases")):
                values[name] = stored.astype(np.float64)
        elif name.endswith(".weight"):
            rows, columns = stored.shape[0], stored.shape[1] * 32 // rule.bits
            values[name] = (
                checkpoint.lookup(module, rows, columns).rows(np.arange(rows)).astype(np.float64)
            )
    return values


def logit(
    model: BertForSequenceClassification, tokenizer: Tokenizer, query: str, passage: str
) -> float:
    """The logit of `[CLS] query [SEP] passage [SEP]`."""
    start, stop = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    query_ids, passage_ids = (
        tokenizer.encode(text, add_special_tokens=False).ids for text in (query, passage)
    )
    first = [start, *query_ids, stop]
    second = [*passage_ids[: model.config.max_position_embeddings - len(first) - 1], stop]
    with torch.inference_mode():
        output = model(
            input_ids=torch.tensor([first + second]),
            token_type_ids=torch.tensor([[0] * len(first) + [1] * len(second)]),
        )
    return round(float(output.logits[0, 0]), 5)


if __name__ == "__main__":
    main()
