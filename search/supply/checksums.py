"""Whether a model's files hold the right bytes.

Their checksums are the names of the blobs in the hub's cache, or the lines of SHA256SUMS.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

SUMS = "SHA256SUMS"
CHUNK_BYTES = 1 << 20
SHA256 = re.compile(r"[0-9a-f]{64}")
GIT_BLOB = re.compile(r"[0-9a-f]{40}")


def is_checksum(text: str) -> bool:
    """Whether `text` is a checksum by which the hub names files: a SHA-256 or a git blob's id."""
    return bool(SHA256.fullmatch(text) or GIT_BLOB.fullmatch(text))


def matches(path: Path, checksum: str) -> bool:
    """Whether the file's content has that SHA-256 or that git blob id.

    A git blob id is the SHA-1 over `blob SIZE`, a NUL and the content.
    """
    is_blob = GIT_BLOB.fullmatch(checksum)
    digest = hashlib.sha1(usedforsecurity=False) if is_blob else hashlib.sha256()
    if is_blob:
        digest.update(f"blob {path.stat().st_size}\0".encode())
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest() == checksum


def wrong_files(folder: Path) -> list[str]:
    """The names of the files below `folder` that are missing or differ from their checksums.

    Every byte is read. A file without a checksum is left out.
    """
    checksums = _listed(folder / SUMS)
    for top, _, names in os.walk(folder):
        for path in (Path(top, name) for name in names):
            if path.is_symlink() and is_checksum(blob := Path(os.readlink(path)).name):
                checksums[str(path.relative_to(folder))] = blob
    return sorted(
        name for name, checksum in checksums.items() if not _is_right(folder / name, checksum)
    )


def write_sums(folder: Path) -> None:
    """Writes SHA256SUMS, in the form of `sha256sum`, for all other files below `folder`."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != SUMS)
    lines = [f"{_sha256(path)}  {path.relative_to(folder).as_posix()}\n" for path in files]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


def _is_right(path: Path, checksum: str) -> bool:
    return path.is_file() and matches(path, checksum)


def _listed(sums: Path) -> dict[str, str]:
    """The checksum of each file that SHA256SUMS lists; none where it does not exist."""
    if not sums.is_file():
        return {}
    lines = sums.read_text(encoding="utf-8", errors="replace").splitlines()
    pairs = [line.split(maxsplit=1) for line in lines]
    return {
        pair[1].lstrip("*"): pair[0] for pair in pairs if len(pair) == 2 and is_checksum(pair[0])
    }


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
