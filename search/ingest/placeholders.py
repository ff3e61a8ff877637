"""Recognises cloud placeholders: files and folders whose contents are online, not on this disk.

Opening most of them downloads the contents, so they are recognised by their names, flags and
attributes alone.
"""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import dataclass

SF_DATALESS = 0x4000_0000
"""The flag of macOS (`sys/stat.h`) on what iCloud Drive and other file providers keep online."""

ONLINE_ONLY = 0x1000 | 0x4_0000 | 0x40_0000
"""Windows' attributes OFFLINE, RECALL_ON_OPEN and RECALL_ON_DATA_ACCESS (`winnt.h`)."""

WINDOWS_XATTRS = ("user.cifs.dosattrib", "system.ntfs_attrib")
"""Under these names Linux gives Windows' attributes, on network drives and on disks with NTFS."""

SERVICE_XATTRS = {
    "com.dropbox.placeholder": "Dropbox",
    "user.nextcloud.hydrate_exec": "Nextcloud",
}
"""The extended attributes that a service sets on its placeholders only."""

ICLOUD = ".icloud"
"""Up to macOS 13, `.report.pdf.icloud` stands for the file `report.pdf` of iCloud Drive."""

SUFFIXES = {".nextcloud": "Nextcloud", ".owncloud": "ownCloud"}
"""A file of one byte called `report.pdf.nextcloud` stands for the file `report.pdf`."""

_STUB_ENDS = (ICLOUD, *SUFFIXES)


@dataclass(frozen=True, slots=True)
class Placeholder:
    """What stands for the contents of a file or folder.

    service: who keeps the contents. opening_downloads: true where opening it brings them.
    """

    service: str
    opening_downloads: bool


@dataclass(frozen=True, slots=True)
class Stub:
    """A file with a name of its own that stands for the file at `path`."""

    path: str
    placeholder: Placeholder


class CloudMarks:
    """What the system tells of a path beside its status. A stand-in in tests tells other things."""

    def flags(self, path: str, status: os.stat_result) -> int:
        """The file's flags on macOS and BSD; 0 elsewhere."""
        return int(getattr(status, "st_flags", 0))

    def windows_attributes(self, path: str, status: os.stat_result) -> int:
        """The file's attributes on Windows' file systems; 0 elsewhere."""
        attributes = getattr(status, "st_file_attributes", None)
        if attributes is not None:
            return int(attributes)
        values = (self.xattr(path, name) for name in WINDOWS_XATTRS)
        return next((int.from_bytes(value, sys.byteorder) for value in values if value), 0)

    def xattr(self, path: str, name: str) -> bytes | None:
        """The value of an extended attribute; None where the path has none of that name."""
        if sys.platform == "darwin":
            return _xattr_of_macos(path, name)
        try:
            return os.getxattr(path, name)
        except OSError:
            return None


SYSTEM_MARKS = CloudMarks()


def placeholder_at(
    path: str, status: os.stat_result, marks: CloudMarks = SYSTEM_MARKS
) -> Placeholder | None:
    """The placeholder that the file or folder `path` is; None where its contents are here."""
    if marks.flags(path, status) & SF_DATALESS:
        return Placeholder("the cloud", opening_downloads=True)
    # A placeholder takes less room than its size says, or has no contents to speak of. Only then
    # is the system asked for more, since that takes several calls.
    blocks = getattr(status, "st_blocks", 0)
    if stat.S_ISDIR(status.st_mode) or (status.st_size > 1 and blocks * 512 >= status.st_size):
        return None
    if marks.windows_attributes(path, status) & ONLINE_ONLY:
        return Placeholder("the cloud", opening_downloads=True)
    services = (
        service for name, service in SERVICE_XATTRS.items() if marks.xattr(path, name) is not None
    )
    service = next(services, None)
    return Placeholder(service, opening_downloads=False) if service else None


def stub_at(path: str, status: os.stat_result) -> Stub | None:
    """The stub that the file `path` is; None where the file stands for itself.

    A file beside which the file of the other name lies stands for itself.
    """
    if not path.endswith(_STUB_ENDS) or not stat.S_ISREG(status.st_mode):
        return None
    folder, name = os.path.split(path)
    if name.startswith(".") and name.endswith(ICLOUD) and len(name) > len(ICLOUD) + 1:
        original, service = name[1 : -len(ICLOUD)], "iCloud Drive"
    else:
        original, suffix = os.path.splitext(name)
        if suffix not in SUFFIXES or status.st_size > 1:
            return None
        service = SUFFIXES[suffix]
    original_path = os.path.join(folder, original)
    if os.path.lexists(original_path):
        return None
    return Stub(original_path, Placeholder(service, opening_downloads=False))


def stub_path_for(path: str) -> str | None:
    """The stub that may stand for the missing file `path`; None where there is none."""
    folder, name = os.path.split(path)
    names = (f".{name}{ICLOUD}", *(f"{name}{suffix}" for suffix in SUFFIXES))
    paths = (os.path.join(folder, stub_name) for stub_name in names)
    return next(filter(os.path.lexists, paths), None)


def _xattr_of_macos(path: str, name: str) -> bytes | None:
    """The value of an extended attribute on macOS, of which Python has no function."""
    import ctypes

    getxattr = ctypes.CDLL(None).getxattr
    getxattr.restype = ctypes.c_ssize_t
    getxattr.argtypes = [
        *(ctypes.c_char_p, ctypes.c_char_p, ctypes.c_void_p),
        *(ctypes.c_size_t, ctypes.c_uint32, ctypes.c_int),
    ]
    value = ctypes.create_string_buffer(4096)
    size = getxattr(os.fsencode(path), name.encode(), value, len(value), 0, 0)
    return None if size < 0 else value.raw[:size]
