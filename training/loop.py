"""The training loop.

Worker processes deal the lists. Several models may learn side by side from the same lists. The
clock ends the training.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from .cross_encoder import CrossEncoder
from .lists import Dealer, Lists
from .losses import FUSED_WEIGHT, Distance, Labels, distilled, labelled
from .packing import Batch

WARM_UP = 150
"""Steps in which the learning rate rises to its highest value."""
COMPILING = 8
"""So many first steps do not count towards the time: shapes are compiled in them."""
FLOOR = 0.02
"""The learning rate does not fall below this share of the highest rate."""
REPORT = 100
"""Steps between two reports."""


@dataclass(frozen=True, slots=True)
class Pupil:
    """A model that learns, and its highest learning rate.

    `distance` is the loss by which it follows a teacher. Without a teacher, `labels` is its loss.
    """

    name: str
    model: CrossEncoder
    rate: float
    distance: Distance | None = None
    labels: Labels = labelled


@dataclass(frozen=True, slots=True)
class Pace:
    """How long to train, and on how much data at a time.

    seconds: wall time of training, in which the learning rate falls to its floor.
    queries: the queries of a step. budget: the padded tokens of one forward pass.
    steps: if not 0, training ends after so many steps at the latest.
    hardest: if not 0, only so many rows of each list are used, those that the teacher and the fused
    score put highest.
    """

    seconds: float
    queries: int = 48
    budget: int = 40_960
    steps: int = 0
    hardest: int = 0


def train(
    pupils: list[Pupil],
    stream: Iterator[Lists],
    pace: Pace,
    device: str,
    teacher: CrossEncoder | None = None,
) -> int:
    """Train all pupils on the same lists, and return the number of steps."""
    # Put the models on the device.
    for pupil in pupils:
        pupil.model.to(device).train()
        _compile(pupil.model, device)
    if teacher is not None:
        teacher.to(device).eval()
        _compile(teacher, device)
    optimisers = [_optimiser(pupil, device) for pupil in pupils]
    began, step, queries = time.monotonic(), 0, 0
    sums = torch.zeros(len(pupils), 2, device=device)
    for lists in stream:
        if step == COMPILING:
            began = time.monotonic()
        # The share of the training that has passed sets the learning rate.
        passed = (time.monotonic() - began) / pace.seconds if step >= COMPILING else 0.0
        if pace.steps:
            passed = max(passed, step / pace.steps)
        if passed >= 1:
            break
        rate_share = min(1.0, (step + 1) / WARM_UP) * max(FLOOR, 1 - passed)
        # The lists, and the teacher's logits for them.
        fused, answered = (
            torch.from_numpy(array).to(device) for array in (lists.fused, lists.answered)
        )
        batches = [_on(batch, device) for batch in lists.batches]
        size = lists.fused.shape[1]
        targets = None
        if teacher is not None:
            with torch.no_grad():
                targets = _logits(teacher, batches, lists, size, device)
            if pace.hardest:
                batches, targets, fused, lists = _hardest(
                    batches, targets, fused, lists, pace.hardest
                )
                size = pace.hardest
        # One step of each pupil.
        for number, (pupil, optimiser) in enumerate(zip(pupils, optimisers, strict=True)):
            logits = _logits(pupil.model, batches, lists, size, device)
            if targets is None or pupil.distance is None:
                loss = pupil.labels(logits, fused, answered)
            else:
                loss = distilled(logits, targets, answered, pupil.distance)
            for group in optimiser.param_groups:
                group["lr"] = pupil.rate * rate_share
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(pupil.model.parameters(), 1.0)
            optimiser.step()
            sums[number, 0] += loss.detach()
            sums[number, 1] += (
                (logits.argmax(1) == 0).float() * answered
            ).sum() / answered.sum().clamp(min=1)
        # The report.
        step += 1
        queries += len(lists.answered)
        if step % REPORT == 0 or step == 5 or step == pace.steps:
            speed = queries / max(time.monotonic() - began, 1e-6)
            means = (sums / (REPORT if step % REPORT == 0 else 5)).tolist()
            figures = " ".join(
                f"{pupil.name} {loss:.3f} {first:.3f}"
                for pupil, (loss, first) in zip(pupils, means, strict=True)
            )
            print(f"step {step}, {queries} queries, {speed:.0f}/s, ", end="")
            print(f"loss and share of positives first: {figures}", flush=True)
            sums.zero_()
    for pupil in pupils:
        pupil.model.eval()
    return step


@contextmanager
def streamed(make: Callable[[int], Dealer], pace: Pace, workers: int) -> Iterator[Iterator[Lists]]:
    """Lists dealt by `workers` processes, each with a seed of its own.

    With 0 workers, this process deals the lists.
    """
    if not workers:
        yield make(1).deal(pace.queries, pace.budget)
        return
    context = multiprocessing.get_context("fork")
    queue = context.Queue(3 * workers)

    def work(seed: int) -> None:
        torch.set_num_threads(1)
        for lists in make(seed).deal(pace.queries, pace.budget):
            queue.put(lists)

    processes = [
        context.Process(target=work, args=(seed + 1,), daemon=True) for seed in range(workers)
    ]
    for process in processes:
        process.start()
    try:
        yield iter(queue.get, None)
    finally:
        for process in processes:
            process.terminate()


def _logits(
    model: CrossEncoder, batches: list[tuple[Tensor, Tensor]], lists: Lists, size: int, device: str
) -> Tensor:
    """(queries, size) logits in the order of the lists."""
    with torch.autocast("cuda", torch.bfloat16, enabled=device == "cuda"):
        parts = [model(ids, seconds) for ids, seconds in batches]
    places = np.concatenate([batch.places for batch in lists.batches])
    original_order = torch.from_numpy(np.argsort(places, kind="stable")).to(device)
    return torch.cat(parts)[original_order].view(-1, size)


def _hardest(
    batches: list[tuple[Tensor, Tensor]], targets: Tensor, fused: Tensor, lists: Lists, count: int
) -> tuple[list[tuple[Tensor, Tensor]], Tensor, Tensor, Lists]:
    """The lists, cut to the `count` rows that the teacher and the fused score put highest.

    The positive stays, and so does the last row, which may be a random passage.
    """
    # The columns of each list that stay, and the new number of each row.
    assert targets.shape[1] >= count
    priority = targets + FUSED_WEIGHT * fused
    priority[:, [0, -1]] = torch.inf
    columns = priority.topk(count, 1).indices.sort(1).values
    stays = torch.zeros_like(targets, dtype=torch.bool).scatter_(1, columns, True)
    row_stays = stays.flatten().cpu().numpy()
    renumbered = np.cumsum(row_stays) - 1
    # The batches without the other rows.
    cut_tensors, cut_batches = [], []
    for (ids, seconds), batch in zip(batches, lists.batches, strict=True):
        rows = np.flatnonzero(row_stays[batch.places])
        if not len(rows):
            continue
        chosen = torch.from_numpy(rows).to(ids.device)
        cut_tensors.append((ids[chosen], seconds[chosen]))
        cut_batches.append(replace(batch, places=renumbered[batch.places[rows]]))
    return (
        cut_tensors,
        targets.gather(1, columns),
        fused.gather(1, columns),
        replace(lists, batches=tuple(cut_batches)),
    )


def _on(batch: Batch, device: str) -> tuple[Tensor, Tensor]:
    return (
        torch.from_numpy(batch.ids).to(device, non_blocking=True).long(),
        torch.from_numpy(batch.seconds).to(device, non_blocking=True).long(),
    )


def _optimiser(pupil: Pupil, device: str) -> torch.optim.AdamW:
    learned = [p for p in pupil.model.parameters() if p.requires_grad]
    matrices = [p for p in learned if p.ndim > 1]
    others = [p for p in learned if p.ndim < 2]
    groups = [{"params": matrices, "weight_decay": 0.01}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(
        groups, lr=pupil.rate, betas=(0.9, 0.98), eps=1e-6, fused=device == "cuda"
    )


def _compile(model: CrossEncoder, device: str) -> None:
    # There is one graph for training and one for inference, for each way in which shapes differ.
    torch._dynamo.config.cache_size_limit = 64
    if device == "cuda":
        for layer in model.layers:
            layer.compile(dynamic=True)
