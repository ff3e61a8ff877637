"""From logits to probabilities: a scale and a shift fitted to held-out lists (Platt scaling)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating]

ROUNDS = 50
BOUNDS = (0.0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 1.0)


@dataclass(frozen=True, slots=True)
class Held:
    """(n,) logits, fused scores and labels of pairs that no model learned from."""

    logits: Floats
    fused: Floats
    labels: Floats


def fit(logits: Floats, labels: Floats) -> tuple[float, float]:
    """The scale and shift of highest likelihood, by Newton's method.

    >>> scale, shift = fit(np.array([-2.0, -2.0, 2.0, 2.0]), np.array([0.0, 1.0, 1.0, 1.0]))
    >>> round(float(sigmoid(np.array([-2.0 * scale + shift]))[0]), 2)
    0.5
    """
    inputs = np.stack([logits, np.ones_like(logits)], 1).astype(np.float64)
    weights = np.array([1.0, 0.0])
    for _ in range(ROUNDS):
        given = sigmoid(inputs @ weights)
        slope = inputs.T @ (given - labels) + 1e-3 * weights
        curve = (inputs * (given * (1 - given))[:, None]).T @ inputs + 1e-3 * np.eye(2)
        weights -= np.linalg.solve(curve, slope)
    return float(weights[0]), float(weights[1])


def sigmoid(logits: Floats) -> Floats:
    """1 / (1 + exp(−x)) without overflow."""
    return np.exp(-np.logaddexp(0, -logits))


def reliability(logits: Floats, labels: Floats) -> str:
    """For bands of probability: how many pairs, the mean probability, the share that is relevant."""
    probability = sigmoid(logits)
    lines = ["| band | pairs | probability | relevant |", "|---|---|---|---|"]
    for low, high in zip(BOUNDS, BOUNDS[1:], strict=False):
        inside = (probability >= low) & (probability < high if high < 1 else probability <= high)
        if inside.any():
            told, true = probability[inside].mean(), labels[inside].mean()
            lines.append(f"| {low:g} to {high:g} | {inside.sum():,} | {told:.3f} | {true:.3f} |")
    return "\n".join(lines)
