"""Where the resident process is met, and how both sides know that they fit together.

This file is imported by every query, so it imports next to nothing.
"""

from __future__ import annotations

import json
import os
import stat
import zlib
from collections.abc import Mapping

from search import __version__

FOLDERS_AND_ZONE = (
    *("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"),
    *("HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "DOCSEARCH_MODELS", "TZ"),
)
"""The variables that the code reads from its own process, so both sides need the same values."""
STORES = (
    *("AWS_", "AZURE_", "GOOGLE_", "SSL_CERT_"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
)
"""What the names of variables begin with that tell how an object store is reached, and by whom."""
PER_COMMAND = ("DOCSEARCH_", "NO_COLOR", "TERM", "COLORTERM", "CLICOLOR", *STORES)
"""What the names of variables begin with that are handed over with each command."""
FOLDER_MODE = 0o700


class Address:
    """The socket of one user, one installation and one set of folders.

    `identity` names these three. The resident process sends it as its first line, and a command
    goes on only where the line is its own identity too. A Unix socket's path holds some 100 bytes,
    so the file is named by a checksum of the identity.
    """

    # No dataclass: its module takes longer to import than a query takes to be asked.
    __slots__ = ("folder", "identity")

    def __init__(self, folder: str, identity: str) -> None:
        self.folder = folder
        self.identity = identity

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Address:
        """The address in that environment."""
        package = os.path.dirname(os.path.abspath(__file__))
        # An installation that was replaced has the same version at times, but a newer folder.
        changed = os.stat(package).st_mtime_ns
        values = [environment.get(name) for name in FOLDERS_AND_ZONE]
        user = os.getuid()
        identity = json.dumps(["docsearch", __version__, package, changed, user, *values])
        runtime = environment.get("XDG_RUNTIME_DIR")
        if runtime:
            return cls(os.path.join(runtime, "docsearch"), identity)
        shared = environment.get("TMPDIR") or "/tmp"
        return cls(os.path.join(shared, f"docsearch-{user}"), identity)

    @property
    def socket(self) -> str:
        """The path of the socket."""
        return os.path.join(self.folder, f"{zlib.crc32(self.identity.encode()):08x}.socket")

    @property
    def is_taken(self) -> bool:
        """True where the resident process of this user may be behind the socket."""
        return self.is_private and os.path.exists(self.socket)

    @property
    def greeting(self) -> bytes:
        """The line that the resident process sends first."""
        return self.identity.encode() + b"\n"

    @property
    def is_private(self) -> bool:
        """True where the folder is a real one that nobody but this user can enter.

        In a shared folder such as /tmp another user may have made it first.
        """
        try:
            found = os.lstat(self.folder)
        except OSError:
            return False
        return (
            stat.S_ISDIR(found.st_mode)
            and found.st_uid == os.getuid()
            and stat.S_IMODE(found.st_mode) == FOLDER_MODE
        )
