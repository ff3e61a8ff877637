"""Reads files, cuts them into passages, and passes those on to be embedded.

A file is known by its contents: identical files share their vectors, and a file whose contents did
not change is not cut again.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from ..documents import CutPassage, File
from ..errors import Unreadable
from ..storage.catalog import Catalog
from ..storage.entries import Entry, EntryState, doc_id
from ..text.passage_words import PassageWords
from .file_reading import FileReading
from .incoming import Incoming, ReadResult, described, incoming
from .reuse import ReusableVectors
from .setting_aside import set_aside
from .tally import Tally

if TYPE_CHECKING:
    from ..documents import Vectors
    from ..readers.limits import Reserve
    from ..storage.writable_store import WritableStore


class Intake:
    """Reads files, and records in the catalogue those that need no embedding.

    `clock` gives nanoseconds since the epoch.
    """

    def __init__(
        self,
        reading: FileReading,
        catalog: Catalog,
        open_store: Callable[[], WritableStore],
        tally: Tally,
        clock: Callable[[], int],
    ) -> None:
        self.reading = reading
        self.catalog = catalog
        self.open_store = open_store
        self.tally = tally
        self.clock = clock

    def read(self, file: File, reuse: bool, reserve: Reserve, uncut: bool = False) -> ReadResult:
        """What the file holds; with `reuse`, no document is made of contents that are known.

        With `uncut`, the document comes whole, and neither model nor tokenizer is needed.
        `reserve` is called with the bytes of memory that are about to be taken. Any thread may call
        this, ahead of `passages`: it looks into the catalogue and changes nothing. Raises
        FileNotFoundError and Unreadable.
        """
        reserve(file.size)
        read_ns = self.clock()
        data, content = self.reading.contents(file)
        if reuse:
            previous = self.catalog.entry(file.path)
            if _has_content(previous, content) or self._twin(file, content) is not None:
                return ReadResult(read_ns, content, None, data)
        document = self.reading.document(data, file.path, reserve, uncut)
        return ReadResult(read_ns, content, document, b"")

    def passages(
        self, file: File, reuse: bool, get_result: Callable[[], ReadResult], reserve: Reserve
    ) -> Iterator[Incoming]:
        """The passages of one file; a file that cannot be read gives none and is recorded.

        `get_result` returns or raises what `read` does. `reserve` is that of `read`. Several files
        may be in work at once, each a part at a time. Without `reuse` the file is read and cut
        even where its contents are known; a passage whose text is the same keeps its vector.
        """
        previous = self.catalog.entry(file.path)
        try:
            yield from self._take(file, previous, reuse, get_result(), reserve)
        except FileNotFoundError:
            # The file was deleted after the walk: the next run finds it gone.
            pass
        except Unreadable as error:
            set_aside(
                *(self.catalog, self.open_store, self.tally, file, previous),
                *(error.reason, error.message, self.clock()),
            )
        self.tally.files_read += 1
        self.tally.bytes_read += file.size
        self.tally.bytes_open.pop(file.path, None)

    def _take(
        self,
        file: File,
        previous: Entry | None,
        reuse: bool,
        result: ReadResult,
        reserve: Reserve,
    ) -> Iterator[Incoming]:
        # The contents are those of the last run: only the entry changes.
        if reuse and previous is not None and _has_content(previous, result.content):
            self.catalog.put([replace(previous, file=file, ingested_ns=result.read_ns)])
            self.tally.touched += previous.state is EntryState.COMPLETE
            return
        # Another document has these contents: its passages and vectors are copied.
        entry = Entry(file, doc_id(file.path), result.content, ingested_ns=result.read_ns)
        if reuse and (twin := self._twin(file, result.content)) is not None:
            self.tally.copied += 1
            title = _title_at(file.path, twin)
            entry = replace(
                entry,
                kind=twin.kind,
                title=title,
                tokens=twin.tokens,
                message=twin.message,
                language=twin.language,
            )
            messages = tuple(self.catalog.messages.of(twin.doc))
            # The words hold the file's name, which is another one.
            words = PassageWords(file.path, title, messages, twin.language)
            copies = (
                (CutPassage(row.passage, words.of(row.passage)), row.vector)
                for row in self.open_store().rows(twin.doc)
            )
            labels = self.catalog.page_labels.of(twin.doc)
            for item in incoming(entry, self._counted(file, copies), messages):
                yield replace(item, page_labels=labels) if item.last else item
            return
        # The contents are new, or those of a document that has changed since the file was read.
        document = result.document or self.reading.document(result.data, file.path, reserve)
        if previous is None:
            self.tally.added += 1
        else:
            self.tally.changed += 1
        self.tally.warnings += [(file.path, warning) for warning in document.warnings]
        cutting = self.reading.cutting(document)
        entry = described(entry, document, cutting.language)
        self.tally.languages[entry.language] += 1
        # Passages whose text is the same as before get their vectors from the store.
        was_stored = previous is not None and previous.stored
        previous_rows = self.open_store().rows(entry.doc) if was_stored else ()
        reusable = ReusableVectors(previous_rows, self.reading.open_tokenizer())
        looked_up = ((passage, reusable.look_up(passage.passage)) for passage in cutting.passages)
        for item in incoming(entry, self._counted(file, looked_up), document.messages):
            if item.last:
                counted = replace(item.entry, tokens=reusable.tokens)
                yield replace(item, entry=counted, page_labels=document.page_labels)
            else:
                yield item

    def _counted(
        self, file: File, passages: Iterable[tuple[CutPassage, Vectors | None]]
    ) -> Iterator[tuple[CutPassage, Vectors | None]]:
        """The same passages, which the tally counts as they come."""
        length = 0
        for passage, vector in passages:
            self.tally.passages_read += 1
            # A large file takes minutes; the length of its passages tells about how far it is.
            length += len(passage.passage.text)
            self.tally.bytes_open[file.path] = min(length, file.size)
            yield passage, vector

    def _twin(self, file: File, content: str) -> Entry | None:
        """A whole document with the same contents, read by the same reader."""
        twin = self.catalog.same_content(content)
        same_suffix = (
            twin is not None
            and os.path.splitext(twin.file.path)[1] == os.path.splitext(file.path)[1]
        )
        return twin if same_suffix else None


def _has_content(entry: Entry | None, content: str) -> bool:
    """True where the entry's file was read to its end and had the same contents."""
    return entry is not None and entry.whole and entry.content == content


def _title_at(path: str, twin: Entry) -> str:
    """The title of a file at `path` with the contents of `twin`.

    A title that was the twin's file name, with or without its suffix, becomes that of `path`.
    """
    twin_name, own_name = (
        os.fsencode(os.path.basename(name)).decode("utf-8", "replace")
        for name in (twin.file.path, path)
    )
    names = {
        twin_name: own_name,
        os.path.splitext(twin_name)[0]: os.path.splitext(own_name)[0],
    }
    return names.get(twin.title, twin.title)
