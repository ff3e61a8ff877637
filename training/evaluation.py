"""The table of the development collections: the legs, the fused order and the rerankers' orders."""

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
    """The quality of one order of a collection, by query: nDCG@10, or hit@1 for known items."""

    collection: str
    order: str
    values: Floats

    @property
    def mean(self) -> float:
        """The mean over the queries."""
        return float(self.values.mean())

    def __str__(self) -> str:
        low, high = interval(self.values)
        return f"{self.mean:.4f} [{low:.3f}, {high:.3f}]"


def orders(
    collection: Collection, logits: Mapping[str, Floats], weights: Sequence[float]
) -> list[Result]:
    """The legs, the fused order, and for each model its own order and its blends.

    A blend adds the fused score, times a weight, to the logit.
    """
    legs = (
        {"text": collection.legs[:, 0], "vector": collection.legs[:, 1]}
        if collection.kind != KNOWN_ITEM
        else {}
    )
    results = [Result(collection.name, name, values) for name, values in legs.items()]
    results.append(Result(collection.name, "fused", judged(collection, collection.fused)))
    for model, model_logits in logits.items():
        for weight in (0.0, *weights):
            name = f"{model}+{weight:g}" if weight else model
            blend = model_logits + weight * collection.fused
            results.append(Result(collection.name, name, judged(collection, blend)))
    return results


def judged(collection: Collection, scores: Floats) -> Floats:
    """The quality of the order by these scores, (queries,); ties keep the fused order."""
    candidate_scores = np.where(collection.candidates >= 0, scores, -np.inf)
    order = np.argsort(-candidate_scores, axis=1, kind="stable")
    gains = np.take_along_axis(collection.gain, order, 1)
    if collection.kind == KNOWN_ITEM:
        return gains[:, 0]
    return np.array(
        [ndcg(line, ideal) for line, ideal in zip(gains, collection.ideal, strict=True)]
    )


def table(results: Sequence[Result]) -> str:
    """A table with a row for each order and a column for each collection."""
    names = list(dict.fromkeys(result.collection for result in results))
    by = {(result.order, result.collection): result for result in results}
    lines = ["| order | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for order in dict.fromkeys(result.order for result in results):
        cells = [str(by[order, name]) if (order, name) in by else "" for name in names]
        lines.append(f"| {order} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def summary(results: Sequence[Result], groups: Mapping[str, Sequence[str]]) -> str:
    """A line for each order, with its mean over each group of collections.

    The mean gain over the fused order and the worst difference from it follow the mean.
    """
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
