"""Reads the files of a run on a cluster: waves of parcels, staged and then taken in."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ..documents import File
from ..ingest.paced_upkeep import PacedUpkeep
from ..ingest.tally import Tally
from ..results import Progress
from ..storage.catalog import Catalog
from ..storage.home import Home
from ..storage.index_models import models_in, table_in_use
from ..storage.table_place import TablePlace
from ..text.passage_rules import PassageRules
from .connection import Cluster
from .counts import Counts
from .dataset import StagingDataset, dataset_uri
from .indexes import ClusterIndexes
from .nodes import NodeQuestion, check_nodes
from .orders import StageOrder
from .parcels import Ordered, parcels_of, wave_bytes, waves_of
from .pipeline import Pipeline
from .ray_errors import failure_of
from .staged import staged_schema
from .taking_in import TakingIn

if TYPE_CHECKING:
    from ..storage.writable_store import WritableStore

STAGED = "staged"
"""The name of a staging dataset, before its number.

It is a table that the catalogue does not name, so the next run removes what a killed one left.
"""

PROGRESS_SECONDS = 0.3

GPU_THREADS = 2
"""With two, one H200 embeds 1.7 times as many passages, by the starter's model."""

RETRIES = 3
"""How often a wave begins anew whose own process went away."""


class ClusterReading:
    """Reads, cuts and embeds files on a cluster, and stores them in the index at `home`."""

    def __init__(
        self,
        cluster: Cluster,
        backend: str,
        home: Home,
        catalog: Catalog,
        open_store: Callable[[], WritableStore],
        rules: PassageRules,
        on_progress: Callable[[Progress], None],
    ) -> None:
        self.cluster = cluster
        self.backend = backend
        self.home = home
        self.catalog = catalog
        self.open_store = open_store
        self.rules = rules
        self.on_progress = on_progress

    def read(
        self, files: list[File], reread: Collection[str], tally: Tally, upkeep: PacedUpkeep
    ) -> int:
        """Read the files and store their passages with their vectors; the number of waves.

        While a wave is taken in, the cluster works on the next one. Raises ClusterFailure.
        """
        if not files:
            return 0
        store = self.open_store()
        models = models_in(self.catalog)
        assert models is not None, "an open store has models"
        place = self.home.place(STAGED)
        check_nodes(self.cluster, NodeQuestion.of(files, place, models))
        if self.cluster.cores > 1:
            table = self.home.place(table_in_use(self.catalog))
            store.build_indexes_with(ClusterIndexes(self.cluster, table))
        schema = staged_schema(store.dimensions, store.number)
        order = StageOrder(self.rules, models, self.backend, schema)
        taking_in = TakingIn(self.catalog, self.open_store, tally)
        tally.begin(models.name)
        waves = waves_of(
            self._ordered(files, reread),
            lambda: wave_bytes(self.cluster.cores, self.cluster.gpus),
        )
        number = 0
        wave = self._begun(order, next(waves, None), number)
        while wave is not None:
            self._await(wave, tally)
            number += 1
            following = self._begun(order, next(waves, None), number)
            taking_in.take(StagingDataset(wave.place))
            self.home.remove_table(wave.place.name)
            self.on_progress(tally.progress(files[-1].path))
            upkeep.between_batches()
            wave = following
        return number

    def _ordered(self, files: Iterable[File], reread: Collection[str]) -> Iterator[Ordered]:
        for file in files:
            entry = None if file.path in reread else self.catalog.entry(file.path)
            yield Ordered(file, entry.content if entry is not None and entry.whole else "")

    def _begun(
        self, order: StageOrder, files: tuple[Ordered, ...] | None, number: int
    ) -> _Wave | None:
        """The wave of these files, which begins now; None without any."""
        if files is None:
            return None
        cores, gpus = self.cluster.cores, self.cluster.gpus
        if gpus:
            order = replace(order, embedding_threads=GPU_THREADS)
        place = self.home.place(f"{STAGED}-{number}")
        pipeline = Pipeline(order, cores, gpus, dataset_uri(place), place.options)
        ray, counts = self.cluster.ray, Counts.begin(self.cluster.ray)
        # Ray's own scheduling of a wave is then another process, which an interrupted run leaves.
        task = ray.remote(num_cpus=0, max_retries=RETRIES)(Pipeline.write)
        written = task.remote(pipeline, list(parcels_of(files)), counts)
        return _Wave(place, counts, written)

    def _await(self, wave: _Wave, tally: Tally) -> None:
        """Wait for the end of a wave, and show meanwhile how far it is."""
        ray = self.cluster.ray
        while not ray.wait([wave.written], timeout=0)[0]:
            # Ray makes any signal that comes while it waits one of Ctrl-C.
            time.sleep(PROGRESS_SECONDS)
            done = wave.counts.so_far(ray)
            shown = replace(
                tally,
                files_read=min(tally.files_read + done.files, tally.files_total),
                bytes_read=min(tally.bytes_read + done.size, tally.bytes_total),
                passages_read=tally.passages_read + done.cut,
                passages=tally.passages + done.passages,
                tokens=tally.tokens + done.tokens,
            )
            self.on_progress(shown.progress(done.path))
        try:
            ray.get(wave.written)
        except ray.exceptions.RayError as error:
            raise failure_of(error, "the cluster could not finish") from error


@dataclass(frozen=True, slots=True)
class _Wave:
    """A wave that the cluster works on: where it is staged, its counts, and its end to come."""

    place: TablePlace
    counts: Counts
    written: Any
