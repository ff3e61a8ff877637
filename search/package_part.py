"""Imports a module of a package whose own code has not run."""

from __future__ import annotations

import sys
from importlib import import_module, util
from importlib.machinery import PathFinder
from types import ModuleType


def import_part(package: str, part: str) -> ModuleType:
    """The module `part` of the top-level package `package`.

    The package itself is not imported, so the part must import nothing of it but further parts that
    are there already. Whoever imports the package later gets all of it, with this very part. Only
    `package.part` as an attribute is missing then, because Python sets it where it loads a part.
    Raises ImportError where there is no such package or part, and what its code raises.
    """
    name = f"{package}.{part}"
    if package in sys.modules or name in sys.modules:
        return sys.modules.get(name) or import_module(name)
    found = util.find_spec(package)
    places = found.submodule_search_locations if found is not None else None
    spec = PathFinder.find_spec(name, places) if places is not None else None
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    module = util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
