"""Deleting a model from the disk. Other models may share its files."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from ..errors import UsageError
from ..models.bundled import BUNDLED
from ..models.caches import REPOSITORY, CachedModel
from ..models.local import find
from ..models.packaged import packaged


def deletable(name: str, cache_folder: str | None = None) -> list[CachedModel]:
    """The model of that name in each place that has it.

    Raises UsageError where it belongs to docsearch or to another installed package, and where it is
    nowhere.
    """
    if name in BUNDLED:
        raise UsageError(
            f"{name} belongs to docsearch and stays with it",
            "only a model that you pulled or made can be deleted",
        )
    if model := packaged(name):
        raise UsageError(f"{name} belongs to the package {model.distribution}", model.removal)
    copies = find(name, cache_folder)
    if not copies:
        raise UsageError(f"there is no model {name} to delete", "see: docsearch models list")
    return copies


def remove(model: CachedModel) -> int:
    """Deletes a model from the disk, and returns the bytes that it took."""
    size = model.size_bytes
    if model.store.name.startswith(REPOSITORY):
        from huggingface_hub import scan_cache_dir

        # The hub's client knows which blobs several repositories share. Its plan also covers
        # commits of the same hash in other repositories, so it is reduced to this one.
        cache = scan_cache_dir(model.store.parent)
        owned = [repository for repository in cache.repos if repository.repo_path == model.store]
        deletion = cache.delete_revisions(
            *(commit.commit_hash for item in owned for commit in item.revisions)
        )
        nothing: frozenset[Path] = frozenset()
        repositories = frozenset(item.repo_path for item in owned)
        replace(
            deletion, repos=repositories, snapshots=nothing, refs=nothing, blobs=nothing
        ).execute()
        shutil.rmtree(model.store.parent / ".locks" / model.store.name, ignore_errors=True)
    if model.store.is_symlink():
        model.store.unlink()
    elif model.store.is_dir():
        shutil.rmtree(model.store)
    return size
