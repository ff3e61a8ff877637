"""The OpenAPI document of the service, made from the dataclasses that the library returns.

`tui/jsont.py` writes some fields in another way than the dataclasses hold them; `OWN` says how.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import click

from search import __version__
from search.results import QueryResult, Status, StoredPart

from ..jsont import SCHEMA, dumps
from .documents import DOCUMENT, PICTURE
from .events import EVENTS
from .faults import JSON
from .parameters import Parameter
from .schemas import Schema, reference, schemas_of

COUNTS: Schema = {"type": "object", "additionalProperties": {"type": "integer"}}
PATH_BYTES: Schema = {
    "type": "string",
    "contentEncoding": "base64",
    "description": "The path's bytes, where they are not UTF-8.",
}
VERSION: Schema = {"const": SCHEMA, "description": "The version of the schema."}
LINE: Schema = {"type": "integer", "description": "The line on which the answer begins."}
OWN: Mapping[str, Mapping[str, Schema]] = {
    "Hit": {"line": LINE, "path_bytes": PATH_BYTES},
    "QueryResult": {"schema": VERSION, "cut": COUNTS},
    "Skip": {"path_bytes": PATH_BYTES},
    "Status": {
        "schema": VERSION,
        "kinds": COUNTS,
        "skipped": COUNTS,
        "failed": COUNTS,
        "languages": COUNTS,
    },
    "StoredPart": {"schema": VERSION, "path_bytes": PATH_BYTES},
}
OPTIONAL = frozenset({"path_bytes", "explanation"})
"""Fields that are left out where they say nothing."""
ERROR: Schema = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "hint"],
            "properties": {name: {"type": "string"} for name in ("code", "message", "hint")},
        }
    },
}
HEALTH: Schema = {
    "type": "object",
    "required": ["schema", "health"],
    "properties": {"schema": VERSION, "health": {"const": "ok"}},
}
LIVE: Schema = {
    "type": "object",
    "required": ["schema", "live"],
    "properties": {"schema": VERSION, "live": {"const": True}},
}


def openapi(question: Iterable[Parameter[Any]]) -> str:
    """The document as JSON; `question` are the parameters of /search."""
    shapes = schemas_of(QueryResult, Status, StoredPart)
    for name, own in OWN.items():
        shapes[name]["properties"] |= own
        shapes[name]["required"] = [
            each for each in shapes[name]["properties"] if each not in OPTIONAL
        ]
    paths = {
        "/search": _get(
            "The passages that answer a question, best first, as docsearch query --json gives "
            "them. As events: fused, then order while the reranker reads, then answer or error.",
            {JSON: {"schema": reference(QueryResult)}, EVENTS: {"schema": {"type": "string"}}},
            question,
        ),
        "/document": _get(
            "A part of a document's text.", {JSON: {"schema": reference(StoredPart)}}, DOCUMENT
        ),
        "/picture": _get("A page, drawn.", {"image/png": {}}, PICTURE),
        "/status": _get("The state of the index.", {JSON: {"schema": reference(Status)}}),
        "/health": _get("Whether questions can be answered.", {JSON: {"schema": HEALTH}})
        | {"security": []},
        "/live": _get("That the process answers.", {JSON: {"schema": LIVE}}) | {"security": []},
        "/metrics": _get("Counts for Prometheus.", {"text/plain": {"schema": {"type": "string"}}}),
        "/openapi.json": _get("This document.", {JSON: {"schema": {"type": "object"}}}),
    }
    return dumps(
        {
            "openapi": "3.1.0",
            "info": {"title": "docsearch", "version": __version__},
            "security": [{"token": []}],
            "paths": {path: {"get": each} for path, each in paths.items()},
            "components": {
                "schemas": {**shapes, "Error": ERROR},
                "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            },
        }
    )


def _get(
    summary: str, content: Mapping[str, Any], parameters: Iterable[Parameter[Any]] = ()
) -> dict[str, Any]:
    error = {JSON: {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {
        "summary": summary,
        "parameters": [_parameter(each) for each in parameters],
        "responses": {
            "200": {"description": "The answer.", "content": dict(content)},
            "default": {"description": "What is wrong, in one line.", "content": error},
        },
    }


def _parameter(parameter: Parameter[Any]) -> dict[str, Any]:
    one = _shape(parameter.type)
    return {
        "name": parameter.name,
        "in": "query",
        "description": parameter.help,
        "required": parameter.required,
        "schema": {"type": "array", "items": one} if parameter.repeated else one,
    }


def _shape(kind: click.ParamType[Any]) -> Schema:
    """The schema of a parameter's value as it stands in a URL."""
    if isinstance(kind, click.Choice):
        return {"type": "string", "enum": list(kind.choices)}
    if isinstance(kind, (click.IntRange, click.FloatRange)):
        name = "integer" if isinstance(kind, click.IntRange) else "number"
        bounds = {"minimum": kind.min, "maximum": kind.max}
        return {"type": name} | {key: value for key, value in bounds.items() if value is not None}
    if kind.name == "switch":
        return {"type": "string", "enum": ["on", "off"]}
    return {"type": "string"}
