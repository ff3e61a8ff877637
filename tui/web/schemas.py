"""JSON Schema of frozen dataclasses, as their `asdict` is written in JSON."""

from __future__ import annotations

import inspect
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import StrEnum
from typing import Any, Union, get_args, get_origin, get_type_hints

SIMPLE: Mapping[type, str] = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    type(None): "null",
}

Schema = dict[str, Any]


def schemas_of(*kinds: type) -> dict[str, Schema]:
    """The schema of each dataclass and of those that it holds, by the name of the class."""
    found: dict[str, Schema] = {}
    waiting = list(kinds)
    while waiting:
        kind = waiting.pop()
        if kind.__name__ not in found:
            found[kind.__name__] = _object(kind)
            waiting += [each for hint in get_type_hints(kind).values() for each in _held(hint)]
    return dict(sorted(found.items()))


def reference(kind: type) -> Schema:
    """The reference to a class's schema in an OpenAPI document."""
    return {"$ref": f"#/components/schemas/{kind.__name__}"}


def schema_of(hint: Any) -> Schema:
    """The schema of a type: a class of SIMPLE, an enumeration, a dataclass, a tuple or a union.

    >>> schema_of(tuple[int, int] | None)["anyOf"][1]
    {'type': 'null'}
    """
    if hint in SIMPLE:
        return {"type": SIMPLE[hint]}
    if inspect.isclass(hint) and issubclass(hint, StrEnum):
        return {"type": "string", "enum": [str(member) for member in hint]}
    if is_dataclass(hint):
        assert isinstance(hint, type), "a type hint is no instance"
        return reference(hint)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return {"anyOf": [schema_of(each) for each in arguments]}
    if origin is tuple and arguments[-1:] == (...,):
        return {"type": "array", "items": schema_of(arguments[0])}
    if origin is tuple:
        count = len(arguments)
        items = [schema_of(each) for each in arguments]
        return {"type": "array", "prefixItems": items, "minItems": count, "maxItems": count}
    raise TypeError(f"there is no schema for {hint!r}")


def _object(kind: type) -> Schema:
    hints = get_type_hints(kind)
    assert is_dataclass(kind), "only dataclasses have schemas"
    names = [field.name for field in fields(kind)]
    return {
        "type": "object",
        "description": inspect.cleandoc(kind.__doc__ or ""),
        "properties": {name: schema_of(hints[name]) for name in names},
        "required": names,
    }


def _held(hint: Any) -> list[type]:
    """The dataclasses in a type."""
    if is_dataclass(hint) and isinstance(hint, type):
        return [hint]
    return [each for argument in get_args(hint) for each in _held(argument)]
