"""The import of LanceDB, which takes about a second: started early, and without a part that is never used."""

from __future__ import annotations

import sys
import threading
from importlib import import_module, util
from typing import Any

_importing = threading.Lock()


def preload() -> Any:
    """Import LanceDB, which takes about a second, and return it; a command line may do so beside its other work."""
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
        # A third of the import goes into that package's REST clients, which an embedded table never calls: its models
        # are imported from a bare module in its place.
        sys.modules[package] = util.module_from_spec(spec)
        try:
            return import_module("lancedb")
        except ImportError:
            del sys.modules[package]
            return import_module("lancedb")
