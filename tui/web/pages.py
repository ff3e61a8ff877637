"""The routes for people: the page, and its two parts, which its script fetches one by one."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from search.errors import DocsearchError

from ..jsont import dumps
from ..terminal import printable
from .events import EVENTS
from .faults import nothing_there, status_of
from .hit_views import kind_label, result_view
from .links import OPEN, Links, Place
from .parameters import parsed
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
MOST_TYPES = 14
MOST_FOLDERS = 30
AGES = (("", "any time"), ("7d", "past week"), ("30d", "past month"), ("1y", "past year"))
MODES = (("", "meaning and words"), ("vector", "meaning"), ("text", "words"))


@dataclass(frozen=True, slots=True)
class Option:
    """A choice of the form."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class FormView:
    """The form: the question, and what narrows it."""

    text: str
    types: tuple[Option, ...]
    folders: tuple[Option, ...]
    ages: tuple[Option, ...]
    modes: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class RecentView:
    """A document that changed lately, on the page without a question."""

    href: str
    name: str
    folder: str
    kind: str
    modified: str


class Pages:
    """The routes; all HTML is made by templates that escape what documents say."""

    def __init__(self, answering: Answering) -> None:
        self.answering = answering
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
            shown |= await self.answering.read(request, lambda index: _around(index, query))
        except DocsearchError as error:
            status = status_of(error)
            shown |= {"form": _form(query, (), ()), "counts": None}
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

        if EVENTS in request.headers.get("accept", ""):
            return self.answering.events(question, shown)
        view = result_view(await self.answering.result(request, question), links)
        return HTMLResponse(self._html("results.html", result=view, error=""))

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

    def _links(self, query: bytes) -> Links:
        return Links.of(query, self.answering.questions.names)

    def _html(self, template: str, **shown: object) -> str:
        # Lone surrogates, which paths that are not UTF-8 have, cannot be sent.
        return self.templates.get_template(template).render(**shown)


def _around(index: Index, query: bytes) -> dict[str, Any]:
    """What the page says around the hits: the form, the counts, and the newest documents."""
    status, newest = index.status(), index.newest(LOOKED_AT)
    return {
        "form": _form(query, newest, tuple(root.path for root in status.roots)),
        "counts": status,
        "recent": tuple(map(_recent, newest[:NEWEST])),
    }


def _recent(document: RecentDocument) -> RecentView:
    return RecentView(
        Links().to(Place(document.path)),
        printable(os.path.basename(document.path), one_line=True),
        _below_root(os.path.dirname(document.path), document.root),
        kind_label(document.path, document.kind),
        document.modified,
    )


def _form(query: bytes, newest: Iterable[RecentDocument], roots: Iterable[str]) -> FormView:
    texts = parsed(query)

    def given(name: str) -> tuple[str, ...]:
        return tuple(text for text in texts.get(name, ()) if text)

    documents = tuple(newest)
    suffixes = Counter(PurePath(each.path).suffix.lower().lstrip(".") for each in documents)
    types = sorted(suffix for suffix, _ in suffixes.most_common(MOST_TYPES) if suffix)
    return FormView(
        printable(" ".join(given("q")), one_line=True),
        _options((("", "any type"), *((name, name) for name in types)), given("type")),
        _options((("", "all folders"), *_folders(documents, roots)), given("path")),
        _options(AGES, given("after")),
        _options(MODES, given("mode")),
    )


def _folders(
    documents: Iterable[RecentDocument], roots: Iterable[str]
) -> Iterable[tuple[str, str]]:
    """The roots, and the folders that lie in them, with the patterns of what is below each."""
    folders = {root: root for root in roots}
    for document in documents:
        below = os.path.relpath(document.path, document.root).split("/")
        if len(below) > 1:
            folders[os.path.join(document.root, below[0])] = document.root
    names = sorted(folders)[:MOST_FOLDERS]
    return tuple((f"{name}/**", _below_root(name, folders[name])) for name in names)


def _below_root(folder: str, root: str) -> str:
    """The folder, beginning with the name of its root."""
    return printable(os.path.relpath(folder, os.path.dirname(root) or "/"), one_line=True)


def _options(known: Iterable[tuple[str, str]], given: tuple[str, ...]) -> tuple[Option, ...]:
    """The choices, with those that the address names chosen, also such as are not known."""
    choices = dict(known)
    choices |= {text: printable(text, one_line=True) for text in given if text not in choices}
    chosen = given or ("",)
    return tuple(Option(value, label, value in chosen) for value, label in choices.items())
