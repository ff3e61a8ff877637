"""Objects inside an OpenDocument file: charts, formulas, and documents of their own."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from ...errors import Unreadable
from .. import xml_events
from ..archive import Archive, part_name
from ..flow import Stretch
from ..left_out import LeftOut, Part
from .embedded import MAX_EMBEDDED, Embedded

BODY = re.compile(rb"<office:(text|presentation|spreadsheet|drawing|chart)[\s/>]")
_FORMULA = re.compile(rb"<(?:\w+:)?math[\s>]")
_SPACE = re.compile(r"\s+")

ReadObject = Callable[[bytes, bytes], list[Stretch]]
"""Reads the contents of an object, whose body has that element."""


class Objects:
    """Reads the objects of one file. `read` reads one that is OpenDocument itself.

    `archive` is None for a flat file. Objects inside objects are not read; what is not read is
    counted in `left_out`.
    """

    def __init__(
        self,
        archive: Archive | None,
        left_out: LeftOut,
        embedded: Embedded,
        read: ReadObject | None,
    ) -> None:
        self.archive = archive
        self.left_out = left_out
        self.embedded = embedded
        self.read = read
        self.seen: set[str] = set()

    def stretches(self, link: str) -> list[Stretch]:
        """The text of the object that a link names; a second link to it gives nothing."""
        name = part_name("content.xml", link)
        if name in self.seen:
            return []
        self.seen.add(name)
        found: list[Stretch] | None = None
        if self.archive is not None and len(self.seen) <= MAX_EMBEDDED:
            content = self.archive.find(f"{name}/content.xml")
            whole = self.archive.find(name)
            try:
                if content is not None:
                    found = self._contents(self.archive.read(content))
                elif whole is not None:
                    return self.embedded.part(self.archive, whole)
            except Unreadable:
                found = None
        if found is None:
            self.left_out.add(Part.FILE)
        return found or []

    def _contents(self, content: bytes) -> list[Stretch] | None:
        """The text of an object's contents; None where it is of an unknown kind."""
        body = BODY.search(content)
        if body is not None and self.read is not None:
            # The headings of an object are none of the document's own.
            return [
                replace(stretch, kind="paragraph", level=0) if stretch.level else stretch
                for stretch in self.read(content, body[1])
            ]
        if _FORMULA.search(content[:4_096]) is None:
            return None
        words: list[str] = []
        xml_events.parse([content], {}, words.append, ("annotation",))
        formula = _SPACE.sub(" ", "".join(words)).strip()
        return [Stretch("paragraph", formula)] if formula else []
