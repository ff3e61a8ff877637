"""Says what the large files of a run will cost, by the speed of earlier runs."""

from __future__ import annotations

from collections.abc import Iterable

from .. import readers
from ..documents import File
from ..paths import anchored
from ..results import LargeFile
from ..storage.catalog import Catalog
from ..storage.index_models import models_in
from .tally import Tally

LARGE = 8_000_000
"""Bytes of text that make a file large.

They are about two million tokens, which take a small model on a processor some minutes and a large
model hours.
"""

BYTES_PER_TOKEN = 4

SPEED_KEY = "tokens_per_second"
"""The setting that holds the speed of each embedder, by its name."""

MIN_SECONDS = 2.0
"""A speed that was measured over a shorter time is not kept."""


def large_files(catalog: Catalog, files: Iterable[File]) -> tuple[LargeFile, ...]:
    """The large files among these, in their order.

    A format that is not text itself, such as PDF, does not tell how much text it holds, so its
    files are not among them.
    """
    models = models_in(catalog)
    speed = catalog.setting(SPEED_KEY, {}).get(models.name if models else "")
    return tuple(
        LargeFile(
            file.path,
            file.size,
            file.size // BYTES_PER_TOKEN,
            round(file.size / BYTES_PER_TOKEN / speed, 1) if speed else None,
            anchored(file.path, file.root) if file.path != file.root else "",
        )
        for file in files
        if file.size >= LARGE and readers.is_plain_text(file.path)
    )


def note_speed(catalog: Catalog, tally: Tally) -> None:
    """Keep the speed of the run's embedder for the estimates of later runs."""
    if tally.model and tally.embedding_seconds >= MIN_SECONDS:
        speed = round(tally.tokens / tally.embedding_seconds, 1)
        catalog.put_setting(SPEED_KEY, {**catalog.setting(SPEED_KEY, {}), tally.model: speed})
