"""What the service counts, in the text format of Prometheus."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import Response

from search import __version__

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from search import Status

    from .turns import Turns

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """Counts requests to the known `paths`, and tells what the index holds.

    No name of a file and no word of a question is in it.
    """

    def __init__(self, paths: Collection[str], turns: Turns) -> None:
        self.paths = frozenset(paths)
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        build = Gauge("docsearch_build", "The version.", ["version"], registry=self.registry)
        build.labels(__version__).set(1)
        taken = Gauge("docsearch_turns", "Answers computed or waiting.", registry=self.registry)
        taken.set_function(lambda: turns.taken)
        self.documents = Gauge("docsearch_documents", "Documents.", registry=self.registry)
        self.passages = Gauge("docsearch_passages", "Passages.", registry=self.registry)
        self.size = Gauge("docsearch_index_bytes", "The index's size.", registry=self.registry)
        self.requests = Counter(
            "docsearch_requests", "Requests.", ["path", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "docsearch_request_seconds",
            "How long answers took.",
            ["path"],
            buckets=SECONDS,
            registry=self.registry,
        )

    def counting(self, app: ASGIApp) -> ASGIApp:
        """The app, with its requests counted."""

        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            path = scope["path"] if scope["path"] in self.paths else "other"
            status, started = "none", time.perf_counter()

            async def sending(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = str(message["status"])
                await send(message)

            try:
                await app(scope, receive, sending)
            finally:
                self.requests.labels(path, status).inc()
                self.seconds.labels(path).observe(time.perf_counter() - started)

        return counted

    def text(self, status: Status) -> Response:
        """All counts now, those of the index from its `status`."""
        self.documents.set(status.documents)
        self.passages.set(status.passages)
        self.size.set(status.size_bytes)
        return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_LATEST)
