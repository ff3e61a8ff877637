"""Qwen3 gives the vectors that `transformers` computes here, on random checkpoints.

The tests need torch; `make test-slow` runs them.
"""

import json

import mlx.core as mx
import numpy as np
import pytest

from search.models.checkpoint import Checkpoint
from search.models.engines import open_encoder
from search.models.heads import Qwen3Head

from .qwen3_checkpoints import QUANTISATIONS, quantised

pytestmark = pytest.mark.slow
SMALL = {
    "model_type": "qwen3",
    "hidden_act": "silu",
    "hidden_size": 128,
    "intermediate_size": 192,
    "head_dim": 64,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 4096,
    "rms_norm_eps": 1e-6,
    "rope_theta": 1000000,
    "vocab_size": 96,
    "attention_bias": False,
}
# These are the published sizes of the 0.6B.
REAL = SMALL | {
    "hidden_size": 1024,
    "intermediate_size": 3072,
    "head_dim": 128,
    "num_hidden_layers": 28,
    "num_attention_heads": 16,
    "num_key_value_heads": 8,
    "max_position_embeddings": 32768,
    "vocab_size": 151669,
    "tie_word_embeddings": True,
}


class Answers:
    """The part of a tokenizer that a head uses."""

    def token_id(self, token):
        return {"yes": 17, "no": 5}[token]


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch")


def transformers_model(torch, config, seed):
    from transformers import Qwen3Config, Qwen3ForCausalLM

    torch.manual_seed(seed)
    model = Qwen3ForCausalLM(Qwen3Config.from_dict(config)).eval()
    for parameter in model.parameters():
        if parameter.ndim == 1:
            parameter.data += torch.randn_like(parameter) * 0.1
    return model


def reference(torch, model, ids):
    hidden, odds = [], []
    with torch.inference_mode():
        for row in ids:
            out = model.model(input_ids=torch.tensor([row])).last_hidden_state[0, -1]
            logits = model.lm_head(out)
            hidden.append((out / out.norm()).numpy())
            odds.append(float(logits[17] - logits[5]))
    return np.stack(hidden), 1 / (1 + np.exp(-np.array(odds)))


def saved(folder, weights, config):
    folder.mkdir()
    mx.save_safetensors(str(folder / "model.safetensors"), weights)
    (folder / "config.json").write_text(json.dumps(config))
    return Checkpoint(folder)


def compare(checkpoint, backend, ids, vectors, probabilities):
    encoder = open_encoder(checkpoint, backend, "lasttoken")
    hidden = encoder.encode(ids)
    np.testing.assert_allclose(
        hidden / np.linalg.norm(hidden, axis=1, keepdims=True), vectors, rtol=0, atol=1e-4
    )
    logits = Qwen3Head(checkpoint, Answers()).logits(
        encoder.encode_after(ids[0][:9], [row[9:] for row in ids])
    )
    np.testing.assert_allclose(1 / (1 + np.exp(-logits)), probabilities, rtol=0, atol=1e-4)


def rows(draw, vocabulary, lengths):
    start = draw.integers(0, vocabulary, 9).tolist()
    return [start + draw.integers(0, vocabulary, length - 9).tolist() for length in lengths]


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("name", [None, *QUANTISATIONS])
def test_small_shapes_give_the_vectors_of_transformers(torch, tmp_path, name, tied):
    config = SMALL | {"tie_word_embeddings": tied}
    model = transformers_model(torch, config, seed=3)
    weights = {key: mx.array(value.numpy()) for key, value in model.state_dict().items()}
    if tied:
        weights.pop("lm_head.weight")
    packed, rules = weights, {}
    if name:
        packed, widened, rules = quantised(weights, *QUANTISATIONS[name])
        state = {
            key: torch.tensor(np.array(value.astype(mx.float32))) for key, value in widened.items()
        }
        model.load_state_dict(state, strict=not tied)
    ids = rows(np.random.default_rng(1), config["vocab_size"], [10, 400, 33, 64, 12, 1500])
    expected = reference(torch, model, ids)
    checkpoint = saved(tmp_path / "model", packed, config | rules)
    for backend in ("cpu", "mlx"):
        compare(checkpoint, backend, ids, *expected)


def test_the_published_size_gives_the_vectors_of_transformers(torch, tmp_path):
    model = transformers_model(torch, REAL, seed=4)
    weights = {
        key: mx.array(value.numpy())
        for key, value in model.state_dict().items()
        if key != "lm_head.weight"
    }
    ids = rows(np.random.default_rng(2), REAL["vocab_size"], [12, 100, 40])
    expected = reference(torch, model, ids)
    compare(saved(tmp_path / "model", weights, REAL), "cpu", ids, *expected)
