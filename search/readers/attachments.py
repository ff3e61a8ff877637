"""Attachments: each is read by the reader of its own format, under its own name."""

from __future__ import annotations

from collections.abc import Callable

from ..documents import Document
from ..errors import Unreadable
from .assembly import Assembly

MAX_ATTACHMENTS = 200
"""Attachments of one document that are read; for further ones only the name is kept."""


class Attachments:
    """Adds the attachments of one document to `page`; `enclosed` reads a file by its name."""

    def __init__(self, page: Assembly, enclosed: Callable[[bytes, str], Document]) -> None:
        self.page = page
        self.enclosed = enclosed
        self.count = 0

    def add(self, name: str, data: bytes, level: int) -> None:
        """Add an attachment under a heading of that level, or its name and why it is not read."""
        self.count += 1
        if self.count > MAX_ATTACHMENTS:
            self.refuse(name, f"not read: there are more than {MAX_ATTACHMENTS}")
            return
        try:
            document = self.enclosed(data, name)
        except Unreadable as error:
            # The words after the semicolon are advice on a separate file, not on an attachment.
            self.refuse(name, error.message.partition(";")[0])
            return
        self.page.heading(f"Attachment: {name}", level)
        self.page.include(document.text, document.blocks, level)

    def refuse(self, name: str, reason: str) -> None:
        """Add only the name of an attachment that is not read, and the reason."""
        self.page.add(f"Attachment: {name} ({reason})", "paragraph")
