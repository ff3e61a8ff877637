"""Whether a file that is not there was deleted, or lies on a disk that is not here."""

from __future__ import annotations

from ..documents import File
from ..paths import mount_of, nearest
from ..storage.entries import Root
from ..urls import is_url


def is_on_absent_disk(file: File, root: Root) -> bool:
    """Whether the disk of the file, or of its whole root, is not mounted now.

    A disk that holds the root lies under another mount point while it is away. One below the root
    does where its file has the root's own.
    """
    if is_url(root.path):
        return False
    if mount_of(nearest(root.path)) != root.mount:
        return True
    return file.mounted and mount_of(nearest(file.path)) == root.mount
