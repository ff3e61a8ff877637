"""The cosine of an index's passages with questions that they have nothing to do with."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from .index_models import models_in, vector_key

if TYPE_CHECKING:
    from .catalog import Catalog

BASELINE_KEY = "baseline"


@dataclass(frozen=True, slots=True)
class Baseline:
    """The mean `cosine` of unrelated questions, estimated when `passages` passages had vectors."""

    cosine: float
    passages: int


def baseline_in(catalog: Catalog) -> Baseline | None:
    """The baseline of the vectors in use; None where none was estimated from such vectors."""
    fields, models = catalog.setting(BASELINE_KEY), models_in(catalog)
    if fields is None or models is None or tuple(fields["vectors"]) != vector_key(models):
        return None
    return Baseline(fields["cosine"], fields["passages"])


def put_baseline(catalog: Catalog, baseline: Baseline) -> None:
    """Record the baseline of the vectors in use."""
    models = models_in(catalog)
    assert models is not None, "an index with vectors has models"
    catalog.put_setting(BASELINE_KEY, {**asdict(baseline), "vectors": vector_key(models)})
