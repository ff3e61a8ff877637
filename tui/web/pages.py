"""The routes for people: the page, and its two parts, which its script fetches one by one."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from search.errors import DocsearchError

from ..jsont import dumps
from ..terminal import printable
from .faults import nothing_there, status_of
from .form import below_root, form_view
from .hit_views import kind_label, result_view
from .links import OPEN, Links, Place
from .preview_view import preview_view

if TYPE_CHECKING:
    from starlette.requests import Request

    from search import Index, QueryResult, RecentDocument

    from .answering import Answering

TEMPLATES = Path(__file__).with_name("templates")
STATIC = Path(__file__).with_name("static")
STATIC_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
NEWEST = 8
LOOKED_AT = 500
"""Of how many of the newest documents the filters offer the types and folders."""


@dataclass(frozen=True, slots=True)
class RecentView:
    """A document that changed lately, on the page without a question."""

    href: str
    name: str
    folder: str
    kind: str
    modified: str


class Pages:
    """The routes; all HTML is made by templates that escape what documents say.

    `is_local` is true where no other machine asks.
    """

    def __init__(self, answering: Answering, is_local: bool) -> None:
        self.answering = answering
        self.is_local = is_local
        self.templates = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.files = {file.name: file.read_bytes() for file in STATIC.iterdir()}

    async def page(self, request: Request) -> Response:
        """The whole page, which needs no script."""
        query = request.scope["query_string"]
        shown: dict[str, Any] = {"result": None, "preview": None, "recent": (), "error": ""}
        status = 200
        try:
            question, own = self.answering.questions.read_page(query, OPEN)
            links, place = self._links(query), Place.of(own)
            if not question.is_empty:
                found = await self.answering.result(request, question)
                shown["result"] = result_view(found, links)
            if place is not None:
                shown["preview"] = await self.answering.read(
                    request, lambda index: preview_view(index, place, links)
                )
        except DocsearchError as error:
            status = status_of(error)
            shown["error"] = printable(str(error), one_line=True)
        try:
            shown |= await self.answering.read(request, lambda index: self._around(index, query))
        except DocsearchError as error:
            status = status_of(error)
            shown |= {"form": form_view(query, (), ()), "counts": None}
            shown["error"] = shown["error"] or printable(str(error), one_line=True)
        return HTMLResponse(self._html("page.html", **shown), status)

    async def results(self, request: Request) -> Response:
        """The list of hits as events, whose lines are JSON with the list's `html`."""
        query = request.scope["query_string"]
        question = self.answering.questions.read(query)
        links = self._links(query)

        def shown(result: QueryResult) -> str:
            view = result_view(result, links)
            html = self._html("results.html", result=view, error="")
            return dumps({"html": html, "summary": view.summary})

        return self.answering.events(question, shown)

    async def preview(self, request: Request) -> Response:
        """The document that is open."""
        query = request.scope["query_string"]
        _, own = self.answering.questions.read_page(query, OPEN)
        place, links = Place.of(own), self._links(query)
        if place is None:
            return HTMLResponse("")
        view = await self.answering.read(request, lambda index: preview_view(index, place, links))
        return HTMLResponse(self._html("preview.html", preview=view))

    async def static(self, request: Request) -> Response:
        """A file of the page's own."""
        name = request.path_params["name"]
        if name not in self.files:
            raise nothing_there(request.scope["path"])
        return Response(self.files[name], media_type=STATIC_TYPES[PurePath(name).suffix])

    def _around(self, index: Index, query: bytes) -> dict[str, Any]:
        """What the page says around the hits: the form, the counts, and the newest documents."""
        status, newest = index.status(), index.newest(LOOKED_AT)
        return {
            "form": form_view(query, newest, tuple(root.path for root in status.roots)),
            "counts": status,
            "is_private": self.is_local and not index.home.is_remote,
            "recent": tuple(map(_recent, newest[:NEWEST])),
        }

    def _links(self, query: bytes) -> Links:
        return Links.of(query, self.answering.questions.names)

    def _html(self, template: str, **shown: object) -> str:
        html = self.templates.get_template(template).render(**shown)
        # Bytes of an address that are not UTF-8 cannot be shown.
        return html.encode(errors="replace").decode()


def _recent(document: RecentDocument) -> RecentView:
    return RecentView(
        Links().to(Place(document.path)),
        printable(os.path.basename(document.path), one_line=True),
        below_root(os.path.dirname(document.path), document.root),
        kind_label(document.path, document.kind),
        document.modified,
    )
