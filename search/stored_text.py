"""A document's text put together from its stored passages, without reading the file again."""

from __future__ import annotations

from collections.abc import Iterable

from .documents import Passage


def join_passages(passages: Iterable[Passage], start: int = 0, line: int = 1) -> tuple[str, tuple[int, ...]]:
    """The text from offset `start` in `line` on with every passage at its own offset and line, and the offsets at which pages start.

    Between passages there was only white space or markup; as many line ends and spaces stand in its place. Without pages there are no offsets;
    pages before the first passage start where it does.

    >>> join_passages([Passage(0, "# Title", (), None, 1, 1, 0, 7), Passage(1, "Body", ("Title",), None, 3, 3, 9, 13)])
    ('# Title\\n\\nBody', ())
    """
    parts: list[str] = []
    pages: list[int] = []
    position = start
    for passage in passages:
        gap = max(passage.char_start - position, 0)
        ends = min(max(passage.line_start - line, 0), gap)
        parts.append("\n" * ends + " " * (gap - ends))
        parts.append(passage.text[max(position - passage.char_start, 0) :])
        if passage.page is not None:
            pages.extend([passage.char_start] * (passage.page - len(pages)))
        if passage.char_end > position:
            position, line = passage.char_end, passage.line_end
    return "".join(parts), tuple(pages)
