"""Search your own documents by meaning: the library behind `docsearch`.

>>> from search import Index  # doctest: +SKIP
>>> with Index.open("my-index") as index:  # doctest: +SKIP
...     index.ingest(["~/notes"])
...     index.query("how long is the notice period").hits[0].path
"""

from __future__ import annotations

from importlib import import_module

# As `typing` has it, whose import is a tenth of the time that a query needs here.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any

    from .async_index import AsyncIndex
    from .errors import DocsearchError
    from .index import Index
    from .ingest.scopes import RootRules
    from .results import (
        Check,
        CheckState,
        DocumentList,
        DryRun,
        FolderSize,
        Hit,
        IndexModels,
        IngestReport,
        NothingRead,
        Picture,
        Planned,
        Progress,
        QueryResult,
        RecentDocument,
        Scores,
        Status,
        StoredPart,
        StoredText,
        Transfer,
        Verdict,
    )
    from .storage.filters import Filter
    from .supply.model_choice import ModelChoice

__version__ = "0.1.0"

_HOMES = {
    "AsyncIndex": "async_index",
    "Check": "results",
    "CheckState": "results",
    "DocumentList": "results",
    "DocsearchError": "errors",
    "DryRun": "results",
    "Filter": "storage.filters",
    "FolderSize": "results",
    "Hit": "results",
    "Index": "index",
    "IndexModels": "results",
    "IngestReport": "results",
    "ModelChoice": "supply.model_choice",
    "NothingRead": "results",
    "Picture": "results",
    "Planned": "results",
    "Progress": "results",
    "QueryResult": "results",
    "RecentDocument": "results",
    "RootRules": "ingest.scopes",
    "Scores": "results",
    "Status": "results",
    "StoredPart": "results",
    "StoredText": "results",
    "Transfer": "results",
    "Verdict": "results",
}

__all__ = [
    "AsyncIndex",
    "Check",
    "CheckState",
    "DocsearchError",
    "DocumentList",
    "DryRun",
    "Filter",
    "FolderSize",
    "Hit",
    "Index",
    "IndexModels",
    "IngestReport",
    "ModelChoice",
    "NothingRead",
    "Picture",
    "Planned",
    "Progress",
    "QueryResult",
    "RecentDocument",
    "RootRules",
    "Scores",
    "Status",
    "StoredPart",
    "StoredText",
    "Transfer",
    "Verdict",
]


def __getattr__(name: str) -> Any:
    """Import a public name at its first use, because `docsearch --version` needs none of them."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
