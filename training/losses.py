"""The losses of training, over (lists, size) logits whose first column answers."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

FUSED_SHARE = 0.15
"""The share of the target that follows the fused scores: a close candidate may answer too."""
FUSED_WIDTH = 0.03
"""The width of the softmax that turns fused scores into that share."""
FUSED_WEIGHT = 20.0
"""The logits for each unit of the fused score, about as many as in the product's blend."""
RESIDUAL_SHARE = 0.1
PROBABILITY_WEIGHT = 0.5
POSITIVE_WEIGHT = 2.0

Distance = Callable[[Tensor, Tensor], Tensor]
Labels = Callable[[Tensor, Tensor, Tensor], Tensor]


def labelled(logits: Tensor, fused: Tensor, answered: Tensor) -> Tensor:
    """List-wise cross entropy plus binary cross entropy, which makes a logit meaningful by itself.

    `answered` (lists,) is 1 for a list whose first column answers, and 0 if nothing answers.
    """
    near = fused.clone()
    near[:, 0] = fused.max(1).values
    target = _target(logits, FUSED_SHARE, near / FUSED_WIDTH)
    return _listwise(logits, target, answered) + PROBABILITY_WEIGHT * _binary(logits, answered)


def residual(logits: Tensor, fused: Tensor, answered: Tensor) -> Tensor:
    """As `labelled`, but the list-wise part is that of logit + FUSED_WEIGHT · fused.

    The logit thereby learns what the fused score does not tell.
    """
    blend = logits + FUSED_WEIGHT * fused
    target = _target(logits, RESIDUAL_SHARE, FUSED_WEIGHT * fused)
    return _listwise(blend, target, answered) + PROBABILITY_WEIGHT * _binary(logits, answered)


def divergence(logits: Tensor, teacher: Tensor) -> Tensor:
    """Kullback-Leibler divergence of the lists, plus squared distance of the logits."""
    list_divergence = functional.kl_div(
        functional.log_softmax(logits, 1),
        functional.log_softmax(teacher, 1),
        log_target=True,
        reduction="batchmean",
    )
    return list_divergence + 0.05 * functional.mse_loss(logits, teacher)


def margins(logits: Tensor, teacher: Tensor) -> Tensor:
    """Squared distance of all differences within a list, plus squared distance of the logits.

    The first part is the margin loss of https://arxiv.org/abs/2010.02666.
    """
    error = (logits - logits.mean(1, keepdim=True)) - (teacher - teacher.mean(1, keepdim=True))
    return 0.3 * error.square().mean() + 0.05 * functional.mse_loss(logits, teacher)


def distilled(logits: Tensor, teacher: Tensor, answered: Tensor, distance: Distance) -> Tensor:
    """The distance from the teacher's logits, plus a tenth of the loss by the labels."""
    listwise = -functional.log_softmax(logits, 1)[:, 0]
    labels = (listwise * answered).sum() / answered.sum().clamp(min=1) + _binary(logits, answered)
    return distance(logits, teacher) + 0.1 * labels


def _target(logits: Tensor, share: float, soft: Tensor) -> Tensor:
    """The label, of which `share` is replaced by the softmax of `soft`."""
    hard = torch.zeros_like(logits)
    hard[:, 0] = 1
    return (1 - share) * hard + share * torch.softmax(soft, 1)


def _listwise(logits: Tensor, target: Tensor, answered: Tensor) -> Tensor:
    entropy = -(target * functional.log_softmax(logits, 1)).sum(1)
    return (entropy * answered).sum() / answered.sum().clamp(min=1)


def _binary(logits: Tensor, answered: Tensor) -> Tensor:
    labels = torch.zeros_like(logits)
    labels[:, 0] = answered
    weights = torch.where(labels > 0, POSITIVE_WEIGHT, 1.0)
    entropy = functional.binary_cross_entropy_with_logits(logits, labels, reduction="none")
    return (weights * entropy).sum(1).mean() / (logits.shape[1] + POSITIVE_WEIGHT - 1)
