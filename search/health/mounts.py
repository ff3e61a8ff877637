"""The file systems of this machine: where they are mounted, and of which kind they are."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_OCTAL = re.compile(r"\\([0-7]{3})")
_LISTED = re.compile(r".* on (?P<point>/.*) \((?P<kind>[^,)]+)")


@dataclass(frozen=True, slots=True)
class Mount:
    """A mounted file system, by its mount point and its kind, such as ext4, apfs or nfs."""

    point: str
    kind: str


def system_mounts() -> tuple[Mount, ...]:
    """The mounts of this machine; empty where the system does not tell them."""
    try:
        if sys.platform == "darwin":
            done = subprocess.run(["/sbin/mount"], capture_output=True, text=True, check=True)
            return listed(done.stdout)
        return from_mountinfo(Path("/proc/self/mountinfo").read_text(errors="surrogateescape"))
    except (OSError, subprocess.SubprocessError):
        return ()


def from_mountinfo(text: str) -> tuple[Mount, ...]:
    r"""The mounts in Linux's table, in order.

    >>> from_mountinfo(r"36 35 98:0 / /mnt/my\040disk rw - vfat /dev/sdb1 rw")
    (Mount(point='/mnt/my disk', kind='vfat'),)
    """
    mounts = []
    for line in text.splitlines():
        fields, _, about = line.partition(" - ")
        point = _OCTAL.sub(lambda match: chr(int(match[1], 8)), fields.split()[4])
        mounts.append(Mount(point, about.split()[0]))
    return tuple(mounts)


def listed(text: str) -> tuple[Mount, ...]:
    """The mounts that macOS's `mount` lists, in order.

    >>> listed("/dev/disk4s1 on /Volumes/STICK (msdos, local, nodev)")
    (Mount(point='/Volumes/STICK', kind='msdos'),)
    """
    matches = filter(None, map(_LISTED.match, text.splitlines()))
    return tuple(Mount(match["point"], match["kind"]) for match in matches)


def mount_under(path: str, mounts: Iterable[Mount]) -> Mount | None:
    """The mount that an absolute path lies on; None where none is known.

    Of several mounts at one point, the last one hides the others.
    """
    best: Mount | None = None
    for mount in mounts:
        holds = path == mount.point or path.startswith(mount.point.rstrip("/") + "/")
        if holds and (best is None or len(mount.point) >= len(best.point)):
            best = mount
    return best
