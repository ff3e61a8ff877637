"""Imports LanceDB, which takes about a second, without a part that is never used."""

from __future__ import annotations

import os
import sys
import threading
from importlib import import_module
from typing import Any

from ..process_memory import share_one_heap
from .lazy_package import import_lazily

_importing = threading.Lock()


def preload() -> Any:
    """Import LanceDB and return it.

    A program may call this in a thread of its own, so that the import runs beside its other work.
    """
    with _importing:
        if "lancedb" not in sys.modules:
            # LanceDB tidies a table up in threads of its own, which would keep much of the memory.
            # glibc counts heaps once, so the switch comes before these threads.
            share_one_heap()
            # A third of the import's time goes into this package's REST clients, which an embedded
            # table never calls. LanceDB imports only the package's models.
            import_lazily("lance_namespace_urllib3_client")
            # LanceDB's log goes to stderr, which belongs to the user. What went wrong comes as an
            # exception. Who looks for a fault in LanceDB sets the variable.
            os.environ.setdefault("LANCEDB_LOG", "off")
        return import_module("lancedb")
