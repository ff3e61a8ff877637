"""The app's worker threads: each of them runs one errand and posts its answers."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from textual.app import App
from textual.screen import Screen
from textual.worker import Worker, get_current_worker

from search.results import Hit

from .. import messages
from .document_errands import DocumentErrands
from .errands import Errands, Post
from .query_errands import QueryErrands


class Threads:
    """Starts errands in threads. Of most kinds, one that starts makes the one before it stale.

    Answers that concern hits go to the `screen` of the search, all others to the app.
    """

    def __init__(
        self,
        app: App[Any],
        screen: Screen[Any],
        errands: Errands,
        queries: QueryErrands,
        documents: DocumentErrands,
    ) -> None:
        self._app = app
        self._screen = screen
        self._errands = errands
        self._queries = queries
        self._documents = documents

    def answer(self, ask: messages.Ask) -> None:
        """Answer a question."""
        self._begin(
            "answer", lambda: self._queries.answer(ask, self._screen.post_message, _staleness())
        )

    def read(self, read: messages.Read) -> None:
        """Lay out a document."""
        self._begin(
            "read", lambda: self._documents.read(read, self._screen.post_message, _staleness())
        )

    def draw(self, ask: messages.Draw) -> None:
        """Draw a page or a picture."""
        self._begin(
            "draw", lambda: self._documents.draw(ask, self._screen.post_message, _staleness())
        )

    def text(self, hit: Hit) -> None:
        """Read the text of a document."""
        self._begin("text", lambda: self._documents.text(hit, self._screen.post_message))

    def status(self) -> None:
        """Read the counts."""
        self._begin("status", lambda: self._errands.status(self._post))

    def list_passed_over(self, reason: str, post: Post) -> None:
        """List what the rules of the roots leave out for a reason; a dialog takes the answer."""
        self._begin(
            "passed over", lambda: self._errands.list_passed_over(reason, post, _staleness())
        )

    def start(self) -> None:
        """Read what one can begin with."""
        self._begin("start", lambda: self._errands.start(self._screen.post_message))

    def poll(self) -> None:
        """Look whether another process has changed the index."""
        self._begin("poll", lambda: self._errands.poll(self._post))

    def warm(self) -> None:
        """Load the table and the model."""
        self._begin("warm", lambda: self._queries.warm(self._post))

    def ingest(self, start: messages.StartIngest) -> Worker[None]:
        """Read folders into the index; cancelling the worker stops the run after its batch."""
        return self._begin(
            "ingest", lambda: self._errands.ingest(start, self._post, _staleness()), exclusive=False
        )

    def watch(self, stop: threading.Event) -> None:
        """Watch all known roots until `stop` is set."""
        self._begin("watch", lambda: self._errands.watch(stop, self._post), exclusive=False)

    def forget(self, path: str) -> None:
        """Take a root out of the index."""
        self._begin("forget", lambda: self._errands.forget(path, self._post), exclusive=False)

    @property
    def _post(self) -> Post:
        return self._app.post_message

    def _begin(
        self, group: str, errand: Callable[[], None], exclusive: bool = True
    ) -> Worker[None]:
        return self._app.run_worker(
            errand, group=group, thread=True, exclusive=exclusive, exit_on_error=False
        )


def _staleness() -> Callable[[], bool]:
    """What tells the errand of this thread that its outcome is no longer wanted."""
    worker = get_current_worker()
    return lambda: worker.is_cancelled
