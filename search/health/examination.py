"""All checks, in the order of their areas."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..config import state_folder
from ..errors import DocsearchError
from ..opened import Opened
from ..results import Check, CheckState
from ..storage.index_models import reranker_of, reranker_revision
from .backend_checks import backend_checks
from .disk_checks import disk_checks
from .index_checks import index_checks
from .model_checks import InstalledModels, UsedModel, model_checks
from .mounts import Mount, system_mounts
from .permission_checks import permission_checks

AREAS = ("index", "models", "disk", "backend", "permissions")


def examine(
    opened: Opened,
    backend: str,
    models: InstalledModels | None = None,
    mounts: Callable[[], tuple[Mount, ...]] = system_mounts,
) -> tuple[Check, ...]:
    """All checks of an index and of the machine. Nothing is written, and no lock is needed."""
    # A store has no disk and no permissions that this machine could look at.
    folder = None if opened.home.is_remote else opened.folder
    checks = [
        *index_checks(opened),
        *model_checks(_used_models(opened), models or InstalledModels()),
        *(disk_checks(folder, mounts()) if folder else ()),
        *backend_checks(backend),
        *permission_checks(folder, _roots(opened), _own_folders()),
    ]
    return tuple(sorted(checks, key=lambda check: AREAS.index(check.area)))


def _used_models(opened: Opened) -> tuple[UsedModel, ...]:
    """The models of the index; those of the starter where it has none, or cannot be opened."""
    try:
        record = opened.models
    except DocsearchError:
        record = None
    if record is None:
        return (UsedModel("embedder", "starter", "", CheckState.ERROR, ""),)
    reembed = "go back to those, or embed the documents anew: docsearch ingest --reembed"
    used = [
        UsedModel("embedder", record.embedder, record.revision, CheckState.ERROR, reembed),
    ]
    if name := reranker_of(record):
        known = reranker_revision(opened.catalog, name)
        accept = "if that is right, run: docsearch ingest"
        used.append(UsedModel("reranker", name, known, CheckState.WARNING, accept))
    return tuple(used)


def _roots(opened: Opened) -> tuple[str, ...]:
    try:
        return tuple(root.path for root in opened.catalog.roots())
    except DocsearchError:
        return ()


def _own_folders() -> tuple[Path, ...]:
    return (state_folder(),)
