"""Make tests/fixtures/cross_encoder: a head for the small BERT, and its scores by transformers.

    python scripts/make_cross_encoder_fixture.py

The script needs torch and transformers. It uses the BERT of tests/fixtures/bert, so it runs after
make_bert_fixture.py.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import load_file, save
from tokenizers import Tokenizer
from transformers import BertConfig, BertForSequenceClassification

FIXTURES = Path(__file__).parent.parent / "tests" / "fixtures"
BERT, OUT = FIXTURES / "bert" / "tiny", FIXTURES / "cross_encoder"
QUERIES = ["the river", "is a boat light? é", ""]
PASSAGES = [
    "",
    " ",
    "the river",
    "A boat waits under the stone bridge, and the water is light.",
    "[SEP] tree [CLS]",
    "é 中 x",
    "the sea " * 40,
]


def main() -> None:
    torch.manual_seed(5)
    config = json.loads((BERT / "config.json").read_text()) | {"num_labels": 1}
    model = BertForSequenceClassification(BertConfig.from_dict(config)).eval()
    width = config["hidden_size"]
    head = {
        "bert.pooler.dense.weight": torch.randn(width, width) * 0.2,
        "bert.pooler.dense.bias": torch.randn(width) * 0.1,
        "classifier.weight": torch.randn(1, width) * 0.5,
        "classifier.bias": torch.randn(1) * 0.5,
    }
    head = {name: value.half() for name, value in head.items()}
    body = {f"bert.{name}": value for name, value in load_file(BERT / "model.safetensors").items()}
    state = {name: value.double() for name, value in (body | head).items()}
    missing, unexpected = model.double().load_state_dict(state, strict=False)
    assert not unexpected, unexpected
    assert all("position_ids" in name for name in missing), missing
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "head.safetensors").write_bytes(save(head, metadata={"format": "pt"}))
    rows = [row(model, query, passage) for query in QUERIES for passage in PASSAGES]
    (OUT / "expected.json").write_text(
        "[\n" + ",\n".join(json.dumps(item) for item in rows) + "\n]\n"
    )


def row(model: BertForSequenceClassification, query: str, passage: str) -> dict[str, object]:
    """The ids of the pair and the sigmoid of its one logit. Only the passage is cut to fit."""
    tokenizer = Tokenizer.from_file(str(BERT / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.encode_special_tokens = True
    start, stop = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    query_ids, passage_ids = (
        tokenizer.encode(text, add_special_tokens=False).ids for text in (query, passage)
    )
    first = [start, *query_ids, stop]
    second = [*passage_ids[: model.config.max_position_embeddings - len(first) - 1], stop]
    with torch.inference_mode():
        logit = model(
            input_ids=torch.tensor([first + second]),
            token_type_ids=torch.tensor([[0] * len(first) + [1] * len(second)]),
        ).logits[0, 0]
    return {
        "query": query,
        "passage": passage,
        "ids": first + second,
        "score": round(float(logit.sigmoid()), 8),
    }


if __name__ == "__main__":
    main()
