"""Estimates the cosine of an index's passages with questions that nothing in it is about.

Embedders differ in the range of their cosines: this one is 0.02 with all-MiniLM-L6-v2 and 0.77 with
multilingual-e5-small. The scores of an embedder that nobody has measured are scaled by it. How
alike the passages are among themselves says less: in a collection on one subject they are all
alike, whatever the embedder.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Callable, Mapping
from itertools import accumulate
from typing import TYPE_CHECKING

from ..documents import passage_id
from ..models.cpu_threads import single_threaded_blas
from ..storage.baseline import Baseline, baseline_in, put_baseline

if TYPE_CHECKING:
    from ..documents import Vectors
    from ..protocols import Embedder
    from ..storage.catalog import Catalog
    from ..storage.store import Store

SAMPLE = 512
"""The passages that are compared with the questions."""

LEAST_PASSAGES = 16
"""An index with fewer passages tells too little."""

GROWTH = 2
"""The estimate is made anew where the index has this many times as many passages, or as few."""

SEED = 1
"""The seed of the sample, fixed so that the same index gives the same estimate."""

# Questions on as many subjects, so that few of them are about the passages of any index.
QUESTIONS = (
    "who discovered penicillin",
    "how do black holes form",
    "best recipe for tomato soup",
    "why did the Roman Empire fall",
    "how to train a puppy to sit",
    "rules of the offside trap in football",
    "what causes an earthquake",
    "how to tune a guitar by ear",
    "symptoms of a vitamin D deficiency",
    "when was the Eiffel Tower built",
    "how does photosynthesis work",
    "tips for a job interview",
    "which planets have rings",
    "how to knit a scarf",
    "history of the steam engine",
    "why is the sky blue",
    "how to grow roses from cuttings",
    "life cycle of a butterfly",
    "what is a mortgage",
    "how to change a bicycle tyre",
    "who painted the Mona Lisa",
    "how are diamonds made",
    "difference between a violin and a viola",
    "why do cats purr",
    "how to calculate the area of a circle",
    "what is the capital of Mongolia",
    "how to remove red wine stains",
    "how do vaccines work",
    "when do swallows fly south",
    "how is cheese made",
    "what does a stock exchange do",
    "how deep is the ocean",
)


def note_baseline(
    catalog: Catalog, open_store: Callable[[], Store], open_embedder: Callable[[], Embedder]
) -> None:
    """Estimate the baseline where the index has none, or has grown or shrunk much since."""
    counts = catalog.embedded()
    known, passages = baseline_in(catalog), sum(counts.values())
    if passages < LEAST_PASSAGES:
        return
    if known is not None and known.passages / GROWTH < passages < known.passages * GROWTH:
        return
    vectors = open_store().vectors(sample(counts, SAMPLE))
    put_baseline(catalog, Baseline(baseline_cosine(vectors, open_embedder()), passages))


def sample(counts: Mapping[int, int], size: int) -> list[str]:
    """The ids of `size` random passages, or of all; `counts` has each document's number of them.

    >>> sample({1: 1, 2: 2}, 9)
    ['0000000000000001-0', '0000000000000002-0', '0000000000000002-1']
    """
    docs, ends = list(counts), list(accumulate(counts.values()))
    chosen = random.Random(SEED).sample(range(ends[-1]), min(size, ends[-1]))
    places = ((bisect_right(ends, number), number) for number in sorted(chosen))
    return [passage_id(docs[at], number - ends[at] + counts[docs[at]]) for at, number in places]


def baseline_cosine(vectors: Vectors, embedder: Embedder) -> float:
    """The median, over the questions, of the mean cosine with the passages' `vectors`.

    `vectors` is (n, dimensions). The median leaves out the few questions that the passages are
    about.
    """
    import numpy as np

    questions = np.stack([embedder.embed_query(question) for question in QUESTIONS])
    with single_threaded_blas():
        return float(np.median(questions @ vectors.mean(axis=0)))
