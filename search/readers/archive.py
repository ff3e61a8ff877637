"""A ZIP file of parts, which is how office files and electronic books are stored.

It is read in memory, and each part's size is checked before the part is inflated.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import unquote

from ..documents import Reason
from ..errors import Unreadable

if TYPE_CHECKING:
    from zipfile import ZipFile, ZipInfo

MAX_INFLATED = 200_000_000
"""Bytes that all parts read from one file may inflate to together."""

MAX_RATIO = 250
"""Bytes that a part may inflate to for each compressed byte.

Large sheets come to 50; deflate can reach 1,032.
"""

SMALL = 4_000_000
"""A part that inflates to at most this many bytes may have any ratio."""

CHUNK = 1 << 18


class Archive:
    """The parts of a ZIP file, by name; nothing is ever written to the disk.

    Raises Unreadable where `data` is not a whole ZIP file.
    """

    def __init__(self, data: bytes) -> None:
        from zipfile import BadZipFile, ZipFile

        try:
            self._zip: ZipFile = ZipFile(BytesIO(data))
        except (BadZipFile, ValueError, OverflowError) as error:
            raise Unreadable(
                Reason.CORRUPT, "the file is an incomplete or damaged ZIP archive"
            ) from error
        self._infos: dict[str, ZipInfo] = {
            info.filename: info for info in self._zip.infolist() if not info.is_dir()
        }
        self._by_lower = {name.lower(): name for name in self._infos}
        self._inflated = 0

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all parts, in the file's order."""
        return tuple(self._infos)

    def find(self, name: str) -> str | None:
        """The exact name of the part meant by `name`, or None where the file has no such part.

        Some writers change the case of names in references.
        """
        return name if name in self._infos else self._by_lower.get(name.lower())

    def read(self, name: str) -> bytes:
        """The contents of a part.

        Raises Unreadable where the part is missing, damaged, encrypted or too large.
        """
        return b"".join(self.chunks(name))

    def chunks(self, name: str) -> Iterator[bytes]:
        """The contents of a part, piece by piece. Raises as `read` does."""
        from zipfile import BadZipFile
        from zlib import error as ZlibError

        try:
            with self._open(name) as part:
                while piece := part.read(CHUNK):
                    yield piece
        except (BadZipFile, ZlibError, EOFError, OSError, ValueError, NotImplementedError) as error:
            raise Unreadable(Reason.CORRUPT, f"its part {name} is damaged: {error}") from error

    def _open(self, name: str) -> BinaryIO:
        """A part's contents as a stream, once its flags and its size have been checked."""
        info = self._infos.get(self.find(name) or "")
        if info is None:
            raise Unreadable(Reason.CORRUPT, f"its part {name} is missing")
        if info.flag_bits & 1:
            raise Unreadable(Reason.ENCRYPTED, "the file needs a password")
        self._inflated += info.file_size
        # `zipfile` yields no more bytes than the directory states, whatever the data inflates to.
        if self._inflated > MAX_INFLATED:
            raise Unreadable(
                Reason.TOO_LARGE,
                f"it inflates to more than {MAX_INFLATED // 1_000_000} MB "
                f"(its part {name} alone to {info.file_size // 1_000_000} MB)",
            )
        if info.file_size > max(SMALL, MAX_RATIO * info.compress_size):
            raise Unreadable(
                Reason.TOO_LARGE,
                f"its part {name} inflates to {info.file_size // 1_000_000} MB of nearly nothing",
            )
        return self._zip.open(info)  # type: ignore[return-value]


def part_name(base: str, target: str) -> str:
    """The name of the part that a reference in the part `base` points to, without its fragment.

    >>> part_name("OEBPS/c.opf", "text/b%20two.xhtml#start")
    'OEBPS/text/b two.xhtml'
    >>> part_name("ppt/slides/slide1.xml", "../notes.xml")
    'ppt/notes.xml'
    >>> part_name("word/document.xml", "/docProps/core.xml")
    'docProps/core.xml'
    """
    target = unquote(target.partition("#")[0])
    return normpath(target if target.startswith("/") else join(dirname(base), target)).lstrip("/")
