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
        heading = f"Attachment: {name}"
        if self.count > MAX_ATTACHMENTS:
            self.page.add(f"{heading} (not read: there are more than {MAX_ATTACHMENTS})", "paragraph")
            return
        try:
            document = self.enclosed(data, name)
        except Unreadable as error:
            self.page.add(f"{heading} ({error.message})", "paragraph")
            return
        self.page.heading(heading, level)
        self.page.include(document.text, document.blocks, level)
