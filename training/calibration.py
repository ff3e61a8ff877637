"""From logits to probabilities: Platt scaling.

The weights are fitted to the candidates of collections whose relevance is known.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating]

ROUNDS = 60
BOUNDS = (0.0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 1.0)


def fit(inputs: Floats, labels: Floats, shares: Floats) -> Floats:
    """The weights of highest likelihood, found by Newton's method; the last weight is a constant.

    (n, k) inputs, (n,) labels of 0 and 1, and (n,) shares of the pairs → (k + 1,) weights.

    >>> inputs = np.array([[-2.0], [-2.0], [2.0], [2.0], [2.0]])
    >>> scale, shift = fit(inputs, np.array([0.0, 1.0, 1.0, 1.0, 0.0]), np.ones(5))
    >>> sigmoid(np.array([-2.0, 2.0]) * scale + shift).round(3).tolist()
    [0.5, 0.667]
    """
    columns = np.concatenate([inputs, np.ones((len(inputs), 1))], 1).astype(np.float64)
    weights = np.zeros(columns.shape[1])
    for _ in range(ROUNDS):
        probability = sigmoid(columns @ weights)
        gradient = columns.T @ (shares * (probability - labels))
        curvature = (columns * (shares * probability * (1 - probability))[:, None]).T @ columns
        weights -= np.linalg.solve(curvature + 1e-9 * np.eye(len(weights)), gradient)
    return weights


def sigmoid(logits: Floats) -> Floats:
    """1 / (1 + exp(−x)) without overflow."""
    return np.exp(-np.logaddexp(0, -logits))


def reliability(probability: Floats, labels: Floats) -> str:
    """A table by bands of probability: the pairs, their mean probability, the relevant share."""
    lines = ["| band | pairs | probability | relevant |", "|---|---|---|---|"]
    for low, high in pairwise(BOUNDS):
        inside = (probability >= low) & (probability < high)
        if inside.any():
            mean, relevant = probability[inside].mean(), labels[inside].mean()
            lines.append(
                f"| {low:g} to {high:g} | {inside.sum():,} | {mean:.3f} | {relevant:.3f} |"
            )
    return "\n".join(lines)
