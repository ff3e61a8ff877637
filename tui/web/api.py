"""The routes for programs: JSON, with the fields that `--json` has on the command line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import Response

from ..jsont import part_json, result_json, status_json
from .documents import DOCUMENT, PICTURE
from .events import EVENTS
from .faults import JSON
from .parameters import values

if TYPE_CHECKING:
    from starlette.requests import Request

    from .answering import Answering
    from .metrics import Metrics
    from .readiness import Readiness

HEALTHY = '{"schema": 1, "health": "ok"}'
LIVE = '{"schema": 1, "live": true}'


@dataclass(frozen=True, slots=True)
class Api:
    """The routes; `openapi` is the document that describes them."""

    answering: Answering
    readiness: Readiness
    metrics: Metrics
    openapi: str

    async def search(self, request: Request) -> Response:
        """The hits, at once, or as events where the client accepts them."""
        question = self.answering.questions.read(request.scope["query_string"])
        if EVENTS in request.headers.get("accept", ""):
            return self.answering.events(question, result_json)
        return _json(result_json(await self.answering.result(request, question)))

    async def document(self, request: Request) -> Response:
        """A part of a document's text."""
        wanted = values(DOCUMENT, request.scope["query_string"])
        return _json(part_json(await self.answering.part(request, wanted)))

    async def picture(self, request: Request) -> Response:
        """A page of a document, or a picture, as a PNG."""
        wanted = values(PICTURE, request.scope["query_string"])
        return Response(await self.answering.picture(request, wanted), media_type="image/png")

    async def status(self, request: Request) -> Response:
        """The state of the index."""
        values((), request.scope["query_string"])
        return _json(status_json(await self.answering.glance(lambda index: index.status())))

    async def health(self, request: Request) -> Response:
        """Whether questions can be answered. It tells nothing else, since it needs no token."""
        values((), request.scope["query_string"])
        await self.readiness.check()
        return _json(HEALTHY)

    async def live(self, request: Request) -> Response:
        """That the process answers at all, whatever its index is like."""
        values((), request.scope["query_string"])
        return _json(LIVE)

    async def counts(self, request: Request) -> Response:
        """The metrics."""
        values((), request.scope["query_string"])
        return self.metrics.text(await self.answering.glance(lambda index: index.status()))

    async def description(self, request: Request) -> Response:
        """The OpenAPI document."""
        values((), request.scope["query_string"])
        return _json(self.openapi)


def _json(line: str) -> Response:
    return Response(line + "\n", media_type=JSON)
