"""What a command asks of the resident process, checked, and the answer to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from .model_work import ModelWork, work_of


class BadRequest(Exception):
    """The line is no request. Its text says what is wrong, for the log."""


@dataclass(frozen=True, slots=True)
class CommandLine:
    """A command line and where it was typed.

    `environment` has the variables that are handed over with each command, and `terminals` tells of
    stdout and stderr whether they are terminals.
    """

    words: tuple[str, ...]
    folder: str
    environment: Mapping[str, str]
    terminals: tuple[bool, bool]
    columns: int


@dataclass(frozen=True, slots=True)
class Question:
    """A question about the resident process itself: `status`, or `stop`."""

    about: str


QUESTIONS = ("status", "stop")


def request_of(line: bytes) -> CommandLine | Question | ModelWork:
    """The request of one line of JSON. Raises BadRequest."""
    try:
        fields = json.loads(line)
    except ValueError as error:
        raise BadRequest(f"not JSON: {error}") from error
    if not isinstance(fields, dict):
        raise BadRequest("no object")
    if fields.get("about") in QUESTIONS:
        return Question(fields["about"])
    if "model" in fields:
        try:
            return work_of(fields)
        except (KeyError, TypeError, ValueError) as error:
            raise BadRequest(f"no work for a model: {error!r}") from error
    names = ("words", "folder", "environment", "terminals", "columns")
    words, folder, environment, terminals, columns = map(fields.get, names)
    if not (
        _is_texts(words)
        and isinstance(environment, dict)
        and _is_texts(list(environment.values()))
        and isinstance(folder, str)
        and isinstance(columns, int)
        and isinstance(terminals, list)
        and [type(flag) for flag in terminals] == [bool, bool]
    ):
        raise BadRequest("fields are missing or have wrong types")
    return CommandLine(tuple(words), folder, environment, (terminals[0], terminals[1]), columns)


def _is_texts(value: Any) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def answer_line(**fields: Any) -> bytes:
    """The answer, as one line of JSON."""
    return json.dumps(fields).encode() + b"\n"
