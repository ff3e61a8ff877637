"""Collections with known answers: questions, and which documents answer each."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import UsageError

CORPUS, QUERIES, JUDGEMENTS, KNOWN = "corpus.jsonl", "queries.jsonl", "qrels.tsv", "questions.jsonl"
LAYOUTS = f"a collection is a BEIR folder ({CORPUS}, {QUERIES}, {JUDGEMENTS}), a folder with {KNOWN}, or NAME.jsonl beside the folder NAME"


@dataclass(frozen=True, slots=True)
class Question:
    """`relevant` gives the grade of each document that answers, by its path below the collection's folder; empty where nothing does.

    answer: the beginning of the answer's text, heading: what it stands under; empty where the collection does not say.
    """

    id: str
    text: str
    relevant: Mapping[str, int]
    answer: str = ""
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Collection:
    """`folder` holds the documents as files; where it is None, `corpus` is the BEIR file that they are written from."""

    name: str
    questions: tuple[Question, ...]
    folder: Path | None
    corpus: Path | None = None

    def write(self, target: Path) -> None:
        """Write the documents of a BEIR corpus as text files, title first, each named as `relevant` names it."""
        assert self.corpus is not None
        target.mkdir(parents=True, exist_ok=True)
        for row in _rows(self.corpus):
            title, text = str(row.get("title") or "").strip(), str(row["text"])
            whole = text if not title or text.startswith(title) else f"{title}\n\n{text}"
            (target / file_of(str(row["_id"]))).write_text(whole + "\n", encoding="utf-8")


def open_collection(path: str | os.PathLike[str]) -> Collection:
    """The collection at a path. Raises UsageError where there is none, or it is damaged."""
    place = Path(path)
    try:
        if (place / CORPUS).is_file():
            return _beir(place)
        if (place / KNOWN).is_file():
            return Collection(place.name, tuple(_known(place / KNOWN)), place)
        if place.suffix == ".jsonl" and place.with_suffix("").is_dir():
            return Collection(place.stem, tuple(_known(place)), place.with_suffix(""))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{place} is a damaged collection: {type(error).__name__}: {error}", LAYOUTS) from error
    raise UsageError(f"{place} holds no collection", LAYOUTS)


def file_of(document: str) -> str:
    """The file name of a BEIR document.

    >>> file_of("MED-10"), file_of("a/b")
    ('MED-10.txt', 'a%2Fb.txt')
    """
    return document.replace("%", "%25").replace("/", "%2F") + ".txt"


def _beir(folder: Path) -> Collection:
    judged: dict[str, dict[str, int]] = {}
    for line in (folder / JUDGEMENTS).read_text(encoding="utf-8").splitlines()[1:]:
        question, document, grade = line.split("\t")
        if int(grade) > 0:
            judged.setdefault(question, {})[file_of(document)] = int(grade)
    asked = ((str(row["_id"]), str(row["text"])) for row in _rows(folder / QUERIES))
    questions = tuple(Question(number, text, judged[number]) for number, text in asked if number in judged)
    return Collection(folder.name, questions, None, folder / CORPUS)


def _known(file: Path) -> Iterator[Question]:
    for number, row in enumerate(_rows(file), 1):
        path = row.get("path")
        yield Question(
            str(number),
            str(row["query"] if "query" in row else row["question"]),
            {path: 1} if path else {},
            row.get("answer") or "",
            row.get("heading") or "",
        )


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())
