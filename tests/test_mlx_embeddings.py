"""The BERT of mlx-embeddings gives the same hidden state of [CLS] with the same weights."""

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
def test_mlx_embeddings_gives_the_same_vectors(backend: str) -> None:
    with warnings.catch_warnings():
        # The packages that mlx-embeddings imports warn.
        warnings.simplefilter("ignore")
        from mlx_embeddings.models.bert import Model, ModelArgs
    embedder = load_embedder(str(TINY), backend)
    config = json.loads((TINY / "config.json").read_text())
    reference = Model(
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
    # The pooler has no weights here and is not used.
    reference.load_weights(list(weights.items()), strict=False)
    reference.eval()
    for text in ("a word", "the quick brown fox", ""):
        (ids,) = embedder.tokenizer.encode([text], embedder.max_tokens)
        state = reference(mx.array([ids]), attention_mask=mx.ones((1, len(ids)))).last_hidden_state[
            0, 0
        ]
        expected = np.array(state) / np.linalg.norm(np.array(state))
        assert embedder.embed_passages([text])[0] == pytest.approx(expected, abs=1e-5)
