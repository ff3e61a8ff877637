"""What is attached to a document: read as the file that it is, under its name."""

from __future__ import annotations

from collections.abc import Callable

from ..documents import Document
from ..errors import Unreadable
from .assembly import Assembly

MAX_ATTACHMENTS = 200
"""Attachments of one document that are read; further ones are named only."""


class Attachments:
    """Puts the attachments of one document to `page`; `enclosed` reads a file by its name."""

    def __init__(self, page: Assembly, enclosed: Callable[[bytes, str], Document]) -> None:
        self.page = page
        self.enclosed = enclosed
        self.count = 0

    def add(self, name: str, data: bytes, level: int) -> None:
        """An attachment under a heading of that level; where it cannot be read, its name and why."""
        self.count += 1
        if self.count > MAX_ATTACHMENTS:
            self.refuse(name, f"not read: there are more than {MAX_ATTACHMENTS}")
            return
        try:
            document = self.enclosed(data, name)
        except Unreadable as error:
            # what follows is what to do with a file of its own
            self.refuse(name, error.message.partition(";")[0])
            return
        self.page.heading(f"Attachment: {name}", level)
        self.page.include(document.text, document.blocks, level)

    def refuse(self, name: str, why: str) -> None:
        """An attachment that is not read is named all the same."""
        self.page.add(f"Attachment: {name} ({why})", "paragraph")
