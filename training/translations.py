"""Queries and passages in many languages, made by rules from manuals and their translations.

The rows are those of passages.jsonl.xz and queries.jsonl.xz, and the pools are one a language.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from search.text.sentences import sentences

from .manuals import Section

OFTEN = frozenset({"libreoffice"})
MOST_OFTEN = 6000
"""So many sections of a manual that has many: the others would hardly count beside them."""
LANGUAGES = 6
"""The translations of a section that become passages, drawn by chance."""
SAME_HEADING, OTHER_HEADING, SAME_SENTENCE, OTHER_SENTENCE = 0.5, 0.35, 0.25, 0.35
"""How often a passage gets a query of each kind.

The query is its heading, or one of its sentences, in its own language or in another one.
"""
SENTENCE = range(30, 220)
"""The characters of a sentence that becomes a query."""
ALIKE = 0.6
"""A text that shares so many of its words with the English one is not translated."""


@dataclass
class Rows:
    """The rows of both files."""

    passages: list[dict[str, Any]] = field(default_factory=list)
    queries: list[dict[str, Any]] = field(default_factory=list)


def rows_of(found: Iterable[Section], seed: int = 1) -> Rows:
    """The rows of all sections; equal seeds give equal rows."""
    draw = random.Random(seed)
    rows, documents = Rows(), dict[tuple[str, str], int]()
    for versions in _chosen(_translated(found), draw):
        for section in draw.sample(versions, min(LANGUAGES, len(versions))):
            others = [other for other in versions if other.language != section.language]
            number = documents.setdefault((section.manual, section.page), len(documents))
            for text, kind, cut in _queries(section, others, draw):
                rows.queries.append(
                    {"q": text, "p": len(rows.passages), "k": kind, "u": 0, "r": cut}
                )
            rows.passages.append(
                {
                    "s": f"manuals-{section.language}",
                    "d": number,
                    "t": " > ".join(dict.fromkeys((section.title, section.heading))),
                    "x": section.text,
                }
            )
    return rows


def _translated(found: Iterable[Section]) -> list[list[Section]]:
    """The versions of each section, one a language, without those that are not translated."""
    versions: dict[tuple[str, str, int, int], dict[str, Section]] = {}
    for section in found:
        versions.setdefault(section.key, {}).setdefault(section.language, section)
    return [
        [
            section
            for language, section in of_key.items()
            if language == "en" or not _is_alike(section, of_key.get("en"))
        ]
        for of_key in versions.values()
    ]


def _is_alike(section: Section, english: Section | None) -> bool:
    words = set(section.text.split())
    return english is not None and len(words & set(english.text.split())) > ALIKE * len(words)


def _chosen(groups: list[list[Section]], draw: random.Random) -> list[list[Section]]:
    """The groups in random order, without most of those of manuals that have many."""
    often = 0
    chosen = []
    for versions in draw.sample(groups, len(groups)):
        if versions and versions[0].manual in OFTEN:
            often += 1
        if versions and (versions[0].manual not in OFTEN or often <= MOST_OFTEN):
            chosen.append(versions)
    return chosen


def _queries(
    section: Section, others: list[Section], draw: random.Random
) -> Iterator[tuple[str, str, tuple[int, int] | None]]:
    """The queries of a passage: text, kind, and the range of the passage that it was made from."""
    if draw.random() < SAME_HEADING:
        yield section.heading, "heading", None
    if draw.random() < SAME_SENTENCE and (cut := _sentence(section, draw)):
        yield section.text[slice(*cut)], "fragment", cut
    if others and draw.random() < OTHER_HEADING:
        yield draw.choice(others).heading, "heading", None
    if others and draw.random() < OTHER_SENTENCE:
        other = draw.choice(others)
        if cut := _sentence(other, draw):
            yield other.text[slice(*cut)], "claim", None


def _sentence(section: Section, draw: random.Random) -> tuple[int, int] | None:
    """The range of one of the section's sentences, None where none has a fitting length."""
    fitting = [
        (start, end) for start, end in sentences(section.text, "") if end - start in SENTENCE
    ]
    return draw.choice(fitting) if fitting else None
