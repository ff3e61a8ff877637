"""Collections with known answers: questions, and the documents that answer each of them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote

from ..errors import UsageError
from ..private_files import make_private_folder

CORPUS, QUERIES = "corpus.jsonl", "queries.jsonl"
JUDGEMENTS = ("qrels.tsv", "qrels/test.tsv")
QUESTIONS = "questions.jsonl"
LAYOUTS = (
    f"a collection is a BEIR folder ({CORPUS}, {QUERIES}, {JUDGEMENTS[0]}), "
    f"a folder with {QUESTIONS}, or NAME.jsonl beside the folder NAME"
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question with the documents that answer it.

    `relevant` maps each document that answers, by its path below the collection's folder or by its
    BEIR id, to its grade; it is empty where no document answers. `answer` is the beginning of the
    answer's text, and `heading` is the heading above it; both are empty where the collection does
    not give them.
    """

    id: str
    text: str
    relevant: Mapping[str, int]
    answer: str = ""
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Collection:
    """Questions about the documents in a folder.

    `folder` holds the documents as files. Where it is None, `corpus` is the BEIR file from which
    they are written. `warnings` say which parts of the collection are left out.
    """

    name: str
    questions: tuple[Question, ...]
    folder: Path | None
    corpus: Path | None = None
    warnings: tuple[str, ...] = ()

    def write(self, target: Path) -> None:
        """Write the documents of a BEIR corpus as text files, with the title first.

        Raises UsageError for a line that holds no document or repeats an earlier one.
        """
        assert self.corpus is not None
        make_private_folder(target)
        written: set[str] = set()
        for row in _rows(self.corpus):
            id_, title, text = row.required("_id"), row.value("title").strip(), row.value("text")
            if "text" not in row.values:
                raise row.error("no text")
            name = file_of(id_)
            if name in written:
                raise row.error(f"document {id_} stands here a second time")
            written.add(name)
            content = text if not title or text.startswith(title) else f"{title}\n\n{text}"
            (target / name).write_text(content + "\n", encoding="utf-8")

    def document(self, path: str) -> str:
        """The name that the judgements use for the document in the file at `path` in the folder."""
        return path if self.corpus is None else unquote(path.removesuffix(".txt"))

    def missing_from(self, folder: Path) -> list[str]:
        """The documents that answer a question but are not among the files in `folder`."""
        names = dict.fromkeys(name for question in self.questions for name in question.relevant)
        return [
            name
            for name in names
            if name.startswith("/") or not (folder / self._file(name)).is_file()
        ]

    def _file(self, document: str) -> str:
        return document if self.corpus is None else file_of(document)


def open_collection(path: str | os.PathLike[str]) -> Collection:
    """The collection at a path. Raises UsageError where it is missing or damaged."""
    path = Path(path)
    try:
        if (path / CORPUS).is_file():
            return _beir(path)
        if (path / QUESTIONS).is_file():
            return Collection(path.name, tuple(_known_items(path / QUESTIONS)), path)
        if path.suffix == ".jsonl" and path.with_suffix("").is_dir():
            return Collection(path.stem, tuple(_known_items(path)), path.with_suffix(""))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}", LAYOUTS) from error
    raise UsageError(f"{path} holds no collection", LAYOUTS)


def file_of(document: str) -> str:
    """The file name of the BEIR document with that id.

    >>> file_of("MED-10"), file_of("a/b")
    ('MED-10.txt', 'a%2Fb.txt')
    """
    return document.replace("%", "%25").replace("/", "%2F") + ".txt"


def _beir(folder: Path) -> Collection:
    """The collection in a BEIR folder."""
    judgements = next((file for name in JUDGEMENTS if (file := folder / name).is_file()), None)
    if judgements is None:
        raise UsageError(f"{folder} has no {' or '.join(JUDGEMENTS)}", LAYOUTS)
    # Read the positive grades, by question and document.
    judged: dict[str, dict[str, int]] = {}
    for number, line in enumerate(judgements.read_text(encoding="utf-8").splitlines(), 1):
        try:
            question, document, grade = line.split("\t")
            value = int(float(grade))
        except ValueError as error:
            # The first line may be a header that names the columns.
            if number > 1 and line.strip():
                hint = "a line has a query's id, a document's and a grade, with tabs between them"
                raise UsageError(f"{judgements}, line {number}: {line[:80]!r}", hint) from error
            continue
        if value > 0:
            judged.setdefault(question, {})[document] = value
    # Join them with the texts of the questions.
    texts = {row.required("_id"): row.required("text") for row in _rows(folder / QUERIES)}
    unknown = [question for question in judged if question not in texts]
    warnings = (
        (f"{len(unknown):,} judged queries are not in {QUERIES}, such as {unknown[0]}",)
        if unknown
        else ()
    )
    questions = tuple(
        Question(id_, text, judged[id_]) for id_, text in texts.items() if id_ in judged
    )
    return Collection(folder.name, questions, None, folder / CORPUS, warnings)


def _known_items(file: Path) -> Iterator[Question]:
    """The questions of a known-item file: each has one document that answers it, or none."""
    for number, row in enumerate(_rows(file), 1):
        path, text = row.value("path"), row.required("query", "question")
        yield Question(
            str(number), text, {path: 1} if path else {}, row.value("answer"), row.value("heading")
        )


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of a JSONL file: its number from 1, and the fields of its JSON object."""

    file: Path
    line: int
    values: Mapping[str, object]

    def required(self, *names: str) -> str:
        """The first of the named fields that is not blank. Raises UsageError where all are."""
        found = next((value for name in names if (value := self.value(name)).strip()), None)
        if found is None:
            raise self.error(f"no {names[0]}")
        return found

    def value(self, name: str) -> str:
        """The text of the named field, empty where it is missing or null."""
        value = self.values.get(name)
        return "" if value is None else str(value)

    def error(self, message: str) -> UsageError:
        """An error about this line."""
        return UsageError(f"{self.file}, line {self.line}: {message}", LAYOUTS)


def _rows(file: Path) -> Iterator[_Row]:
    """The lines of a JSONL file that are not blank. Raises UsageError for one with no object."""
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            row = _Row(file, number, {})
            try:
                values = json.loads(line)
            except ValueError as error:
                raise row.error(f"not JSON: {error}") from error
            if not isinstance(values, dict):
                raise row.error("not a JSON object")
            yield replace(row, values=values)
