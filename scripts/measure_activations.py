"""Measure how large the activations of a BERT get, for products in 8 bits.

    python -m scripts.measure_activations FOLDER [SEPARATOR]

Passages and questions of the sample corpus go through the model in float32, and the largest
absolute value of each channel that enters a matrix goes into FOLDER/activations.safetensors.
A reranker reads questions with passages, joined by the token SEPARATOR, such as [SEP].
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from math import erf, sqrt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

from search.models.activation_ranges import ATTENTION, DOWN, FILE, UP
from search.models.bert import BertConfig
from search.models.bert_inputs import BertInputs
from search.models.bert_layers import LayerNorm, StoredLayer, norm_of
from search.models.borrowed_words import tokenizer_folder
from search.models.checkpoint import Checkpoint
from search.models.tokenizer import ModelTokenizer

Float32 = NDArray[np.float32]
CORPUS = Path(__file__).parent.parent / "sample_corpus"
TEXTS = 48
CHARACTERS = (120, 400, 1000)
_erf = np.vectorize(erf, otypes=[np.float32])


def main() -> None:
    folder = Path(sys.argv[1])
    checkpoint = Checkpoint(folder)
    config = BertConfig.of(checkpoint)
    tokenizer = ModelTokenizer(tokenizer_folder(folder) / "tokenizer.json")
    inputs = BertInputs(checkpoint, config)
    ranges: dict[str, Float32] = {}
    texts = list(_texts(tokenizer, config.max_tokens, sys.argv[2] if sys.argv[2:] else ""))
    norm = norm_of(checkpoint, f"{config.root}embeddings", config)
    states = [_normalised(inputs.of([ids], first_segment), norm) for ids, first_segment in texts]
    for i in range(config.layers):
        layer = StoredLayer.of(checkpoint, i, config)
        states = [_through(layer, i, x, config.heads, ranges) for x in states]
    save_file({name: value.astype(np.float16) for name, value in ranges.items()}, folder / FILE)
    print(f"{len(texts)} texts, {sum(len(ids) for ids, _ in texts)} tokens → {folder / FILE}")


def _texts(
    tokenizer: ModelTokenizer, max_tokens: int, separator: str
) -> Iterator[tuple[list[int], int | None]]:
    """The ids of each text, and the length of its first segment, None where there is one."""
    prose = " ".join(
        path.read_text() for path in sorted(CORPUS.rglob("*")) if path.suffix in (".md", ".txt")
    )
    questions = [
        json.loads(line)["question"]
        for line in (CORPUS / "questions.jsonl").read_text().splitlines()
    ]
    for i in range(TEXTS):
        start, size = len(prose) * i // TEXTS, CHARACTERS[i % len(CHARACTERS)]
        passage, question = prose[start : start + size], questions[i % len(questions)]
        if not separator:
            text = question if i % 6 == 5 else passage
            yield tokenizer.encode([text], max_tokens)[0], None
            continue
        start_id, *ids = tokenizer.encode([question], max_tokens)[0]
        rest = tokenizer.encode([passage], max_tokens)[0][1:]
        first = [start_id, *ids[:-1], tokenizer.token_id(separator)]
        yield [*first, *rest][:max_tokens], len(first)


def _through(
    layer: StoredLayer, number: int, x: Float32, heads: int, ranges: dict[str, Float32]
) -> Float32:
    """The states x of one text after a layer; what enters its matrices widens `ranges`."""

    def see(matrix: str, entering: Float32) -> Float32:
        name, largest = f"{number}.{matrix}", np.abs(entering).max(0)
        ranges[name] = np.maximum(ranges[name], largest) if name in ranges else largest
        return entering

    see(ATTENTION, x)
    q, k, v = (
        (x @ matrix.transposed() + bias).reshape(len(x), heads, -1).transpose(1, 0, 2)
        for matrix, bias in (
            (layer.query, layer.query_bias),
            (layer.key, 0),
            (layer.value, layer.value_bias),
        )
    )
    scores = q @ k.transpose(0, 2, 1) / sqrt(q.shape[-1])
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    weights /= weights.sum(-1, keepdims=True)
    attended = (weights @ v).transpose(1, 0, 2).reshape(x.shape)
    x = x + attended @ layer.output.transposed() + layer.output_bias
    x = _normalised(x, layer.output_norm)
    up = see(UP, x) @ layer.up.transposed() + layer.up_bias
    hidden = see(DOWN, up * (1 + _erf(up / sqrt(2))) / 2)
    x = x + hidden @ layer.down.transposed() + layer.down_bias
    return _normalised(x, layer.down_norm)


def _normalised(x: Float32, norm: LayerNorm) -> Float32:
    x = x - x.mean(1, keepdims=True)
    x /= np.sqrt((x * x).mean(1, keepdims=True) + np.float32(norm.eps))
    normalised: Float32 = x * norm.weight + norm.bias
    return normalised


if __name__ == "__main__":
    main()
