"""What the app's threads do with the index as a whole: counts, reading, watching, forgetting."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.message import Message

from search.errors import DocsearchError, NoIndex
from search.results import Progress, RecentDocument

from .. import messages
from .command import Stopped
from .part_cache import PartCache

if TYPE_CHECKING:
    from search import Index

Post = Callable[[Message], object]
Stale = Callable[[], bool]


class Errands:
    """Its methods run in threads. `parts` are forgotten when documents may have changed.

    `post` sends a message to the screen that asked. `stale` tells that the answer is no longer
    wanted.
    """

    def __init__(self, index: Index, parts: PartCache) -> None:
        self.index = index
        self._parts = parts
        self._pulse: object = None
        """What the index looked like when the counts were read, or when `poll` failed."""
        self._headings: tuple[str, ...] = ()
        """The headings that were read last, which are shown until others are read."""

    def status(self, post: Post) -> None:
        """Read the counts, then the files that were left out."""
        from search.supply.inventory import fitting_profile, present_profiles

        try:
            # What changes from here on is news for `poll`, also while the counts are read.
            self._pulse = self.index.pulse()
            post(messages.StatusRead(self.index.status()))
            post(messages.SkipsRead(self.index.skips()))
        except NoIndex:
            self._pulse = ()
            post(messages.StatusRead(None))
            post(messages.FirstRun(present_profiles(), fitting_profile()))
        except DocsearchError as error:
            post(messages.Failed(error))

    def start(self, post: Post) -> None:
        """Read what one can begin with: the newest documents, then headings of some.

        The headings are in the table, which takes a while to open for the first time.
        """
        documents: tuple[RecentDocument, ...] = ()
        try:
            documents = self.index.newest()
            post(messages.StartRead(documents, self._headings, has_index=True))
            self._headings = self.index.headings() if documents else ()
            post(messages.StartRead(documents, self._headings, has_index=True))
        except NoIndex:
            post(messages.StartRead())
        except DocsearchError:
            # What is wrong with the index is told by the status and by the queries.
            return

    def list_passed_over(self, reason: str, post: Post, stale: Stale) -> None:
        """List what the rules of the roots leave out for a reason."""

        def on_step() -> None:
            if stale():
                raise Stopped

        try:
            skips = self.index.passed_over(reason, on_step=on_step)
        except Stopped:
            return
        except DocsearchError as error:
            post(messages.Failed(error))
        else:
            post(messages.PassedOverListed(reason, skips))

    def poll(self, post: Post) -> None:
        """Read the counts if another process has changed the index, or begins or ends to write."""
        try:
            pulse: object = self.index.pulse()
        except NoIndex:
            pulse = ()
        except DocsearchError as error:
            pulse = str(error)
            if pulse != self._pulse:
                post(messages.Failed(error))
        else:
            if pulse != self._pulse:
                self.status(post)
                return
        self._pulse = pulse

    def ingest(self, start: messages.StartIngest, post: Post, stale: Stale) -> None:
        """Read folders into the index, or embed it anew; `stale` stops the run after a batch."""
        from search import ModelChoice

        def advance(progress: Progress) -> None:
            if stale():
                raise Stopped  # It passes through the index, which ends after its batch.
            post(messages.Advanced(progress))

        report = None
        try:
            models = None if start.profile is None else ModelChoice(profile=start.profile)
            report = self.index.ingest(
                start.paths, on_progress=advance, reembed=start.reembed, models=models
            )
        except Stopped:
            pass
        except DocsearchError as error:
            post(messages.Failed(error))
        finally:
            self._parts.clear()
            post(messages.IngestEnded(report))

    def watch(self, stop: threading.Event, post: Post) -> None:
        """Keep the index up to date with its roots until `stop` is set.

        A run that is under way then ends after its batch.
        """

        def advance(progress: Progress) -> None:
            if stop.is_set():
                raise Stopped
            post(messages.Advanced(progress))

        try:
            for report in self.index.watch(on_progress=advance, stop=stop):
                self._parts.clear()
                post(messages.Refreshed(report))
        except Stopped:
            pass
        except DocsearchError as error:
            post(messages.Failed(error))
        finally:
            post(messages.WatchEnded())

    def forget(self, path: str, post: Post) -> None:
        """Take a root out of the index."""
        try:
            documents = self.index.forget(path)
        except DocsearchError as error:
            post(messages.Failed(error))
        else:
            self._parts.clear()
            post(messages.Forgotten(path, documents))
