"""Objects of pypdf behind their references."""

from __future__ import annotations

from typing import Any

MAX_ENTRIES = 100_000
"""The entries of a list that are looked at."""


def resolved(value: Any) -> Any:
    """The object that a reference leads to; any other value as it is."""
    return value.get_object() if hasattr(value, "get_object") else value


def entry(dictionary: Any, key: str) -> Any:
    """The object under a key of a dictionary, behind its reference; None without it."""
    return dictionary[key] if isinstance(dictionary, dict) and key in dictionary else None


def listed(value: Any) -> list[Any]:
    """The first MAX_ENTRIES items of a list behind its reference; empty for any other value."""
    found = resolved(value)
    return list(found[:MAX_ENTRIES]) if isinstance(found, list) else []


def identity(value: Any) -> int:
    """A number that is the same for all references to an object."""
    number = getattr(value, "idnum", None)
    return number if isinstance(number, int) else -id(value)
