"""Attachments: each is read by the reader of its own format, under its own name."""

from __future__ import annotations

from collections.abc import Callable

from ..documents import Document
from ..errors import Unreadable
from .assembly import Assembly
from .left_out import LeftOut, Part

MAX_ATTACHMENTS = 200
"""Attachments of one document that are read; for further ones only the name is kept."""

MAX_TOLD = 20
"""Attachments whose own warnings are told."""


class Attachments:
    """Adds the attachments of one document to `page`; `enclosed` reads a file by its name.

    What is not read is counted in `left_out`.
    """

    def __init__(
        self,
        page: Assembly,
        enclosed: Callable[[bytes, str], Document],
        left_out: LeftOut | None = None,
    ) -> None:
        self.page = page
        self.enclosed = enclosed
        self.left_out = left_out or LeftOut()
        self.count = 0
        self._told: list[str] = []
        self._untold = 0

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
        self.tell(f"attachment {name}", document.warnings)

    def tell(self, name: str, warnings: tuple[str, ...]) -> None:
        """Note what a part that is read leaves out."""
        if len(self._told) < MAX_TOLD:
            self._told += [f"{name}: {warning}" for warning in warnings]
        else:
            self._untold += bool(warnings)

    def refuse(self, name: str, reason: str) -> None:
        """Add only the name of an attachment that is not read, and the reason."""
        self.left_out.add(Part.ATTACHMENT, reason=reason)
        self.page.add(f"Attachment: {name} ({reason})", "paragraph")

    def warnings(self) -> tuple[str, ...]:
        """What the attachments that were read leave out, each in a sentence."""
        more = f"{self._untold:,} more texts or attachments have parts that are left out"
        return (*self._told, *([more] if self._untold else []))
