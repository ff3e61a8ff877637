"""Imports LanceDB: all of it for a writer, and for a reader the part that reads."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeVar

from ..lazy_package import import_lazily
from ..package_part import import_part
from ..process_memory import share_one_heap

_Result = TypeVar("_Result")

_importing = threading.Lock()

_USED = {
    "connect": (),
    "Session": (),
    "Connection": ("open_table",),
    "Table": ("checkout", "checkout_latest", "count_rows", "query", "schema", "version"),
    "Query": ("execute", "nearest_to", "nearest_to_text", "select_columns", "where"),
    "FTSQuery": ("execute", "limit", "select_columns", "where", "where_expr"),
    "VectorQuery": (
        *("column", "distance_type", "execute", "limit", "nprobes", "refine_factor"),
        *("select_columns", "where", "where_expr"),
    ),
    "expr_col": (),
    "expr_lit": (),
    "PyExpr": ("and_", "eq", "isin", "or_"),
}
"""What is used of LanceDB's compiled module: its names, and their methods."""


@dataclass(frozen=True, slots=True)
class Native:
    """LanceDB's compiled module, and a call that waits for one of its coroutines."""

    module: Any
    run: Callable[[Coroutine[Any, Any, Any]], Any]


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
            _silence()
        return import_module("lancedb")


def preload_native() -> Native | None:
    """Import the compiled part of LanceDB without its Python code, which takes four times as long.

    That code has clients of remote databases, and models of all that they send. The compiled module
    is not documented, so this gives None where it lacks anything that is used here; `preload` gives
    a LanceDB that can do the same. A program may call this in a thread of its own.
    """
    with _importing:
        try:
            share_one_heap()
            _silence()
            module = import_part("lancedb", "_lancedb")
            loop = import_part("lancedb", "background_loop").LOOP
        except (ImportError, AttributeError):
            return None
        import_module("pyarrow")
    return Native(module, loop.run) if is_usable(module) else None


@contextmanager
def preloading(load: Callable[[], object]) -> Iterator[None]:
    """A context in which another thread imports LanceDB, by `preload` or `preload_native`.

    An error or an interruption waits for that thread: a process that ends amid such an import
    aborts.
    """
    thread = threading.Thread(target=load, daemon=True)
    thread.start()
    try:
        yield
    except BaseException:
        thread.join()
        raise


def _silence() -> None:
    """Keep LanceDB's log off stderr, which belongs to the user.

    What went wrong comes as an exception. Who looks for a fault in LanceDB sets the variable.
    """
    os.environ.setdefault("LANCEDB_LOG", "off")


def is_usable(module: Any) -> bool:
    """Whether LanceDB's compiled module has all that is used of it."""
    return all(
        hasattr(module, name) and all(hasattr(getattr(module, name), method) for method in methods)
        for name, methods in _USED.items()
    )
