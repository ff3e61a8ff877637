"""Reads a sample of the files of a first run, to tell in what language most of their text is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait

from ..documents import Document, File
from ..errors import Unreadable
from ..readers.limits import Reserve, no_limit
from ..readers.pool import WORKERS
from ..text.languages import language_of_document
from .incoming import ReadResult

MOST_FILES = 32
"""The most files of a sample, spread over all in the order of their reading."""

MAX_SIZE = 1_000_000
"""Bytes of a file above which it is not in a sample, unless there is no smaller one."""

SECONDS = 3.0
"""The most seconds that a run waits for its sample; what was read by then is the sample."""

MAX_CHARS = 20_000
"""Characters of a document that count at most, so that a long one does not decide alone."""


class Sample:
    """Some of the files that a run reads, read before the others.

    `read` reads one file, as `Intake.read` does. What it gave is kept for `take`, so that no file
    is read twice.
    """

    def __init__(self, files: Sequence[File], read: Callable[[File, Reserve], ReadResult]) -> None:
        executor = ThreadPoolExecutor(WORKERS, "sample")
        self._results = {file.path: executor.submit(read, file, no_limit) for file in _some(files)}
        executor.shutdown(wait=False)

    def language(self, seconds: float = SECONDS) -> str:
        """The language of the text, as `language_of_most` tells it.

        What still has to be read after so many seconds is left to the run.
        """
        done = wait(self._results.values(), seconds).done
        self._results = {
            path: future for path, future in self._results.items() if not future.cancel()
        }
        return language_of_most(map(_document, done))

    def take(self, path: str) -> ReadResult | None:
        """What the file held, or None where it is not in the sample; raises what `read` did.

        Later calls give None.
        """
        future = self._results.pop(path, None)
        return future.result() if future is not None else None


def language_of_most(documents: Iterable[Document | None]) -> str:
    """The ISO code of the language that most of the text is in, other than English.

    It is empty where at least half of the text is in English, and where no language is known.
    """
    lengths = Counter[str]()
    for document in documents:
        if document is not None and (language := language_of_document(document)):
            lengths[language] += min(len(document.text), MAX_CHARS)
    english = lengths.pop("en", 0)
    if english >= lengths.total():
        return ""
    return max(lengths, key=lengths.__getitem__)


def _some(files: Sequence[File]) -> Sequence[File]:
    small = [file for file in files if file.size <= MAX_SIZE] or files[:1]
    return small[:: -(-len(small) // MOST_FILES) or 1]


def _document(future: Future[ReadResult]) -> Document | None:
    try:
        document = future.result().document
    except (FileNotFoundError, Unreadable):
        # The run reports it when it comes to the file.
        return None
    return document if isinstance(document, Document) else None
