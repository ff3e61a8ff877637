"""A BERT in torch that reads a query with a passage and gives one logit.

Checkpoint names are those of BertForSequenceClassification of `transformers`. Weights are float32;
on a GPU, autocast computes the products in bfloat16.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from search.models.checkpoint import Checkpoint

WIDTH, HEADS, INNER, POSITIONS, EPS = 384, 12, 1536, 512, 1e-12
PARTS = {
    "output": "attention.output.dense",
    "norm": "attention.output.LayerNorm",
    "inner": "intermediate.dense",
    "outer": "output.dense",
    "last": "output.LayerNorm",
}


class Layer(nn.Module):
    """One transformer layer. Query, key and value are one matrix."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.output = nn.Linear(WIDTH, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, EPS)
        self.inner = nn.Linear(WIDTH, INNER)
        self.outer = nn.Linear(INNER, WIDTH)
        self.last = nn.LayerNorm(WIDTH, EPS)

    def forward(self, rows: Tensor, mask: Tensor) -> Tensor:
        """(n, length, width) and (n, 1, 1, length) → (n, length, width)."""
        n, length, _ = rows.shape
        query, key, value = (
            self.qkv(rows)
            .view(n, length, 3, HEADS, WIDTH // HEADS)
            .permute(2, 0, 3, 1, 4)
            .unbind(0)
        )
        attended = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        rows = self.norm(rows + self.output(attended.transpose(1, 2).reshape(n, length, WIDTH)))
        return self.last(rows + self.outer(functional.gelu(self.inner(rows))))


class CrossEncoder(nn.Module):
    """`layers` layers above the embeddings, the pooler and a classifier of one label.

    `vocabulary` is the number of word pieces, and `padding` the id behind a row that is short.
    """

    def __init__(self, layers: int, vocabulary: int, padding: int) -> None:
        super().__init__()
        self.padding = padding
        self.words = nn.Embedding(vocabulary, WIDTH)
        self.positions = nn.Embedding(POSITIONS, WIDTH)
        self.segments = nn.Embedding(2, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, EPS)
        self.layers = nn.ModuleList(Layer() for _ in range(layers))
        self.pooler = nn.Linear(WIDTH, WIDTH)
        self.classifier = nn.Linear(WIDTH, 1)

    def hidden(self, ids: Tensor, seconds: Tensor) -> Tensor:
        """The last hidden states of all tokens, (n, length, width).

        `ids` (n, length); `seconds` (n,) is the start of each row's second segment.
        """
        position = torch.arange(ids.shape[1], device=ids.device)
        segment = ((position >= seconds[:, None]) & (ids != self.padding)).long()
        rows = self.norm(self.words(ids) + self.positions(position) + self.segments(segment))
        if torch.is_autocast_enabled(ids.device.type):
            rows = rows.to(torch.bfloat16)
        mask = (ids != self.padding)[:, None, None, :]
        for layer in self.layers:
            rows = layer(rows, mask)
        return rows

    def forward(self, ids: Tensor, seconds: Tensor) -> Tensor:
        """(n, length) ids and (n,) starts of the second segments → (n,) float32 logits."""
        pooled = torch.tanh(self.pooler(self.hidden(ids, seconds)[:, 0]))
        return self.classifier(pooled)[:, 0].float()


def from_embedder(folder: Path) -> CrossEncoder:
    """The embedder's layers with a new head.

    The pooler begins near the identity, and the classifier's weights near zero.
    """
    checkpoint = Checkpoint(folder)
    layers = int(checkpoint.setting("num_hidden_layers"))
    model = _empty(checkpoint, layers)
    _load(model, checkpoint, "", range(layers))
    with torch.no_grad():
        model.pooler.weight.copy_(torch.eye(WIDTH) + 0.02 * torch.randn(WIDTH, WIDTH))
        model.pooler.bias.zero_()
        model.classifier.weight.normal_(0, 0.02)
        model.classifier.bias.zero_()
    return model


def from_folder(folder: Path, layers: Sequence[int] | None = None) -> CrossEncoder:
    """A trained cross-encoder, with all its layers or with those of `layers`."""
    checkpoint = Checkpoint(folder)
    chosen = range(int(checkpoint.setting("num_hidden_layers"))) if layers is None else layers
    model = _empty(checkpoint, len(chosen))
    _load(model, checkpoint, "bert.", chosen)
    _copy(model.pooler, checkpoint, "bert.pooler.dense")
    _copy(model.classifier, checkpoint, "classifier")
    return model


def _empty(checkpoint: Checkpoint, layers: int) -> CrossEncoder:
    settings = (int(checkpoint.setting(name)) for name in ("vocab_size", "pad_token_id"))
    return CrossEncoder(layers, *settings)


def tensors(model: CrossEncoder) -> Iterator[tuple[str, np.ndarray]]:
    """The weights as float16 arrays, each with its checkpoint name."""
    for name, tensor in _named(model):
        yield name, tensor.detach().cpu().to(torch.float16).numpy()


def _named(model: CrossEncoder) -> Iterator[tuple[str, Tensor]]:
    embeddings: Mapping[str, nn.Embedding] = {
        "word_embeddings": model.words,
        "position_embeddings": model.positions,
        "token_type_embeddings": model.segments,
    }
    for name, table in embeddings.items():
        yield f"bert.embeddings.{name}.weight", table.weight
    for end in ("weight", "bias"):
        yield f"bert.embeddings.LayerNorm.{end}", getattr(model.norm, end)
        yield f"bert.pooler.dense.{end}", getattr(model.pooler, end)
        yield f"classifier.{end}", getattr(model.classifier, end)
        for number, layer in enumerate(model.layers):
            root = f"bert.encoder.layer.{number}"
            for name, part in zip(
                ("query", "key", "value"), getattr(layer.qkv, end).chunk(3), strict=True
            ):
                yield f"{root}.attention.self.{name}.{end}", part
            for attribute, name in PARTS.items():
                yield f"{root}.{name}.{end}", getattr(getattr(layer, attribute), end)


def _load(model: CrossEncoder, checkpoint: Checkpoint, root: str, chosen: Sequence[int]) -> None:
    with torch.no_grad():
        for table, name in (
            (model.words, "word_embeddings"),
            (model.positions, "position_embeddings"),
            (model.segments, "token_type_embeddings"),
        ):
            table.weight.copy_(_matrix(checkpoint, f"{root}embeddings.{name}", *table.weight.shape))
    _copy(model.norm, checkpoint, f"{root}embeddings.LayerNorm")
    for layer, number in zip(model.layers, chosen, strict=True):
        prefix = f"{root}encoder.layer.{number}"
        with torch.no_grad():
            names = [f"{prefix}.attention.self.{name}" for name in ("query", "key", "value")]
            layer.qkv.weight.copy_(
                torch.cat([_matrix(checkpoint, name, WIDTH, WIDTH) for name in names])
            )
            layer.qkv.bias.copy_(
                torch.cat([_vector(checkpoint, f"{name}.bias", WIDTH) for name in names])
            )
        for attribute, name in PARTS.items():
            _copy(getattr(layer, attribute), checkpoint, f"{prefix}.{name}")


def _copy(module: nn.Module, checkpoint: Checkpoint, name: str) -> None:
    with torch.no_grad():
        if module.weight.ndim == 2:
            module.weight.copy_(_matrix(checkpoint, name, *module.weight.shape))
        else:
            module.weight.copy_(_vector(checkpoint, f"{name}.weight", len(module.weight)))
        module.bias.copy_(_vector(checkpoint, f"{name}.bias", len(module.bias)))


def _matrix(checkpoint: Checkpoint, name: str, rows: int, columns: int) -> Tensor:
    return torch.from_numpy(checkpoint.lookup(name, rows, columns).rows(np.arange(rows)).copy())


def _vector(checkpoint: Checkpoint, name: str, size: int) -> Tensor:
    return torch.from_numpy(checkpoint.vector(name, size).copy())
