"""Deleting a model from the disk. Other models may share its files."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from ..models.caches import REPOSITORY, CachedModel


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
