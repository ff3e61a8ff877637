"""The training loop: lists from worker processes, models that learn side by side from the same ones, a clock that ends it."""

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
COMPILING = 8
"""Steps that do not count towards the time: shapes are compiled in them."""
FLOOR = 0.02
REPORT = 100


@dataclass(frozen=True, slots=True)
class Pupil:
    """A model that learns, its highest learning rate, how it follows a teacher, and else the labels."""

    name: str
    model: CrossEncoder
    rate: float
    distance: Distance | None = None
    labels: Labels = labelled


@dataclass(frozen=True, slots=True)
class Pace:
    """seconds: wall time of training; the rate falls to nothing by it. steps: ends it earlier, where not 0. queries, budget: a step's
    queries, and padded tokens in one pass. hardest: of a list's rows, so many that the teacher and the fused score put highest are learned from.
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
    """Train all pupils on the same lists; the number of steps that were made."""
    for pupil in pupils:
        pupil.model.to(device).train()
        _compile(pupil.model, device)
    if teacher is not None:
        teacher.to(device).eval()
        _compile(teacher, device)
    optimisers = [_optimiser(pupil, device) for pupil in pupils]
    began, step, seen = time.monotonic(), 0, 0
    sums = torch.zeros(len(pupils), 2, device=device)
    for lists in stream:
        if step == COMPILING:
            began = time.monotonic()
        passed = (time.monotonic() - began) / pace.seconds if step >= COMPILING else 0.0
        if pace.steps:
            passed = max(passed, step / pace.steps)
        if passed >= 1:
            break
        share = min(1.0, (step + 1) / WARM_UP) * max(FLOOR, 1 - passed)
        fused, answered = (
            torch.from_numpy(array).to(device) for array in (lists.fused, lists.answered)
        )
        batches = [_on(batch, device) for batch in lists.batches]
        size = lists.fused.shape[1]
        given = None
        if teacher is not None:
            with torch.no_grad():
                given = _logits(teacher, batches, lists, size, device)
            if pace.hardest:
                batches, given, fused, lists = _hardest(batches, given, fused, lists, pace.hardest)
                size = pace.hardest
        for number, (pupil, optimiser) in enumerate(zip(pupils, optimisers, strict=True)):
            logits = _logits(pupil.model, batches, lists, size, device)
            if given is None or pupil.distance is None:
                loss = pupil.labels(logits, fused, answered)
            else:
                loss = distilled(logits, given, answered, pupil.distance)
            for group in optimiser.param_groups:
                group["lr"] = pupil.rate * share
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(pupil.model.parameters(), 1.0)
            optimiser.step()
            sums[number, 0] += loss.detach()
            sums[number, 1] += (
                (logits.argmax(1) == 0).float() * answered
            ).sum() / answered.sum().clamp(min=1)
        step += 1
        seen += len(lists.answered)
        if step % REPORT == 0 or step == 5 or step == pace.steps:
            rate = seen / max(time.monotonic() - began, 1e-6)
            told = " ".join(
                f"{p.name} {a:.3f} {b:.3f}"
                for p, (a, b) in zip(
                    pupils, (sums / (REPORT if step % REPORT == 0 else 5)).tolist(), strict=True
                )
            )
            print(
                f"step {step}, {seen} queries, {rate:.0f}/s, loss and share of positives first: {told}",
                flush=True,
            )
            sums.zero_()
    for pupil in pupils:
        pupil.model.eval()
    return step


@contextmanager
def streamed(make: Callable[[int], Dealer], pace: Pace, workers: int) -> Iterator[Iterator[Lists]]:
    """Lists dealt by so many processes, each with a seed of its own; by none in this process where `workers` is 0."""
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
    back = torch.from_numpy(np.argsort(places, kind="stable")).to(device)
    return torch.cat(parts)[back].view(-1, size)


def _hardest(
    batches: list[tuple[Tensor, Tensor]], given: Tensor, fused: Tensor, lists: Lists, count: int
) -> tuple[list[tuple[Tensor, Tensor]], Tensor, Tensor, Lists]:
    """The lists without the rows that the teacher and the fused score together find easiest.

    The positive stays, and so does the last row, which may be any passage.
    """
    size = given.shape[1]
    urgency = given + FUSED_WEIGHT * fused
    urgency[:, [0, -1]] = torch.inf
    kept = urgency.topk(count, 1).indices.sort(1).values
    flags = (
        torch.zeros_like(given, dtype=torch.bool).scatter_(1, kept, True).flatten().cpu().numpy()
    )
    renumbered = np.cumsum(flags) - 1
    thinner, remaining = [], []
    for (ids, seconds), batch in zip(batches, lists.batches, strict=True):
        inside = np.flatnonzero(flags[batch.places])
        if not len(inside):
            continue
        chosen = torch.from_numpy(inside).to(ids.device)
        thinner.append((ids[chosen], seconds[chosen]))
        remaining.append(replace(batch, places=renumbered[batch.places[inside]]))
    assert size >= count
    return (
        thinner,
        given.gather(1, kept),
        fused.gather(1, kept),
        replace(lists, batches=tuple(remaining)),
    )


def _on(batch: Batch, device: str) -> tuple[Tensor, Tensor]:
    return (
        torch.from_numpy(batch.ids).to(device, non_blocking=True).long(),
        torch.from_numpy(batch.seconds).to(device, non_blocking=True).long(),
    )


def _optimiser(pupil: Pupil, device: str) -> torch.optim.AdamW:
    matrices = [p for p in pupil.model.parameters() if p.ndim > 1]
    others = [p for p in pupil.model.parameters() if p.ndim < 2]
    groups = [{"params": matrices, "weight_decay": 0.01}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(
        groups, lr=pupil.rate, betas=(0.9, 0.98), eps=1e-6, fused=device == "cuda"
    )


def _compile(model: CrossEncoder, device: str) -> None:
    # one graph for training and one for judging, for each way in which shapes differ
    torch._dynamo.config.cache_size_limit = 64
    if device == "cuda":
        for layer in model.layers:
            layer.compile(dynamic=True)
