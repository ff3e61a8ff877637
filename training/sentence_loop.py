"""Training a head for sentences on states that stay as they are.

The gradients are written out, so that numpy alone trains the head in a minute on two cores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from search.models.sentence_head import SentenceHead, compared, pooled

from .sentence_states import Seen

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Float32 = NDArray[np.float32]

HIDDEN = 128
EPOCHS, BATCH = 15, 64
RATE, WARM_UP, FLOOR = 1e-3, 30, 0.02
DECAY = 0.05
DROPPED = 0.3
"""The share of a sentence's features, and of the hidden layer's, that a step leaves out."""
PROBABILITY = 0.5
"""The weight of the binary cross entropy, which makes the scores log-odds."""
BETA1, BETA2, TINY = 0.9, 0.999, 1e-8
NAMES = tuple(field.name for field in fields(SentenceHead))
DECAYED = ("token", "query", "layer", "out")


@dataclass(frozen=True, slots=True)
class _Pooled:
    """The vectors of a row, and the weights of its tokens in them."""

    asked: Float32
    answers: Float32
    query_weights: Float32
    token_weights: tuple[Float32, ...]


def train(rows: Sequence[Seen], others: Sequence[Seen], seed: int) -> SentenceHead:
    """A head that learns from rows of which a sentence answers, and from others where none does."""
    draw = np.random.default_rng(seed)
    width = rows[0].query.shape[1]
    head = _first(width, draw)
    moments = {name: np.zeros((2, *getattr(head, name).shape), np.float32) for name in NAMES}
    step, steps = 0, EPOCHS * -(-len(rows) // BATCH)
    for _ in range(EPOCHS):
        order = draw.permutation(len(rows))
        for start in range(0, len(rows), BATCH):
            numbers = order[start : start + BATCH]
            batch = [rows[i] for i in numbers] + [others[i] for i in numbers]
            slope = gradient(head, batch, draw)
            step += 1
            rate = RATE * min(1, step / WARM_UP) * max(FLOOR, 1 - step / steps)
            for name in NAMES:
                _adam(getattr(head, name), slope[name], moments[name], rate, step, name in DECAYED)
    return head


def gradient(
    head: SentenceHead, batch: Sequence[Seen], draw: np.random.Generator | None
) -> dict[str, Float32]:
    """The gradient of `loss` by each array of the head; `draw` drops features, None keeps all."""
    rows = [_pool(head, row) for row in batch]
    features = np.concatenate([compared(row.answers, row.asked) for row in rows])
    kept = _kept(features.shape, draw)
    hidden = np.maximum((features * kept) @ head.layer + head.layer_bias, 0)
    hidden_kept = _kept(hidden.shape, draw)
    odds = (hidden * hidden_kept) @ head.out + head.out_bias
    by_odds = _slope(odds, batch)
    # Backwards through the hidden layer to the features.
    by_hidden = np.outer(by_odds, head.out) * hidden_kept * (hidden > 0)
    by_features = (by_hidden @ head.layer.T) * kept
    slope = {
        "out": (hidden * hidden_kept).T @ by_odds,
        "out_bias": by_odds.sum(keepdims=True),
        "layer": (features * kept).T @ by_hidden,
        "layer_bias": by_hidden.sum(0),
        "token": np.zeros_like(head.token),
        "query": np.zeros_like(head.query),
    }
    # Backwards through the vectors to the weights of the tokens.
    start = 0
    for row, states in zip(rows, batch, strict=True):
        part = by_features[start : start + len(row.answers)]
        start += len(row.answers)
        plain, product, distance = np.split(part, 3, axis=1)
        distance = distance * np.sign(row.answers - row.asked)
        by_answers = plain + product * row.asked + distance
        by_asked = (product * row.answers - distance).sum(0)
        slope["query"] += _by_direction(states.query, row.query_weights, by_asked)
        for tokens, weights, by_answer in zip(
            states.sentences, row.token_weights, by_answers, strict=True
        ):
            slope["token"] += _by_direction(tokens, weights, by_answer)
    return slope


def loss(head: SentenceHead, batch: Sequence[Seen]) -> float:
    """The mean over the rows of which a sentence answers.

    It is the cross entropy of a row's sentences, plus PROBABILITY times the binary cross entropy of
    every sentence, those of the other rows included.
    """
    odds, total, start = odds_of(head, batch), 0.0, 0
    for row in batch:
        part = odds[start : start + len(row.answers)].astype(np.float64)
        start += len(row.answers)
        if row.answers.any():
            total += np.logaddexp.reduce(part) - np.logaddexp.reduce(part[row.answers > 0])
        total += PROBABILITY * float((np.logaddexp(0, part) - part * row.answers).sum())
    return total / sum(bool(row.answers.any()) for row in batch)


def odds_of(head: SentenceHead, rows: Sequence[Seen]) -> Float32:
    """The log-odds of the sentences of all rows, one row behind the other."""
    pooled_rows = [_pool(head, row) for row in rows]
    features = np.concatenate([compared(row.answers, row.asked) for row in pooled_rows])
    hidden = np.maximum(features @ head.layer + head.layer_bias, 0)
    odds: Float32 = hidden @ head.out + head.out_bias
    return odds


def _slope(odds: Float32, batch: Sequence[Seen]) -> Float32:
    """The loss's derivative by the log-odds of each sentence."""
    parts, start = [], 0
    for row in batch:
        part = odds[start : start + len(row.answers)]
        start += len(row.answers)
        slope = PROBABILITY * (1 / (1 + np.exp(-part)) - row.answers)
        if row.answers.any():
            shares = np.exp(part - part.max())
            right = shares * row.answers
            slope = slope + shares / shares.sum() - right / right.sum()
        parts.append(slope)
    answered = sum(bool(row.answers.any()) for row in batch)
    return (np.concatenate(parts) / answered).astype(np.float32)


