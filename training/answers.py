"""Questions on sections of which the sentences that answer are known, as the product reads them."""

from __future__ import annotations

import json
import lzma
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from search.documents import Block, Document, Passage
from search.protocols import Tokenizer
from search.text.passages import PassageRules, headed_text, split
from search.text.sentences import sentences

KIND = "markdown"
Ranges = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with a passage.

    text: what a reranker reads, with the trail of headings. sentences: their ranges of characters
    in it, without headings. answers: whether each answers; none does where the passage was taken
    from another section.
    """

    question: str
    title: str
    text: str
    sentences: Ranges
    answers: tuple[bool, ...]


def read(path: Path, tokenizer: Tokenizer) -> list[Asked]:
    """The questions of a file, each with the first passage of its section that answers.

    A line of the xz file is an object with `question`, `title`, `section`, its `sentences`, and
    `answers`, the numbers of those that answer.
    """
    return [asked(row, row, tokenizer) for row in _rows(path)]


def elsewhere(path: Path, tokenizer: Tokenizer, seed: int) -> list[Asked]:
    """The questions of a file, each with the beginning of another section that does not answer.

    The section is one of the same article where the file has one.
    """
    rows, draw = _rows(path), random.Random(seed)
    sections: dict[str, dict[str, dict[str, Any]]] = {}
    for row in rows:
        sections.setdefault(row["title"], {}).setdefault(row["section"], row)
    found = []
    for row in rows:
        others = [
            other for name, other in sections[row["title"]].items() if name != row["section"]
        ] or [other for other in rows if other["title"] != row["title"]]
        found.append(asked(row, {**draw.choice(others), "answers": []}, tokenizer))
    return found


def asked(question: Mapping[str, Any], section: Mapping[str, Any], tokenizer: Tokenizer) -> Asked:
    """A question with a passage of a section: the first one that answers, or the first one."""
    document, answers = _document(section)
    passages = list(split(document, tokenizer, PassageRules()))
    passage = next(
        (each for each in passages if any(_holds(each, answer) for answer in answers)), passages[0]
    )
    text = headed_text(passage)
    shift = len(text) - len(passage.text)
    ranges = [
        (start, end)
        for start, end in sentences(passage.text, KIND)
        if not passage.text.startswith("#", start)
    ]
    offset = passage.char_start
    return Asked(
        question["question"],
        question["title"],
        text,
        tuple((start + shift, end + shift) for start, end in ranges),
        tuple(
            any(start + offset < last and first < end + offset for first, last in answers)
            for start, end in ranges
        ),
    )


def _document(section: Mapping[str, Any]) -> tuple[Document, list[tuple[int, int]]]:
    """A section below its article's title, and the ranges of the sentences that answer."""
    headings = ((1, section["title"]), (2, section["section"]))
    text, blocks = "", []
    for level, heading in headings:
        line = f"{'#' * level} {heading}"
        blocks.append(Block(len(text), len(text) + len(line), "heading", level, heading))
        text += f"{line}\n\n"
    ranges, start = [], len(text)
    for sentence in section["sentences"]:
        text += " " * (len(text) > start)
        words = " ".join(sentence.split())
        ranges.append((len(text), len(text) + len(words)))
        text += words
    blocks.append(Block(start, len(text), "paragraph"))
    document = Document("section.md", KIND, section["title"], text, tuple(blocks))
    return document, [ranges[number] for number in section["answers"]]


def _holds(passage: Passage, answer: tuple[int, int]) -> bool:
    return passage.char_start <= answer[0] and answer[1] <= passage.char_end


def _rows(path: Path) -> Sequence[dict[str, Any]]:
    with lzma.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]
