"""Puts a document's text together from its stored passages, without reading the file again."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from ..documents import Passage
from ..errors import UsageError
from ..paths import spellings, within
from ..results import StoredPart, StoredText

if TYPE_CHECKING:
    from .catalog import Catalog
    from .entries import Entry
    from .store import Store


class StoredTexts:
    """The texts of an index's documents, found by any spelling of a document's path."""

    def __init__(self, catalog: Catalog, open_store: Callable[[], Store]) -> None:
        self.catalog = catalog
        self.open_store = open_store

    def known(self, path: str | os.PathLike[str]) -> str:
        """The spelling of a path by which the index knows it, or would know it."""
        names = spellings(path)
        roots = [root.path for root in self.catalog.roots()]
        return next(
            (name for name in names if name in roots or self.catalog.holds(name)),
            next((name for name in names if any(within(name, root) for root in roots)), names[0]),
        )

    def document(self, path: str | os.PathLike[str]) -> StoredText:
        """The whole text. Raises UsageError where the index does not hold the document."""
        entry = self._entry(path)
        passages = self.open_store().passages(entry.doc)
        if not passages:
            raise _absent(path)
        text, pages = join_passages(passages)
        return StoredText(entry.file.path, entry.kind, entry.title, text, pages)

    def part(
        self,
        path: str | os.PathLike[str],
        chars: tuple[int, int] | None,
        lines: tuple[int, int] | None,
    ) -> StoredPart:
        """The text of the passages that have any of the `chars` [start, end) and of the `lines`.

        Lines are 1-based and inclusive; None sets no limit. Raises as `document` does.
        """
        entry, store = self._entry(path), self.open_store()
        passages = store.passages(entry.doc, *(chars or (None, None)), *(lines or (None, None)))
        last = store.last_passage(entry.doc, entry.passages)
        # The part begins where its first passage does, or at the document's very beginning.
        char, line = (chars or (0, 0))[0], (lines or (1, 1))[0]
        if passages:
            first = passages[0]
            char, line = (0, 1) if first.ordinal == 0 else (first.char_start, first.line_start)
        text, pages = join_passages(passages, char, line)
        ends = (last.char_end, last.line_end, last.page or 0) if last else (0, 0, 0)
        return StoredPart(entry.file.path, entry.kind, entry.title, text, char, line, pages, *ends)

    def _entry(self, path: str | os.PathLike[str]) -> Entry:
        """The entry of a document of which the store may hold passages. Raises UsageError."""
        entry = self.catalog.entry(self.known(path))
        if entry is None or not entry.stored:
            raise _absent(path)
        return entry


def _absent(path: str | os.PathLike[str]) -> UsageError:
    name = os.fspath(path)
    hint = f"see why: docsearch check {shlex.quote(name)}"
    return UsageError(f"{name} is not in the index", hint)


def join_passages(
    passages: Iterable[Passage], start: int = 0, line: int = 1
) -> tuple[str, tuple[int, ...]]:
    """The text of passages, and the offsets at which its pages start.

    The text begins at offset `start` in line `line` of the document, and every passage stands at
    its own offset and line. Between passages there was only white space or markup: as many line
    ends and spaces take its place. Without pages there are no offsets; pages before the first
    passage start where it does.

    >>> title = Passage(0, "# Title", (), None, 1, 1, 0, 7)
    >>> body = Passage(1, "Body", ("Title",), None, 3, 3, 9, 13)
    >>> join_passages([title, body])
    ('# Title\\n\\nBody', ())
    """
    parts: list[str] = []
    pages: list[int] = []
    position = start
    for passage in passages:
        # Fill the gap before the passage.
        gap = max(passage.char_start - position, 0)
        line_ends = min(max(passage.line_start - line, 0), gap)
        parts.append("\n" * line_ends + " " * (gap - line_ends))
        # Passages overlap: take what the passage has beyond the text so far.
        parts.append(passage.text[max(position - passage.char_start, 0) :])
        if passage.page is not None:
            pages.extend([passage.char_start] * (passage.page - len(pages)))
        if passage.char_end > position:
            position, line = passage.char_end, passage.line_end
    return "".join(parts), tuple(pages)
