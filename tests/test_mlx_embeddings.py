"""mlx-embeddings' own BERT as a second opinion on ours: same weights, same hidden state of [CLS]."""

import json
import warnings
from dataclasses import fields
from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest

from search.models.embedder import load_embedder

TINY = Path(__file__).parent / "fixtures" / "bert" / "tiny"


@pytest.mark.parametrize("backend", ["cpu", "mlx"])
def test_the_same_vectors(backend: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the packages that it imports
        from mlx_embeddings.models.bert import Model, ModelArgs
    ours = load_embedder(str(TINY), backend)
    config = json.loads((TINY / "config.json").read_text())
    theirs = Model(
        ModelArgs(
            **{
                field.name: config[field.name]
                for field in fields(ModelArgs)
                if field.name in config
            }
        )
    )
    weights = {
        name: value.astype(mx.float32)
        for name, value in mx.load(str(TINY / "model.safetensors")).items()
    }
    theirs.load_weights(
        list(weights.items()), strict=False
    )  # its pooler has no weights here and is not asked
    theirs.eval()
    for text in ("a word", "the quick brown fox", ""):
        (ids,) = ours.tokenizer.encode([text], ours.max_tokens)
        state = theirs(mx.array([ids]), attention_mask=mx.ones((1, len(ids)))).last_hidden_state[
            0, 0
        ]
        expected = np.array(state) / np.linalg.norm(np.array(state))
        assert ours.embed_passages([text])[0] == pytest.approx(expected, abs=1e-5)
