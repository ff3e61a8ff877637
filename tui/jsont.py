"""The JSON that scripts read: schema version 1. Fields are only ever added."""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from search.documents import Skip
from search.errors import DocsearchError
from search.results import (
    Check,
    DryRun,
    Hit,
    IngestReport,
    QueryResult,
    Status,
    StoredPart,
    Verdict,
)

SCHEMA = 1
DIGITS = 6

ESCAPED = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Characters that json.dumps leaves raw, but that harm a terminal or a strict UTF-8 decoder."""


def dumps(value: object) -> str:
    """One line of JSON in UTF-8, with control characters and lone surrogates escaped."""
    return ESCAPED.sub(
        lambda match: f"\\u{ord(match[0]):04x}", json.dumps(value, ensure_ascii=False)
    )


def hit_json(hit: Hit) -> dict[str, Any]:
    """A hit's fields by name, in the schema's order, and the line on which its answer begins."""
    fields = asdict(hit) | {"line": hit.line}
    fields["score"] = round(hit.score, DIGITS)
    fields["scores"] = {
        name: value if value is None else round(value, DIGITS)
        for name, value in fields["scores"].items()
    }
    if hit.explanation is None:
        del fields["explanation"]
    return fields | _path_bytes(hit.path)


def result_json(result: QueryResult) -> str:
    """The whole answer of one query."""
    return dumps(
        {"schema": SCHEMA}
        | asdict(result)
        | {"cut": dict(result.cut), "hits": [hit_json(hit) for hit in result.hits]}
    )


def hit_lines(result: QueryResult) -> list[str]:
    """One line for each hit, each with its query."""
    return [dumps({"query": result.query} | hit_json(hit)) for hit in result.hits]


def chosen_json(hits: Sequence[Hit]) -> str:
    """The hits that were chosen in the app."""
    return dumps({"schema": SCHEMA, "hits": [hit_json(hit) for hit in hits]})


def error_json(error: DocsearchError) -> str:
    """An error as scripts see it."""
    return dumps(_error(error))


def failed_line(query: str, error: DocsearchError) -> str:
    """The error of one query, where several are asked."""
    return dumps({"query": query} | _error(error))


def _error(error: DocsearchError) -> dict[str, Any]:
    return {"error": {"code": error.code, "message": error.message, "hint": error.hint}}


def report_json(report: IngestReport) -> str:
    """The summary of an ingest run."""
    fields = asdict(report)
    fields["left_out"] = {"documents": report.left_out.documents, "parts": report.left_out.parts}
    fields["failed"] = [_skip_json(skip) for skip in report.failed]
    fields["skipped"] = [_skip_json(skip) for skip in report.skipped]
    fields["passed_over"] = dict(report.passed_over)
    fields["nothing_read"] = [
        {"path": nothing.path, "reasons": dict(nothing.reasons)} | _path_bytes(nothing.path)
        for nothing in report.nothing_read
    ]
    fields["seconds"] = round(report.seconds, 3)
    fields["large"] = [asdict(file) | _path_bytes(file.path) for file in report.large]
    return dumps({"schema": SCHEMA} | fields)


def dry_run_json(plan: DryRun) -> str:
    """What an ingest run would do."""
    fields = asdict(plan)
    fields["read"] = [asdict(planned) | _path_bytes(planned.path) for planned in plan.read]
    fields["failed"] = [_skip_json(skip) for skip in plan.failed]
    fields["skipped"] = [_skip_json(skip) for skip in plan.skipped]
    fields["passed_over"] = dict(plan.passed_over)
    fields["large"] = [asdict(file) | _path_bytes(file.path) for file in plan.large]
    return dumps({"schema": SCHEMA} | fields)


def status_json(status: Status) -> str:
    """The state of the index."""
    fields = asdict(status)
    for name in ("kinds", "skipped", "failed", "languages"):
        fields[name] = dict(fields[name])
    fields["unread"] = [_skip_json(skip) for skip in status.unread]
    return dumps({"schema": SCHEMA} | fields)


def part_json(part: StoredPart) -> str:
    """A part of a document's text."""
    return dumps({"schema": SCHEMA} | asdict(part) | _path_bytes(part.path))


def verdict_json(verdict: Verdict) -> str:
    """Why a path is or is not in the index."""
    return dumps({"schema": SCHEMA} | asdict(verdict) | _path_bytes(verdict.path))


def checks_json(checks: tuple[Check, ...]) -> str:
    """What was looked at, and what is wrong."""
    return dumps({"schema": SCHEMA, "checks": [asdict(check) for check in checks]})


def _skip_json(skip: Skip) -> dict[str, str]:
    return {"path": skip.path, "reason": str(skip.reason), "message": skip.message} | _path_bytes(
        skip.path
    )


def _path_bytes(path: str) -> dict[str, str]:
    """The path's bytes in base64 if the path is not valid UTF-8, else nothing."""
    raw = os.fsencode(path)
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return {"path_bytes": base64.b64encode(raw).decode()}
    return {}
