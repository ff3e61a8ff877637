"""Imports LanceDB, which takes about a second, without a part that is never used."""

from __future__ import annotations

import sys
import threading
from importlib import import_module
from typing import Any

from .lazy_package import import_lazily

_importing = threading.Lock()


def preload() -> Any:
    """Import LanceDB and return it.

    A program may call this in a thread of its own, so that the import runs beside its other work.
    """
    with _importing:
        if "lancedb" not in sys.modules:
            # A third of the import's time goes into this package's REST clients, which an embedded
            # table never calls. LanceDB imports only the package's models.
            import_lazily("lance_namespace_urllib3_client")
        return import_module("lancedb")
