"""What training minimises, over (lists, size) logits whose first column answers."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

FUSED_SHARE = 0.15
FUSED_WIDTH = 0.03
"""Of the target, so much follows the fused scores, as a softmax of this width: a candidate near the positive may answer too."""
PROBABILITY_WEIGHT = 0.5
POSITIVE_WEIGHT = 2.0

Distance = Callable[[Tensor, Tensor], Tensor]


def labelled(logits: Tensor, fused: Tensor, answered: Tensor) -> Tensor:
    """List-wise cross entropy, and binary cross entropy so that a logit means something by itself.

    `answered` (lists,) is 1 where the first column answers and 0 where nothing does.
    """
    hard = torch.zeros_like(logits)
    hard[:, 0] = 1
    target = (1 - FUSED_SHARE) * hard + FUSED_SHARE * torch.softmax(fused / FUSED_WIDTH, 1)
    listwise = -(target * functional.log_softmax(logits, 1)).sum(1)
    return (listwise * answered).sum() / answered.sum().clamp(min=1) + PROBABILITY_WEIGHT * _binary(logits, answered)


def divergence(logits: Tensor, teacher: Tensor) -> Tensor:
    """Kullback-Leibler divergence of the lists, and squared distance of the logits."""
    apart = functional.kl_div(
        functional.log_softmax(logits, 1), functional.log_softmax(teacher, 1), log_target=True, reduction="batchmean"
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


def _binary(logits: Tensor, answered: Tensor) -> Tensor:
    labels = torch.zeros_like(logits)
    labels[:, 0] = answered
    weights = torch.where(labels > 0, POSITIVE_WEIGHT, 1.0)
    each = functional.binary_cross_entropy_with_logits(logits, labels, reduction="none")
    return (weights * each).sum(1).mean() / (logits.shape[1] + POSITIVE_WEIGHT - 1)
