"""Whether the service can answer questions now, for those who send questions to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from search.errors import DocsearchError

from .faults import Fault, unexpected

if TYPE_CHECKING:
    from search import QueryResult

    from .answering import Answering
    from .turns import Turn

LOOK_SECONDS = 2.0
"""A store that has not answered by then counts as one that cannot be read."""


class Readiness:
    """Looks at the index of `answering`; `tell` hears in a line what keeps it, and that it is over.

    The service is ready while its index can be read, from its first answer on: that answer loads
    the models. Loading them is tried again until it works.
    """

    def __init__(
        self,
        answering: Answering,
        tell: Callable[[str], None],
        seconds: float = LOOK_SECONDS,
    ) -> None:
        self.answering = answering
        self.tell = tell
        self.seconds = seconds
        self._told = ""
        self._looking: asyncio.Future[int] | None = None
        self._first: Turn[QueryResult] | None = None
        self._is_warm = False

    def begin(self) -> None:
        """Load what a question needs, before there is one."""
        self._first = self.answering.warm()

    async def check(self) -> None:
        """Raises Fault where the service is not ready; it tells no name and no path."""
        try:
            await self._look()
        except DocsearchError as error:
            self._note(f"not ready: {error}")
            raise Fault(503, "index", "the index cannot be read") from None
        try:
            self._check_models()
        except DocsearchError as error:
            self._note(f"not ready: {error}")
            raise Fault(503, "starting", "no question can be answered yet") from None
        self._note("ready")

    async def _look(self) -> None:
        """Read from the catalogue. All who ask meanwhile wait for the same look."""
        if self._looking is None or self._looking.done():
            look = self.answering.glance(lambda index: index.catalog.data_version)
            self._looking = asyncio.ensure_future(look)
            # Nobody may be there any more to hear of its error.
            self._looking.add_done_callback(lambda done: done.cancelled() or done.exception())
        done, _ = await asyncio.wait({self._looking}, timeout=self.seconds)
        if not done:
            raise Fault(503, "index", f"the index was not read within {self.seconds:g} seconds")
        self._looking.result()

    def _check_models(self) -> None:
        if self._is_warm:
            return
        future = self._first.future if self._first else None
        if future is None or not future.done() or future.cancelled():
            raise Fault(503, "starting", "the models are being loaded")
        if (error := future.exception()) is not None:
            self.begin()
            raise error if isinstance(error, DocsearchError) else unexpected(error)
        self._is_warm = True

    def _note(self, line: str) -> None:
        if line != self._told:
            self._told = line
            self.tell(line)
