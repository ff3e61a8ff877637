"""From logits to probabilities: weights fitted to the candidates of collections whose relevance is known (Platt scaling)."""

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
    """(n, k) inputs, (n,) labels of 0 and 1 and (n,) shares of the pairs → (k + 1,) weights of highest likelihood, the last
    a constant; by Newton's method.

    >>> scale, shift = fit(np.array([[-2.0], [-2.0], [2.0], [2.0], [2.0]]), np.array([0.0, 1.0, 1.0, 1.0, 0.0]), np.ones(5))
    >>> sigmoid(np.array([-2.0, 2.0]) * scale + shift).round(3).tolist()
    [0.5, 0.667]
    """
    columns = np.concatenate([inputs, np.ones((len(inputs), 1))], 1).astype(np.float64)
    weights = np.zeros(columns.shape[1])
    for _ in range(ROUNDS):
        given = sigmoid(columns @ weights)
        slope = columns.T @ (shares * (given - labels))
        curve = (columns * (shares * given * (1 - given))[:, None]).T @ columns
        weights -= np.linalg.solve(curve + 1e-9 * np.eye(len(weights)), slope)
    return weights


def sigmoid(logits: Floats) -> Floats:
    """1 / (1 + exp(−x)) without overflow."""
    return np.exp(-np.logaddexp(0, -logits))


def reliability(probability: Floats, labels: Floats) -> str:
    """For bands of probability: how many pairs, the mean probability, the share that is relevant."""
    lines = ["| band | pairs | probability | relevant |", "|---|---|---|---|"]
    for low, high in pairwise(BOUNDS):
        inside = (probability >= low) & (probability < high)
        if inside.any():
            told, true = probability[inside].mean(), labels[inside].mean()
            lines.append(f"| {low:g} to {high:g} | {inside.sum():,} | {told:.3f} | {true:.3f} |")
    return "\n".join(lines)
