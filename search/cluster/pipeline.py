"""One wave on the cluster: read and cut, embed, and write a staging dataset in one commit."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from .counts import Counts
from .orders import StageOrder
from .parcels import Parcel
from .ray_errors import failure_of
from .stages import EmbedStage, ReadStage

READ_CORES, EMBED_CORES, WRITE_CORES = 0.2, 0.7, 0.1
"""The shares of a core that the stages ask Ray for, so that a machine of one core has them all."""

ROWS_PER_FRAGMENT = 50_000
"""A fragment is written once so many rows are there, or at the wave's end."""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Runs a wave on a cluster of so many cores and GPUs, as `order` tells.

    Its dataset is at `uri`, in a store with these `options`.
    """

    order: StageOrder
    cores: int
    gpus: int
    uri: str
    options: Mapping[str, str]

    def write(self, parcels: Sequence[Parcel], counts: Counts) -> None:
        """Write what the files of the parcels hold into the dataset.

        The dataset appears all at once. Ray gives the work of workers and machines that go away to
        others. To be called in a task of Ray. Raises ClusterFailure, and what a stage raises.
        """
        lance_ray: Any = import_module("lance_ray")
        data: Any = import_module("ray.data")
        items = [{"parcel": parcel.encoded()} for parcel in parcels]
        _quiet(data)
        embedding = {"num_gpus": 1} if self.gpus else {"num_cpus": EMBED_CORES}
        common = {
            "batch_size": None,
            "batch_format": "pyarrow",
            "fn_constructor_args": (self.order, counts),
            "zero_copy_batch": True,
        }
        staged = (
            data.from_items(items, override_num_blocks=len(items))
            .map_batches(ReadStage, num_cpus=READ_CORES, compute=_pool(data, self.cores), **common)
            .map_batches(
                EmbedStage, compute=_pool(data, self.gpus or self.cores), **embedding, **common
            )
        )
        try:
            lance_ray.write_lance(
                staged,
                self.uri,
                schema=self.order.schema,
                mode="overwrite",
                min_rows_per_file=ROWS_PER_FRAGMENT,
                storage_options=dict(self.options) or None,
                ray_remote_args={"num_cpus": WRITE_CORES},
            )
        except Exception as error:
            raise failure_of(error, "the cluster could not finish") from error


def _pool(data: Any, size: int) -> Any:
    return data.ActorPoolStrategy(min_size=1, max_size=size, initial_size=size)


def _quiet(data: Any) -> None:
    context = data.DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    for name in ("ray", "ray.data"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
