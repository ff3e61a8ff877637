"""BERT, XLM-RoBERTa, ModernBERT and Gemma give the vectors that `transformers` computes here.

The windows and positions are the published ones. The test needs torch; `make test-slow` runs it.
"""

import json

import mlx.core as mx
import numpy as np
import pytest

from search.models import recipes
from search.models.checkpoint import Checkpoint
from search.models.engines import open_encoder
from search.models.heads import BertHead

pytestmark = pytest.mark.slow
SHARED = {"hidden_size": 64, "intermediate_size": 96, "num_attention_heads": 4, "vocab_size": 300}
CONFIGS = {
    "bert": {
        "hidden_act": "gelu",
        "layer_norm_eps": 1e-12,
        "max_position_embeddings": 512,
        "num_hidden_layers": 2,
        "pad_token_id": 0,
        "type_vocab_size": 2,
    },
    "xlm-roberta": {
        "hidden_act": "gelu",
        "layer_norm_eps": 1e-5,
        "max_position_embeddings": 514,
        "num_hidden_layers": 2,
        "pad_token_id": 1,
        "type_vocab_size": 1,
    },
    "modernbert": {
        "bos_token_id": 0,
        "cls_token_id": 0,
        "eos_token_id": 2,
        "global_attn_every_n_layers": 3,
        "global_rope_theta": 160000.0,
        "local_attention": 128,
        "local_rope_theta": 10000.0,
        "max_position_embeddings": 8192,
        "num_hidden_layers": 5,
        "pad_token_id": 3,
        "sep_token_id": 2,
    },
    "gemma3_text": {
        "head_dim": 32,
        "layer_types": [*["sliding_attention"] * 5, "full_attention", "sliding_attention"],
        "max_position_embeddings": 2048,
        "num_hidden_layers": 7,
        "num_key_value_heads": 1,
        "query_pre_attn_scalar": 32,
        "rope_local_base_freq": 10000.0,
        "rope_theta": 1000000.0,
        "sliding_window": 512,
        "use_bidirectional_attention": True,
    },
}
POOLINGS = {
    "pooling_mode_cls_token": lambda hidden: hidden[0],
    "pooling_mode_mean_tokens": lambda hidden: hidden.mean(0),
    "pooling_mode_lasttoken": lambda hidden: hidden[-1],
}
POOLINGS_OF_BERT = ("pooling_mode_cls_token", "pooling_mode_mean_tokens")
IS_BERT = ("bert", "xlm-roberta")


def random_weights(torch, model):
    """The model with weights that are large enough to tell one arithmetic from another."""
    torch.manual_seed(5)
    is_gemma = model.config.model_type == "gemma3_text"
    for name, parameter in model.named_parameters():
        is_scale = "norm" in name.lower() and name.endswith("weight") and not is_gemma
        parameter.data = torch.randn_like(parameter) * 0.15 + float(is_scale)
    return {name: mx.array(value.numpy()) for name, value in model.state_dict().items()}


@pytest.mark.parametrize("model_type", CONFIGS)
def test_transformers_gives_the_same_vectors(tmp_path, model_type):
    torch = pytest.importorskip("torch")
    from transformers import AutoConfig, AutoModel

    config = {"model_type": model_type} | SHARED | CONFIGS[model_type]
    model = AutoModel.from_config(
        AutoConfig.for_model(**config), attn_implementation="eager"
    ).eval()
    weights = random_weights(torch, model)
    weights = {name: value for name, value in weights.items() if "pooler" not in name}
    draw = np.random.default_rng(3)
    ids = [draw.integers(5, SHARED["vocab_size"], length).tolist() for length in (1, 7, 150, 512)]
    if model_type not in IS_BERT:
        ids.append(draw.integers(5, SHARED["vocab_size"], 900).tolist())
    with torch.inference_mode():
        hidden = [model(input_ids=torch.tensor([row])).last_hidden_state[0].numpy() for row in ids]
    (tmp_path / "1_Pooling").mkdir()
    (tmp_path / "modules.json").write_text("[]")
    (tmp_path / "config.json").write_text(json.dumps(config))
    mx.save_safetensors(str(tmp_path / "model.safetensors"), weights)
    for key in POOLINGS_OF_BERT if model_type in IS_BERT else POOLINGS:
        expected = np.stack([POOLINGS[key](rows) for rows in hidden])
        for backend in ("cpu", "mlx") if model_type in IS_BERT else ("mlx",):
            encoder = open_encoder(Checkpoint(tmp_path), backend, recipes.POOLINGS[key])
            vectors, wanted = (
                x / np.linalg.norm(x, axis=1, keepdims=True)
                for x in (encoder.encode(ids), expected)
            )
            np.testing.assert_allclose(vectors, wanted, rtol=0, atol=2e-5)


@pytest.mark.parametrize("backend", ["cpu", "mlx"])
@pytest.mark.parametrize("model_type", IS_BERT)
def test_rerankers_give_the_log_odds_of_transformers(tmp_path, model_type, backend):
    torch = pytest.importorskip("torch")
    from transformers import AutoConfig, AutoModelForSequenceClassification

    config = {"model_type": model_type, "num_labels": 1} | SHARED | CONFIGS[model_type]
    model = AutoModelForSequenceClassification.from_config(
        AutoConfig.for_model(**config), attn_implementation="eager"
    ).eval()
    mx.save_safetensors(str(tmp_path / "model.safetensors"), random_weights(torch, model))
    (tmp_path / "config.json").write_text(json.dumps(config))
    draw = np.random.default_rng(7)
    prefix = draw.integers(5, SHARED["vocab_size"], 9).tolist()
    rest = [draw.integers(5, SHARED["vocab_size"], length).tolist() for length in (1, 40, 300)]
    segments = 1 if model_type == "bert" else 0
    with torch.inference_mode():
        expected = [
            model(
                input_ids=torch.tensor([[*prefix, *ids]]),
                token_type_ids=torch.tensor([[0] * len(prefix) + [segments] * len(ids)]),
            ).logits.item()
            for ids in rest
        ]
    checkpoint = Checkpoint(tmp_path)
    hidden = open_encoder(checkpoint, backend, "cls").encode_after(prefix, rest)
    logits = BertHead(checkpoint, None).logits(hidden)
    np.testing.assert_allclose(logits, expected, rtol=0, atol=2e-5)
