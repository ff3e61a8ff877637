"""The tables of config.toml: own themes and own keys of the app, and the resident process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from .errors import ConfigError
from .wording import closest, did_you_mean

COLOURS = (
    *("primary", "secondary", "accent", "foreground", "background", "surface", "panel", "boost"),
    *("warning", "error", "success"),
)
"""The colours of a theme."""


@dataclass(frozen=True, slots=True)
class OwnTheme:
    """A theme of the user's own: pairs of one of COLOURS and the colour as it was written."""

    name: str
    dark: bool
    colours: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class OwnKey:
    """A key that the user gives an action of the app, as it was written."""

    action: str
    key: str


@dataclass(frozen=True, slots=True)
class Serve:
    """The resident process: after how many idle minutes it ends, and how many MB it may hold."""

    idle: int = 15
    memory: int = 4000


def own_themes(value: object, source: str) -> tuple[OwnTheme, ...]:
    """The themes of the table `themes`, which holds a table for each. Raises ConfigError."""
    return tuple(
        _own_theme(name, _table(f"themes.{name}", colours, source), source)
        for name, colours in _table("themes", value, source).items()
    )


def own_keys(value: object, source: str) -> tuple[OwnKey, ...]:
    """The keys of the table `bindings`: `action = "key"`. Raises ConfigError."""
    table = _table("bindings", value, source)
    return tuple(
        OwnKey(action, _text(f"bindings.{action}", key, source)) for action, key in table.items()
    )


def serve_of(value: object, source: str) -> Serve:
    """The settings of the table `serve`. Raises ConfigError."""
    table = _table("serve", value, source)
    known = [field.name for field in fields(Serve)]
    numbers: dict[str, int] = {}
    for key, number in table.items():
        if key not in known:
            raise ConfigError(
                f"{source}: serve has an unknown setting {key!r}",
                did_you_mean(closest(key, known), f"it has {' and '.join(known)}"),
            )
        if not isinstance(number, int) or isinstance(number, bool) or number < 1:
            raise ConfigError(
                f"{source}: serve.{key} must be a whole number above 0", f"it is {number!r} now"
            )
        numbers[key] = number
    return Serve(**numbers)


TABLES: Mapping[str, Callable[[object, str], Any]] = {
    "themes": own_themes,
    "bindings": own_keys,
    "serve": serve_of,
}
"""The settings that are tables, each with the function that reads it."""


def _own_theme(name: str, table: Mapping[str, object], source: str) -> OwnTheme:
    where = f"themes.{name}"
    for key in table:
        if key != "dark" and key not in COLOURS:
            raise ConfigError(
                f"{source}: {where} has an unknown colour {key!r}",
                did_you_mean(closest(key, COLOURS), f"a theme has {', '.join(COLOURS)} and dark"),
            )
    dark = table.get("dark", True)
    if not isinstance(dark, bool):
        raise ConfigError(f"{source}: {where}.dark must be true or false", f"it is {dark!r} now")
    if "primary" not in table:
        raise ConfigError(f"{source}: {where} has no primary", 'add: primary = "#0178D4"')
    colours = ((key, value) for key, value in table.items() if key != "dark")
    return OwnTheme(
        name, dark, tuple((key, _text(f"{where}.{key}", value, source)) for key, value in colours)
    )


def _table(key: str, value: object, source: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise ConfigError(f"{source}: {key} must be a table", f"begin it with: [{key}]")
    return value


def _text(key: str, value: object, source: str) -> str:
    if not isinstance(value, str) or not value:
        raise ConfigError(
            f"{source}: {key} must be a text in quotation marks", f"it is {value!r} now"
        )
    return value
