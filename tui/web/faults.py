"""What goes wrong in a request, as one line of JSON with a status."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from starlette.responses import Response

from search.errors import (
    DocsearchError,
    IndexFailure,
    ModelError,
    ReaderFailure,
    RemoteFailure,
    StorageFull,
    Unreadable,
    UsageError,
)

from ..jsont import error_json

JSON = "application/json"
LOG = logging.getLogger("docsearch.web")


class Fault(DocsearchError):
    """A request that is refused; `status` is HTTP's, and `code` the error's name in JSON."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        hint: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message, hint)
        self.status = status
        self.code = code
        self.headers = dict(headers or {})


STATUSES: tuple[tuple[type[DocsearchError], int], ...] = (
    (UsageError, 400),
    (Unreadable, 422),
    (IndexFailure, 503),
    (ModelError, 503),
    (RemoteFailure, 503),
    (StorageFull, 503),
    (ReaderFailure, 503),
)
"""The status of each kind of error; of any other it is 500."""


def busy(message: str) -> Fault:
    """The fault of a request that may come again a second later."""
    return Fault(503, "busy", message, "ask again a second later", {"Retry-After": "1"})


def nothing_there(path: str) -> Fault:
    """The fault of a path that is none of the service's."""
    return Fault(404, "not_found", f"there is nothing at {path}", "see /openapi.json")


def status_of(error: DocsearchError) -> int:
    """HTTP's status for the error."""
    if isinstance(error, Fault):
        return error.status
    return next((status for kind, status in STATUSES if isinstance(error, kind)), 500)


def answer_of(error: DocsearchError) -> Response:
    """The error as an answer: one line of JSON."""
    headers = error.headers if isinstance(error, Fault) else None
    return Response(error_json(error) + "\n", status_of(error), headers, JSON)


def unexpected(error: BaseException) -> DocsearchError:
    """The error for what nobody expected; the log has what the client must not see."""
    LOG.error("unexpected %s: %s", type(error).__name__, error, exc_info=error)
    return DocsearchError(
        f"unexpected {type(error).__name__}", "the output of docsearch serve says more"
    )
