"""Reads files, cuts them into passages, and passes those on to be embedded.

A file is known by its contents: identical files share their vectors, and a file whose contents did
not change is not cut again.
"""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from ..documents import CutPassage, Document, File, Message, Reason, Skip
from ..errors import Unreadable
from ..readers.cut_document import CutDocument
from ..storage.catalog import Catalog
from ..storage.entries import Entry, EntryState, doc_id
from ..text.passage_rules import PassageRules
from ..text.passage_words import PassageWords, cut
from .cutting_worker import CutOrder
from .incoming import Incoming, ReadResult
from .removal import take_out
from .reuse import ReusableVectors
from .sources import read_bytes
from .tally import Tally

if TYPE_CHECKING:
    from ..documents import Vectors
    from ..protocols import Tokenizer
    from ..readers.limits import Reserve
    from ..readers.pool import ReaderPool
    from ..storage.store import Store


class Intake:
    """Reads files, and records in the catalogue those that need no embedding.

    `clock` gives nanoseconds since the epoch, and `contents` a file's bytes as `read_bytes` does.
    With `cuts_in_workers`, the pool's workers carry out a CutOrder; a tokenizer that has no file
    cuts in this process all the same.
    """

    def __init__(
        self,
        pool: ReaderPool,
        catalog: Catalog,
        open_store: Callable[[], Store],
        open_tokenizer: Callable[[], Tokenizer],
        rules: PassageRules,
        tally: Tally,
        clock: Callable[[], int],
        contents: Callable[[File], bytes] = read_bytes,
        cuts_in_workers: bool = False,
    ) -> None:
        self.pool = pool
        self.catalog = catalog
        self.open_store = open_store
        self.open_tokenizer = open_tokenizer
        self.rules = rules
        self.tally = tally
        self.clock = clock
        self.contents = contents
        self.cuts_in_workers = cuts_in_workers

    def read(self, file: File, reuse: bool, reserve: Reserve, uncut: bool = False) -> ReadResult:
        """What the file holds; with `reuse`, no document is made of contents that are known.

        With `uncut`, the document comes whole, and neither model nor tokenizer is needed.
        `reserve` is called with the bytes of memory that are about to be taken. Any thread may call
        this, ahead of `passages`: it looks into the catalogue and changes nothing. Raises
        FileNotFoundError and Unreadable.
        """
        reserve(file.size)
        read_ns = self.clock()
        data = self.contents(file)
        content = hashlib.sha256(data).hexdigest()
        if reuse:
            previous = self.catalog.entry(file.path)
            if _has_content(previous, content) or self._twin(file, content) is not None:
                return ReadResult(read_ns, content, None, data)
        return ReadResult(read_ns, content, self._document(data, file.path, reserve, uncut), b"")

    def _document(
        self, data: bytes, path: str, reserve: Reserve, uncut: bool = False
    ) -> Document | CutDocument:
        """The document, cut already where the workers of this run do that."""
        cuts = self.cuts_in_workers and not uncut
        file = self.open_tokenizer().file if cuts else None
        if file is None:
            return self.pool.read(data, path, reserve)
        return self.pool.cut(data, path, CutOrder(file, self.rules).encoded(), reserve)

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
            self._set_aside(file, previous, error)
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
            for item in self._incoming(entry, copies, messages):
                yield replace(item, page_labels=labels) if item.last else item
            return
        # The contents are new, or those of a document that has changed since the file was read.
        document = result.document or self._document(result.data, file.path, reserve)
        if previous is None:
            self.tally.added += 1
        else:
            self.tally.changed += 1
        self.tally.warnings += [(file.path, warning) for warning in document.warnings]
        tokenizer = self.open_tokenizer()
        cutting = (
            document.cutting()
            if isinstance(document, CutDocument)
            else cut(document, tokenizer, self.rules)
        )
        entry = replace(
            entry,
            kind=document.kind,
            title=document.title,
            message="; ".join(document.warnings),
            language=cutting.language,
        )
        self.tally.languages[entry.language] += 1
        # Passages whose text is the same as before get their vectors from the store.
        was_stored = previous is not None and previous.stored
        previous_rows = self.open_store().rows(entry.doc) if was_stored else ()
        reusable = ReusableVectors(previous_rows, tokenizer)
        looked_up = ((passage, reusable.look_up(passage.passage)) for passage in cutting.passages)
        for item in self._incoming(entry, looked_up, document.messages):
            if item.last:
                counted = replace(item.entry, tokens=reusable.tokens)
                yield replace(item, entry=counted, page_labels=document.page_labels)
            else:
                yield item

    def _twin(self, file: File, content: str) -> Entry | None:
        """A whole document with the same contents, read by the same reader."""
        twin = self.catalog.same_content(content)
        same_suffix = (
            twin is not None
            and os.path.splitext(twin.file.path)[1] == os.path.splitext(file.path)[1]
        )
        return twin if same_suffix else None

    def _incoming(
        self,
        entry: Entry,
        passages: Iterable[tuple[CutPassage, Vectors | None]],
        messages: Iterable[Message],
    ) -> Iterator[Incoming]:
        """The document's passages, each with its message; the last one completes the entry.

        One passage is held back, because only the last one can tell how many there are.
        """
        count = length = 0
        pending = Incoming(entry, None, "", None, None, last=False)
        following = deque(messages)
        for cut_passage, vector in passages:
            if pending.passage is not None:
                yield pending
            passage, terms = cut_passage.passage, cut_passage.terms
            # The passage belongs to the last message that starts at or before it.
            message = pending.message
            while following and following[0].start <= passage.char_start:
                message = following.popleft()
            pending = Incoming(entry, passage, terms, vector, message, last=False)
            count += 1
            self.tally.passages_read += 1
            # A large file takes minutes; the length of its passages tells about how far it is.
            length += len(passage.text)
            self.tally.bytes_open[entry.file.path] = min(length, entry.file.size)
        yield replace(
            pending, entry=replace(entry, passages=count, state=EntryState.COMPLETE), last=True
        )

    def _set_aside(self, file: File, previous: Entry | None, error: Unreadable) -> None:
        """Record a file that gives no document.

        A file that should be readable keeps its last complete version; any other leaves the index.
        A file that became a cloud placeholder stays what it was, so that it is read once it is
        here.
        """
        if error.reason is Reason.NOT_DOWNLOADED:
            self.tally.skipped.append(Skip(file.path, error.reason, error.message))
            return
        entry = Entry(file, doc_id(file.path))
        if previous is not None and previous.stored:
            if error.reason.failed and previous.state is not EntryState.PENDING:
                entry = replace(previous, file=file)
            else:
                take_out(self.catalog, self.open_store, [previous])
                self.tally.removed += previous.passages > 0
        # The passages that such a file keeps may still wait for their vectors.
        waits = entry.state is EntryState.WORDS
        failed = EntryState.WORDS if waits else EntryState.FAILED
        state = failed if error.reason.failed else EntryState.SKIPPED
        self.catalog.put(
            [
                replace(
                    entry,
                    state=state,
                    reason=error.reason,
                    message=error.message,
                    ingested_ns=self.clock(),
                )
            ]
        )
        skips = self.tally.failed if error.reason.failed else self.tally.skipped
        skips.append(Skip(file.path, error.reason, error.message))


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
