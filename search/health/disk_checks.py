"""Checks of the disk that an index lies on."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from ..results import Check, CheckState
from ..storage.disk_use import folder_bytes
from .mounts import Mount, mount_under

AREA = "disk"
LEAST_ROOM = 100_000_000
"""The bytes that one batch, the catalogue's log and the list of words need at most, roughly."""

_WITHOUT_LINKS = ("vfat", "msdos", "msdosfs", "fat", "exfat")
_NETWORK = (
    *("nfs", "nfs4", "cifs", "smb3", "smbfs", "afpfs", "webdav", "9p", "ftp", "ceph"),
    *("fuse.sshfs", "fuse.rclone", "fuse.s3fs", "davfs", "fuse.davfs2"),
)
_ELSEWHERE = "keep the index on another disk with --index"


def disk_checks(folder: Path, mounts: tuple[Mount, ...]) -> Iterator[Check]:
    """The checks of the disk under an index folder, which may not exist yet."""
    existing = folder
    while not existing.exists() and existing != existing.parent:
        existing = existing.parent
    yield _room_check(folder, existing)
    yield from _kind_checks(mount_under(os.path.realpath(existing), mounts))
    yield _lock_check(existing)


def _room_check(folder: Path, existing: Path) -> Check:
    """Whether there is room to write the tables anew, as tidying up does."""
    needed = sum(map(folder_bytes, folder.glob("*.lance"))) + LEAST_ROOM
    free = shutil.disk_usage(existing).free
    text = f"{_size(free)} are free, and an ingest may need {_size(needed)} to tidy up"
    if free < needed:
        advice = f"free some space, or {_ELSEWHERE}"
        return Check(AREA, "room", CheckState.WARNING, text, advice)
    return Check(AREA, "room", CheckState.OK, text)


def _kind_checks(mount: Mount | None) -> Iterator[Check]:
    kind = mount.kind.lower() if mount else ""
    if mount is not None and kind in _WITHOUT_LINKS:
        text = f"{mount.point} is {mount.kind}, which has no hard links; the index needs them"
        yield Check(AREA, "file system", CheckState.ERROR, text, _ELSEWHERE)
    elif mount is not None and kind in _NETWORK:
        text = (
            f"{mount.point} is a network drive ({mount.kind}): locks and flushes "
            "may not reach its disk, and queries are slow"
        )
        yield Check(AREA, "file system", CheckState.WARNING, text, _ELSEWHERE)
    else:
        text = f"{mount.kind} at {mount.point}" if mount else "of a kind that the system hides"
        yield Check(AREA, "file system", CheckState.OK, text)


def _lock_check(existing: Path) -> Check:
    """Whether files can be locked: a folder is locked and released, which writes nothing."""
    try:
        descriptor = os.open(existing, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        finally:
            os.close(descriptor)
    except BlockingIOError:
        pass
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EPERM):
            text = f"{existing} may not be opened: {os.strerror(error.errno)}"
            return Check(AREA, "locks", CheckState.ERROR, text, "correct its permissions")
        text = f"{existing} cannot be locked: {os.strerror(error.errno or 0)}"
        return Check(AREA, "locks", CheckState.ERROR, text, _ELSEWHERE)
    return Check(AREA, "locks", CheckState.OK, "files can be locked")


def _size(count: int) -> str:
    return f"{count / 1e9:,.1f} GB" if count >= 1e9 else f"{count / 1e6:,.0f} MB"
