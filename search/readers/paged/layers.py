"""The layers of a PDF, which its viewer can switch on and off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .objects import identity, listed, resolved


class Layers:
    """Knows which layers are off when the file is opened; `root` is the PDF's catalogue."""

    def __init__(self, root: Any) -> None:
        try:
            self._off = frozenset(_layers_off(root))
        except MemoryError:
            raise
        except Exception:
            # On a malformed file, pypdf raises nearly every type of exception. All layers then
            # count as shown.
            self._off = frozenset()

    def __bool__(self) -> bool:
        return bool(self._off)

    def is_off(self, layer: Any) -> bool:
        """True for a layer, or a rule on layers, that is not shown when the file is opened."""
        group = resolved(layer)
        if not self._off or not isinstance(group, dict):
            return False
        if group.get("/Type") != "/OCMD":
            return identity(layer) in self._off
        stated = group.get("/OCGs")
        members = resolved(stated)
        layers = members if isinstance(members, list) else [stated]
        off = [identity(member) in self._off for member in layers if member is not None]
        policy = group.get("/P", "/AnyOn")
        return bool(off) and {
            "/AllOn": any(off),
            "/AnyOff": not any(off),
            "/AllOff": not all(off),
        }.get(str(policy), all(off))


def _layers_off(root: Any) -> Iterator[int]:
    """The layers that are off when the file is opened, by `identity`."""
    layers = resolved(root.get("/OCProperties"))
    default = resolved(layers.get("/D")) if isinstance(layers, dict) else None
    if not isinstance(default, dict):
        return
    on = {identity(layer) for layer in listed(default.get("/ON"))}
    if default.get("/BaseState") == "/OFF":
        yield from {identity(layer) for layer in listed(layers.get("/OCGs"))} - on
    yield from map(identity, listed(default.get("/OFF")))
