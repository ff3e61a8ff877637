"""Deleting a model from the disk, where other models may share its files."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from ..models.caches import REPOSITORY, CachedModel


def remove(model: CachedModel) -> int:
    """Deletes a model from the disk; returns the bytes that it took."""
    size = model.size_bytes
    if model.store.name.startswith(REPOSITORY):
        from huggingface_hub import scan_cache_dir

        # the client knows which blobs are shared between repositories; a commit of the same name elsewhere is not meant
        cache = scan_cache_dir(model.store.parent)
        owned = [repository for repository in cache.repos if repository.repo_path == model.store]
        everywhere = cache.delete_revisions(
            *(commit.commit_hash for item in owned for commit in item.revisions)
        )
        nothing: frozenset[Path] = frozenset()
        here = frozenset(item.repo_path for item in owned)
        replace(everywhere, repos=here, snapshots=nothing, refs=nothing, blobs=nothing).execute()
        shutil.rmtree(model.store.parent / ".locks" / model.store.name, ignore_errors=True)
    if model.store.is_symlink():
        model.store.unlink()
    elif model.store.is_dir():
        shutil.rmtree(model.store)
    return size
