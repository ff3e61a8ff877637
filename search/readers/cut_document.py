"""A document that a worker process has cut into passages, as messages and as its parent has it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any, Self

from ..documents import CutPassage, Cutting, Document, Message, Passage

PART = 64
"""The passages that come in one message."""


@dataclass(frozen=True, slots=True)
class CutDocument:
    """A document without its text and blocks; its fields are those of `Document`.

    `parts` holds its passages as they came, which takes less memory than the passages themselves.
    """

    kind: str
    title: str
    warnings: tuple[str, ...]
    messages: tuple[Message, ...]
    page_labels: tuple[str, ...]
    language: str
    parts: tuple[bytes, ...]

    @classmethod
    def received(cls, head: dict[str, Any], parts: Sequence[bytes]) -> Self:
        """The document whose worker sent a `head` and `parts`."""
        return cls(
            head["kind"],
            head["title"],
            tuple(head["warnings"]),
            tuple(Message(**message) for message in head["messages"]),
            tuple(head["page_labels"]),
            head["language"],
            tuple(parts),
        )

    @property
    def memory(self) -> int:
        """About the bytes of memory that it holds."""
        return sum(map(len, self.parts))

    def cutting(self) -> Cutting:
        """Its language, and its passages with their words."""
        return Cutting(self.language, self.passages())

    def passages(self) -> Iterator[CutPassage]:
        """Its passages in order with their words; one part is unpacked at a time."""
        for part in self.parts:
            for terms, ordinal, text, headings, *others in json.loads(part):
                yield CutPassage(Passage(ordinal, text, tuple(headings), *others), terms)


def head_of(document: Document, language: str) -> dict[str, Any]:
    """What a CutDocument keeps of a document besides its passages."""
    return {
        "kind": document.kind,
        "title": document.title,
        "warnings": document.warnings,
        "messages": [asdict(message) for message in document.messages],
        "page_labels": document.page_labels,
        "language": language,
    }


def parts_of(passages: Iterable[CutPassage]) -> Iterator[bytes]:
    """The passages as messages of a worker: each a JSON array of at most PART passages."""
    remaining = iter(passages)
    while part := list(islice(remaining, PART)):
        yield encoded([_values(cut) for cut in part])


def encoded(value: object) -> bytes:
    """A value as JSON. Lone surrogates of a title or a heading are kept."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _values(cut: CutPassage) -> list[object]:
    passage = cut.passage
    return [
        *(cut.terms, passage.ordinal, passage.text, passage.headings, passage.page),
        *(passage.line_start, passage.line_end, passage.char_start, passage.char_end),
        *(passage.section, passage.opening),
    ]
