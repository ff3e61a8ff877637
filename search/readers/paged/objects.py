"""Objects of pypdf behind their references."""

from __future__ import annotations

from typing import Any


def resolved(value: Any) -> Any:
    """The object that a reference leads to; any other value as it is."""
    return value.get_object() if hasattr(value, "get_object") else value


def entry(dictionary: Any, key: str) -> Any:
    """The object under a key of a dictionary, behind its reference; None without it."""
    return dictionary[key] if isinstance(dictionary, dict) and key in dictionary else None
