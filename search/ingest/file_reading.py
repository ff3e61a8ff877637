"""Reads one file: its bytes, its document, and the passages that are cut from it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..documents import Cutting, Document, File
from ..readers.cut_document import CutDocument
from ..text.passage_rules import PassageRules
from ..text.passage_words import cut
from .cutting_worker import CutOrder
from .sources import read_bytes

if TYPE_CHECKING:
    from ..protocols import Tokenizer
    from ..readers.limits import Reserve
    from ..readers.pool import ReaderPool


class FileReading:
    """Reads files with the processes of `pool`; `read` gives the bytes of one.

    With `cuts_in_workers`, those carry out a CutOrder; a tokenizer that has no file cuts in this
    process all the same.
    """

    def __init__(
        self,
        pool: ReaderPool,
        open_tokenizer: Callable[[], Tokenizer],
        rules: PassageRules,
        read: Callable[[File], bytes] = read_bytes,
        cuts_in_workers: bool = False,
    ) -> None:
        self.pool = pool
        self.open_tokenizer = open_tokenizer
        self.rules = rules
        self.read = read
        self.cuts_in_workers = cuts_in_workers

    def contents(self, file: File) -> tuple[bytes, str]:
        """The file's bytes, and their SHA-256 in hex. Raises FileNotFoundError and Unreadable."""
        data = self.read(file)
        return data, hashlib.sha256(data).hexdigest()

    def document(
        self, data: bytes, path: str, reserve: Reserve, uncut: bool = False
    ) -> Document | CutDocument:
        """The document in the file at `path`, cut already where the workers do that.

        With `uncut` it comes whole, and neither model nor tokenizer is needed. `reserve` is called
        with the bytes of memory that are about to be taken. Raises Unreadable.
        """
        cuts = self.cuts_in_workers and not uncut
        file = self.open_tokenizer().file if cuts else None
        if file is None:
            return self.pool.read(data, path, reserve)
        return self.pool.cut(data, path, CutOrder(file, self.rules).encoded(), reserve)

    def cutting(self, document: Document | CutDocument) -> Cutting:
        """The document's language, and its passages with their words."""
        if isinstance(document, CutDocument):
            return document.cutting()
        return cut(document, self.open_tokenizer(), self.rules)
