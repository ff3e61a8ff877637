"""The parameters of a URL, read by the types that the command line's options have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qsl

import click

from search.errors import UsageError

MOST_PARAMETERS = 64
SWITCHES = {"on": True, "true": True, "1": True, "off": False, "false": False, "0": False}

T = TypeVar("T")


class Switch(click.ParamType[bool]):
    """on or off."""

    name = "switch"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> bool:
        """True for on. The error of a wrong value says what to write."""
        if value not in SWITCHES:
            self.fail(f"{value!r} is neither on nor off", param, ctx)
        return SWITCHES[value]


@dataclass(frozen=True, slots=True)
class Parameter(Generic[T]):
    """A parameter: its name in a URL, its type, what it says, and whether it may stand repeated."""

    name: str
    type: click.ParamType[T]
    help: str
    repeated: bool = False
    required: bool = False

    @classmethod
    def of(cls, option: click.Option) -> Parameter[Any]:
        """The parameter that does what an option of the command line does."""
        name = max(option.opts, key=len).removeprefix("--").replace("-", "_")
        kind = Switch() if option.is_flag else option.type
        return Parameter(name, kind, option.help or "", option.multiple)

    def read(self, texts: Sequence[str]) -> Any:
        """The value, or a tuple of all values of a repeated parameter; None and () where none is.

        A form sends its empty fields too, so an empty text is none. Raises UsageError.
        """
        given = [text for text in texts if text]
        if self.required and not given:
            raise UsageError(f"the parameter {self.name} is missing", self.help)
        if len(given) > 1 and not self.repeated:
            raise UsageError(f"the parameter {self.name} stands there twice", "give it once")
        values = tuple(map(self._value, given))
        return values if self.repeated else values[0] if values else None

    def _value(self, text: str) -> T:
        try:
            return self.type.convert(text, None, None)
        except click.BadParameter as error:
            raise UsageError(
                f"the parameter {self.name}: {error.message.rstrip('.')}", self.help
            ) from error


def parsed(query: bytes) -> Mapping[str, tuple[str, ...]]:
    """The texts of each parameter of a URL; bytes that are not UTF-8 are surrogate escapes.

    Raises UsageError for too many of them.
    """
    try:
        pairs = parse_qsl(
            query.decode("latin-1"),
            keep_blank_values=True,
            errors="surrogateescape",
            max_num_fields=MOST_PARAMETERS,
        )
    except ValueError as error:
        raise UsageError(
            f"there are more than {MOST_PARAMETERS} parameters", "leave some out"
        ) from error
    texts: dict[str, tuple[str, ...]] = {}
    for name, text in pairs:
        texts[name] = (*texts.get(name, ()), text)
    return texts


def values(known: Iterable[Parameter[Any]], query: bytes) -> dict[str, Any]:
    """The value of each known parameter by its name.

    Raises UsageError for a wrong value, and for a parameter that is not known.
    """
    texts, by_name = parsed(query), {parameter.name: parameter for parameter in known}
    for name in texts:
        if name not in by_name:
            raise UsageError(
                f"there is no parameter {name!r}", f"the parameters are {', '.join(by_name)}"
            )
    return {name: parameter.read(texts.get(name, ())) for name, parameter in by_name.items()}
