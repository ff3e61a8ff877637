"""The table of the development collections: each leg, the fused order, and what a reranker makes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .collection import KNOWN_ITEM, Collection
from .metrics import interval, ndcg

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Result:
    """One order of one collection: nDCG@10 (hit@1 by file for known items) of each query."""

    collection: str
    order: str
    values: Floats

    @property
    def mean(self) -> float:
        """Over the queries."""
        return float(self.values.mean())

    def __str__(self) -> str:
        low, high = interval(self.values)
        return f"{self.mean:.4f} [{low:.3f}, {high:.3f}]"


def orders(
    collection: Collection, logits: Mapping[str, Floats], weights: Sequence[float]
) -> list[Result]:
    """The legs, the fused order, and for each model its own order and blends with the fused score.

    A blend's weight is in logits for each unit of the fused score.
    """
    legs = (
        {"text": collection.legs[:, 0], "vector": collection.legs[:, 1]}
        if collection.kind != KNOWN_ITEM
        else {}
    )
    results = [Result(collection.name, name, values) for name, values in legs.items()]
    results.append(Result(collection.name, "fused", judged(collection, collection.fused)))
    for model, given in logits.items():
        for weight in (0.0, *weights):
            name = f"{model}+{weight:g}" if weight else model
            results.append(
                Result(collection.name, name, judged(collection, given + weight * collection.fused))
            )
    return results


def judged(collection: Collection, scores: Floats) -> Floats:
    """(queries,) how good the order of the candidates by these scores is; ties keep the fused order."""
    there = np.where(collection.candidates >= 0, scores, -np.inf)
    order = np.argsort(-there, axis=1, kind="stable")
    gains = np.take_along_axis(collection.gain, order, 1)
    if collection.kind == KNOWN_ITEM:
        return gains[:, 0]
    return np.array(
        [ndcg(line, ideal) for line, ideal in zip(gains, collection.ideal, strict=True)]
    )


def table(results: Sequence[Result]) -> str:
    """Rows are orders, columns collections; then the means of both kinds, and the worst difference from the fused order."""
    names = list(dict.fromkeys(result.collection for result in results))
    by = {(result.order, result.collection): result for result in results}
    lines = ["| order | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for order in dict.fromkeys(result.order for result in results):
        cells = [str(by[order, name]) if (order, name) in by else "" for name in names]
        lines.append(f"| {order} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def summary(results: Sequence[Result], groups: Mapping[str, Sequence[str]]) -> str:
    """For each order the mean over each group of collections, its gain over the fused order, and its worst loss against it."""
    by = {(result.order, result.collection): result.mean for result in results}
    lines = []
    for order in dict.fromkeys(result.order for result in results):
        cells = []
        for group, names in groups.items():
            if all((order, name) in by for name in names) and names:
                gains = [by[order, name] - by["fused", name] for name in names]
                mean = float(np.mean([by[order, name] for name in names]))
                cells.append(
                    f"{group} {mean:.4f} ({float(np.mean(gains)):+.4f}, worst {min(gains):+.4f})"
                )
        lines.append(f"{order}: " + "; ".join(cells))
    return "\n".join(lines)
