"""A package whose own code runs when one of its names is first asked for."""

from __future__ import annotations

import sys
import threading
from importlib import util
from types import ModuleType
from typing import Any


class LazyPackage(ModuleType):
    """A package whose submodules can be imported while its own code has not run.

    `importlib.util.LazyLoader` does not serve here: it runs the package's code at the import of a
    submodule.
    """

    def __getattr__(self, name: str) -> Any:
        # Python calls this for a name that the package does not have.
        _run(self)
        return super().__getattribute__(name)

    def __dir__(self) -> list[str]:
        _run(self)
        return sorted(self.__dict__)


_lock = threading.RLock()
_begun: set[str] = set()


def import_lazily(name: str) -> None:
    """Import the top-level package `name` without running its own code.

    Nothing happens where the package was imported already, or is not installed.
    """
    spec = None if name in sys.modules else util.find_spec(name)
    if spec is not None and spec.submodule_search_locations is not None:
        package = util.module_from_spec(spec)
        package.__class__ = LazyPackage
        sys.modules[name] = package


def _run(package: LazyPackage) -> None:
    """Run the package's own code, where it has not run and this thread is not running it."""
    # A thread that asks meanwhile waits here until the names are complete.
    with _lock:
        name = package.__name__
        if name in _begun:
            return
        spec = package.__spec__
        assert spec is not None and spec.loader is not None
        _begun.add(name)
        try:
            spec.loader.exec_module(package)
        except BaseException:
            # Whoever asks next meets the same error, and not a package without names.
            _begun.discard(name)
            raise
