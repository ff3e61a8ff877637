"""Parts of documents that were read lately, kept so that they are shown again at once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

from search.results import StoredPart

CACHED_CHARS = 8_000_000
"""Characters of documents that are kept at most, but for the newest part."""


class PartCache:
    """The parts read last, by document and block. Several threads may use it at once."""

    def __init__(self, max_chars: int = CACHED_CHARS) -> None:
        self._max_chars = max_chars
        self._turn = threading.Lock()
        self._parts: OrderedDict[tuple[str, int], StoredPart] = OrderedDict()

    def part(self, path: str, block: int, read: Callable[[], StoredPart]) -> StoredPart:
        """The part of that block, read where it is not kept; other threads do not wait for that."""
        with self._turn:
            kept = self._parts.get((path, block))
            parts = self._parts
        if kept is not None:
            return kept
        part = read()
        with self._turn:
            # A part that was asked for before `clear` goes into the old parts, which nobody uses.
            parts[path, block] = part
            chars = sum(len(each.text) for each in parts.values())
            while len(parts) > 1 and chars > self._max_chars:
                _, oldest = parts.popitem(last=False)
                chars -= len(oldest.text)
        return part

    def clear(self) -> None:
        """Forget all parts: the documents may have changed."""
        with self._turn:
            self._parts = OrderedDict()