def _pool(head: SentenceHead, row: Seen) -> _Pooled:
    asked, query_weights = pooled(row.query.astype(np.float32), head.query)
    vectors = [pooled(tokens.astype(np.float32), head.token) for tokens in row.sentences]
    return _Pooled(
        asked,
        np.stack([vector for vector, _ in vectors]),
        query_weights,
        tuple(weights for _, weights in vectors),
    )


def _by_direction(tokens: NDArray[np.float16], weights: Float32, by_vector: Float32) -> Float32:
    """The derivative by the direction whose softmax weighs the tokens of a vector."""
    states = tokens.astype(np.float32)
    by_weights = states @ by_vector
    by_scores = weights * (by_weights - weights @ by_weights)
    slope: Float32 = by_scores @ states
    return slope


def _first(width: int, draw: np.random.Generator) -> SentenceHead:
    """A head before training: all tokens weigh the same."""

    def uniform(*shape: int) -> Float32:
        bound = shape[0] ** -0.5
        return draw.uniform(-bound, bound, shape).astype(np.float32)

    return SentenceHead(
        token=np.zeros(width, np.float32),
        query=np.zeros(width, np.float32),
        layer=uniform(3 * width, HIDDEN),
        layer_bias=np.zeros(HIDDEN, np.float32),
        out=uniform(HIDDEN),
        out_bias=np.zeros(1, np.float32),
    )


def _kept(shape: tuple[int, ...], draw: np.random.Generator | None) -> Float32 | float:
    """A mask with 0 for what is dropped, and 1 / (1 − DROPPED) elsewhere."""
    if draw is None:
        return 1.0
    return (draw.random(shape, np.float32) >= DROPPED).astype(np.float32) / (1 - DROPPED)


def _adam(
    weights: Float32, slope: Float32, moments: Float32, rate: float, step: int, is_decayed: bool
) -> None:
    """One step of AdamW (https://arxiv.org/abs/1711.05101), in place."""
    moments[0] += (1 - BETA1) * (slope - moments[0])
    moments[1] += (1 - BETA2) * (np.square(slope) - moments[1])
    mean, square = moments[0] / (1 - BETA1**step), moments[1] / (1 - BETA2**step)
    if is_decayed:
        weights *= 1 - rate * DECAY
    weights -= rate * mean / (np.sqrt(square) + TINY)
