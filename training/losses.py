"""What training minimises, over (lists, size) logits whose first column answers."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

FUSED_SHARE = 0.15
FUSED_WIDTH = 0.03
"""Of the target, so much follows the fused scores, as a softmax of this width: a candidate near the positive may answer too."""
FUSED_WEIGHT = 20.0
"""Logits for each unit of the fused score, about as in the product's blend."""
RESIDUAL_SHARE = 0.1
PROBABILITY_WEIGHT = 0.5
POSITIVE_WEIGHT = 2.0

Distance = Callable[[Tensor, Tensor], Tensor]
Labels = Callable[[Tensor, Tensor, Tensor], Tensor]


def labelled(logits: Tensor, fused: Tensor, answered: Tensor) -> Tensor:
    """List-wise cross entropy, and binary cross entropy so that a logit means something by itself.

    `answered` (lists,) is 1 where the first column answers and 0 where nothing does.
    """
    near = fused.clone()
    near[:, 0] = fused.max(1).values
    target = _target(logits, FUSED_SHARE, near / FUSED_WIDTH)
    return _listwise(logits, target, answered) + PROBABILITY_WEIGHT * _binary(logits, answered)


def residual(logits: Tensor, fused: Tensor, answered: Tensor) -> Tensor:
    """As `labelled`, of logit + FUSED_WEIGHT · fused: the logit learns what the fused score leaves unsaid."""
    both = logits + FUSED_WEIGHT * fused
    target = _target(logits, RESIDUAL_SHARE, FUSED_WEIGHT * fused)
    return _listwise(both, target, answered) + PROBABILITY_WEIGHT * _binary(logits, answered)


def divergence(logits: Tensor, teacher: Tensor) -> Tensor:
    """Kullback-Leibler divergence of the lists, and squared distance of the logits."""
    apart = functional.kl_div(
        functional.log_softmax(logits, 1),
        functional.log_softmax(teacher, 1),
        log_target=True,
        reduction="batchmean",
    )
    return apart + 0.05 * functional.mse_loss(logits, teacher)


def margins(logits: Tensor, teacher: Tensor) -> Tensor:
    """Squared distance of all differences within a list (https://arxiv.org/abs/2010.02666), and of the logits."""
    apart = (logits - logits.mean(1, keepdim=True)) - (teacher - teacher.mean(1, keepdim=True))
    return 0.3 * apart.square().mean() + 0.05 * functional.mse_loss(logits, teacher)


def distilled(logits: Tensor, teacher: Tensor, answered: Tensor, distance: Distance) -> Tensor:
    """The teacher's logits, and a little of the labels."""
    listwise = -functional.log_softmax(logits, 1)[:, 0]
    labels = (listwise * answered).sum() / answered.sum().clamp(min=1) + _binary(logits, answered)
    return distance(logits, teacher) + 0.1 * labels


def _target(logits: Tensor, share: float, soft: Tensor) -> Tensor:
    hard = torch.zeros_like(logits)
    hard[:, 0] = 1
    return (1 - share) * hard + share * torch.softmax(soft, 1)


def _listwise(logits: Tensor, target: Tensor, answered: Tensor) -> Tensor:
    each = -(target * functional.log_softmax(logits, 1)).sum(1)
    return (each * answered).sum() / answered.sum().clamp(min=1)


def _binary(logits: Tensor, answered: Tensor) -> Tensor:
    labels = torch.zeros_like(logits)
    labels[:, 0] = answered
    weights = torch.where(labels > 0, POSITIVE_WEIGHT, 1.0)
    each = functional.binary_cross_entropy_with_logits(logits, labels, reduction="none")
    return (weights * each).sum(1).mean() / (logits.shape[1] + POSITIVE_WEIGHT - 1)
