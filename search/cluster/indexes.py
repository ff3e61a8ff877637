"""Builds the indexes of a table on a cluster; each worker builds a part over some of the files."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from ..storage.passage_table import WORD_INDEX
from ..storage.table_place import TablePlace
from .connection import Cluster
from .dataset import dataset_uri
from .ray_errors import failure_of

MOST_PARTS = 4
"""A query searches all parts of an index, and the parts of a vector index are never merged."""


@dataclass(frozen=True, slots=True)
class ClusterIndexes:
    """The IndexBuilder that uses a cluster. Its methods raise ClusterFailure."""

    cluster: Cluster
    place: TablePlace

    def vectors(self, partitions: int) -> None:
        """Build the vector index anew, with so many clusters of vectors."""
        self._build(
            "create_index",
            column="vector",
            name="vector",
            index_type="IVF_SQ",
            metric="cosine",
            num_partitions=partitions,
            replace=True,
        )

    def words(self) -> None:
        """Build the word index anew."""
        self._build(
            "create_scalar_index",
            column="terms",
            name="terms",
            index_type="FTS",
            replace=True,
            **WORD_INDEX,
        )

    def _build(self, function: str, **options: Any) -> None:
        lance_ray: Any = import_module("lance_ray")
        try:
            getattr(lance_ray, function)(
                uri=dataset_uri(self.place),
                storage_options=dict(self.place.options) or None,
                num_workers=min(self.cluster.cores, MOST_PARTS),
                **options,
            )
        except Exception as error:
            message = f"the cluster could not build the index of {options['column']}"
            raise failure_of(error, message) from error
