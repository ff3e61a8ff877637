"""Collections with known answers: questions, and which documents answer each."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote

from ..errors import UsageError
from ..private_files import make_private_folder

CORPUS, QUERIES, KNOWN = "corpus.jsonl", "queries.jsonl", "questions.jsonl"
JUDGEMENTS = ("qrels.tsv", "qrels/test.tsv")
LAYOUTS = f"a collection is a BEIR folder ({CORPUS}, {QUERIES}, {JUDGEMENTS[0]}), a folder with {KNOWN}, or NAME.jsonl beside the folder NAME"


@dataclass(frozen=True, slots=True)
class Question:
    """`relevant` gives the grade of each document that answers, by its path below the collection's folder or its id; empty where nothing does.

    answer: the beginning of the answer's text, heading: what it stands under; empty where the collection does not say.
    """

    id: str
    text: str
    relevant: Mapping[str, int]
    answer: str = ""
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Collection:
    """`folder` holds the documents as files; where it is None, `corpus` is the BEIR file that they are written from.

    `warnings` say what of the collection is left out.
    """

    name: str
    questions: tuple[Question, ...]
    folder: Path | None
    corpus: Path | None = None
    warnings: tuple[str, ...] = ()

    def write(self, target: Path) -> None:
        """Write the documents of a BEIR corpus as text files, title first. Raises UsageError for a line that is none."""
        assert self.corpus is not None
        make_private_folder(target)
        written: set[str] = set()
        for row in _rows(self.corpus):
            name, title, text = (
                file_of(row.word("_id")),
                row.words("title").strip(),
                row.words("text"),
            )
            if "text" not in row.values:
                raise row.error("no text")
            if name in written:
                raise row.error(f"a second document {row.word('_id')}")
            written.add(name)
            whole = text if not title or text.startswith(title) else f"{title}\n\n{text}"
            (target / name).write_text(whole + "\n", encoding="utf-8")

    def document(self, path: str) -> str:
        """What judgements call the document in the file at `path` below the folder."""
        return path if self.corpus is None else unquote(path.removesuffix(".txt"))

    def lacking(self, folder: Path) -> list[str]:
        """The documents that answer a question and are not among the files in `folder`."""
        names = dict.fromkeys(name for question in self.questions for name in question.relevant)
        return [
            name
            for name in names
            if name.startswith("/") or not (folder / self._file(name)).is_file()
        ]

    def _file(self, document: str) -> str:
        return document if self.corpus is None else file_of(document)


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
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{place} cannot be read: {error}", LAYOUTS) from error
    raise UsageError(f"{place} holds no collection", LAYOUTS)


def file_of(document: str) -> str:
    """The file name of a BEIR document.

    >>> file_of("MED-10"), file_of("a/b")
    ('MED-10.txt', 'a%2Fb.txt')
    """
    return document.replace("%", "%25").replace("/", "%2F") + ".txt"


def _beir(folder: Path) -> Collection:
    judgements = next((file for name in JUDGEMENTS if (file := folder / name).is_file()), None)
    if judgements is None:
        raise UsageError(f"{folder} has no {' or '.join(JUDGEMENTS)}", LAYOUTS)
    judged: dict[str, dict[str, int]] = {}
    for number, line in enumerate(judgements.read_text(encoding="utf-8").splitlines(), 1):
        try:
            question, document, grade = line.split("\t")
            value = int(float(grade))
        except ValueError as error:
            # The first line names the columns, or is missing.
            if number > 1 and line.strip():
                wanted = "a line has a query's id, a document's and a grade, with tabs between them"
                raise UsageError(f"{judgements}, line {number}: {line[:80]!r}", wanted) from error
            continue
        if value > 0:
            judged.setdefault(question, {})[document] = value
    asked = {row.word("_id"): row.word("text") for row in _rows(folder / QUERIES)}
    unknown = [number for number in judged if number not in asked]
    warnings = (
        (f"{len(unknown):,} judged queries are not in {QUERIES}, such as {unknown[0]}",)
        if unknown
        else ()
    )
    questions = tuple(
        Question(number, text, judged[number]) for number, text in asked.items() if number in judged
    )
    return Collection(folder.name, questions, None, folder / CORPUS, warnings)


def _known(file: Path) -> Iterator[Question]:
    for number, row in enumerate(_rows(file), 1):
        path, text = row.words("path"), row.word("query", "question")
        yield Question(
            str(number), text, {path: 1} if path else {}, row.words("answer"), row.words("heading")
        )


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of a file, as an object."""

    file: Path
    line: int
    values: Mapping[str, object]

    def word(self, *names: str) -> str:
        """The first of these values that is there. Raises UsageError for an empty one, and where there is none."""
        found = next((words for name in names if (words := self.words(name)).strip()), None)
        if found is None:
            raise self.error(f"no {names[0]}")
        return found

    def words(self, name: str) -> str:
        """The value of that name, empty where it is missing or null."""
        value = self.values.get(name)
        return "" if value is None else str(value)

    def error(self, what: str) -> UsageError:
        """What is wrong in this line."""
        return UsageError(f"{self.file}, line {self.line}: {what}", LAYOUTS)


def _rows(file: Path) -> Iterator[_Row]:
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            row = _Row(file, number, {})
            try:
                values = json.loads(line)
            except ValueError as error:
                raise row.error(f"no JSON: {error}") from error
            if not isinstance(values, dict):
                raise row.error("no JSON object")
            yield replace(row, values=values)
