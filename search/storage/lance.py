"""Imports LanceDB, which takes about a second, without a part that is never used."""

from __future__ import annotations

import sys
import threading
from importlib import import_module, util
from typing import Any

_importing = threading.Lock()


def preload() -> Any:
    """Import LanceDB and return it.

    A program may call this in a thread of its own, so that the import runs beside its other work.
    """
    from importlib import metadata

    package = "lance_namespace_urllib3_client"
    with _importing:
        if "lancedb" in sys.modules or package in sys.modules:
            return import_module("lancedb")
        spec = util.find_spec(package)
        if spec is None or not metadata.version("lance-namespace-urllib3-client").startswith(
            "0.13."
        ):
            return import_module("lancedb")
        # A third of the import's time goes into that package's REST clients, which an embedded
        # table never calls. An unfilled module in its place still has the package's path, so its
        # models can be imported.
        sys.modules[package] = util.module_from_spec(spec)
        try:
            return import_module("lancedb")
        except ImportError:
            del sys.modules[package]
            return import_module("lancedb")
