"""Files become incoming passages: each file read and cut, and known by its content, so that identical files share their vectors."""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..documents import Document, File, Message, Passage, Skip
from ..errors import Unreadable
from ..storage.catalog import Catalog
from ..storage.entries import Entry, EntryState, doc_id
from ..text.passages import PassageRules, split
from .file_bytes import read_bytes
from .removal import take_out
from .reuse import Earlier
from .tally import Tally

if TYPE_CHECKING:
    from ..documents import Vectors
    from ..protocols import Tokenizer
    from ..readers.pool import ReaderPool
    from ..storage.store import Store


@dataclass(frozen=True, slots=True)
class Incoming:
    """A passage on its way into the store, with its vector where it is known already.

    `entry` is complete on the document's last passage, which also has what the document calls its pages; `passage` is None where a document has
    none.
    """

    entry: Entry
    passage: Passage | None
    vector: Vectors | None
    message: Message | None
    last: bool
    page_labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What a file held at the time `read_ns`: the hex SHA-256 of its contents, and its document or else the contents themselves.

    There is no document where it seems not to be needed, as one with the same contents is known.
    """

    read_ns: int
    content: str
    document: Document | None
    data: bytes


class Intake:
    """Reads files and settles in the catalogue what needs no embedding. `clock` gives nanoseconds since the epoch."""

    def __init__(
        self,
        pool: ReaderPool,
        catalog: Catalog,
        open_store: Callable[[], Store],
        open_tokenizer: Callable[[], Tokenizer],
        rules: PassageRules,
        tally: Tally,
        clock: Callable[[], int],
    ) -> None:
        self.pool = pool
        self.catalog = catalog
        self.open_store = open_store
        self.open_tokenizer = open_tokenizer
        self.rules = rules
        self.tally = tally
        self.clock = clock

    def find(self, file: File, reuse: bool) -> Found:
        """What the file holds. For any thread, ahead of `passages`: it looks into the catalogue and changes nothing.

        Raises FileNotFoundError and Unreadable.
        """
        read_ns = self.clock()
        data = read_bytes(file)
        content = hashlib.sha256(data).hexdigest()
        if reuse:
            before = self.catalog.entry(file.path)
            if _is_same(before, content) or self._twin(file, content) is not None:
                return Found(read_ns, content, None, data)
        return Found(read_ns, content, self.pool.read(data, file.path), b"")

    def passages(self, file: File, reuse: bool, found: Callable[[], Found]) -> Iterator[Incoming]:
        """The passages of one file; a bad file gives none and is recorded. `found` gives what `find` gives or raises what it raises.

        Without `reuse` the file is read and cut also where its contents are known; what says the same as before keeps its vector.
        """
        before = self.catalog.entry(file.path)
        try:
            yield from self._take(file, before, reuse, found())
        except FileNotFoundError:
            # It was deleted after the walk: the next run finds it gone.
            pass
        except Unreadable as error:
            self._set_aside(file, before, error)
        self.tally.files_read += 1
        self.tally.bytes_read += file.size
        self.tally.bytes_open = 0

    def _take(
        self, file: File, before: Entry | None, reuse: bool, found: Found
    ) -> Iterator[Incoming]:
        if reuse and before is not None and _is_same(before, found.content):
            self.catalog.put([replace(before, file=file, ingested_ns=found.read_ns)])
            self.tally.touched += 1
            return
        entry = Entry(file, doc_id(file.path), found.content, ingested_ns=found.read_ns)
        if reuse and (twin := self._twin(file, found.content)) is not None:
            self.tally.copied += 1
            title = _title_at(file.path, twin)
            entry = replace(
                entry, kind=twin.kind, title=title, tokens=twin.tokens, message=twin.message
            )
            rows = ((row.passage, row.vector) for row in self.open_store().rows(twin.doc))
            labels = self.catalog.page_labels.of(twin.doc)
            for item in self._incoming(entry, rows, self.catalog.messages.of(twin.doc)):
                yield replace(item, page_labels=labels) if item.last else item
            return
        # A twin that was there when the file was found may have changed since.
        document = found.document or self.pool.read(found.data, file.path)
        if before is None:
            self.tally.added += 1
        else:
            self.tally.changed += 1
        self.tally.warnings += [f"{file.path}: {warning}" for warning in document.warnings]
        entry = replace(
            entry, kind=document.kind, title=document.title, message="; ".join(document.warnings)
        )
        tokenizer = self.open_tokenizer()
        was_stored = before is not None and before.stored
        earlier = Earlier(self.open_store().rows(entry.doc) if was_stored else (), tokenizer)
        passages = earlier.known(split(document, tokenizer, self.rules))
        for item in self._incoming(entry, passages, document.messages):
            whole = replace(item.entry, tokens=earlier.tokens)
            yield (
                replace(item, entry=whole, page_labels=document.page_labels) if item.last else item
            )

    def _twin(self, file: File, content: str) -> Entry | None:
        """A complete document with the same contents, read by the same reader."""
        twin = self.catalog.same_content(content)
        same = (
            twin is not None
            and os.path.splitext(twin.file.path)[1] == os.path.splitext(file.path)[1]
        )
        return twin if same else None

    def _incoming(
        self,
        entry: Entry,
        passages: Iterable[tuple[Passage, Vectors | None]],
        messages: Iterable[Message],
    ) -> Iterator[Incoming]:
        """The document's passages; only when the last one is known can it say how many there are."""
        count = 0
        held = Incoming(entry, None, None, None, last=False)
        following = deque(messages)
        for passage, known in passages:
            if held.passage is not None:
                yield held
            message = held.message
            while following and following[0].start <= passage.char_start:
                message = following.popleft()
            held = Incoming(entry, passage, known, message, last=False)
            count += 1
            self.tally.passages_read += 1
            # A large file takes minutes; what its passages hold tells roughly how far it is.
            self.tally.bytes_open = min(self.tally.bytes_open + len(passage.text), entry.file.size)
        yield replace(
            held, entry=replace(entry, passages=count, state=EntryState.COMPLETE), last=True
        )

    def _set_aside(self, file: File, before: Entry | None, error: Unreadable) -> None:
        """Record a file that gives no document: one that should be readable keeps its last good version, any other leaves the index."""
        kept = Entry(file, doc_id(file.path))
        if before is not None and before.stored:
            if error.reason.failed and before.state is not EntryState.PENDING:
                kept = replace(before, file=file)
            else:
                take_out(self.catalog, self.open_store, [before])
                self.tally.removed += before.passages > 0
        state = EntryState.FAILED if error.reason.failed else EntryState.SKIPPED
        self.catalog.put(
            [
                replace(
                    kept,
                    state=state,
                    reason=error.reason,
                    message=error.message,
                    ingested_ns=self.clock(),
                )
            ]
        )
        skips = self.tally.failed if error.reason.failed else self.tally.skipped
        skips.append(Skip(file.path, error.reason, error.message))


def _is_same(before: Entry | None, content: str) -> bool:
    """True where the file was read to its end, with the same contents."""
    return before is not None and before.state is EntryState.COMPLETE and before.content == content


def _title_at(path: str, twin: Entry) -> str:
    """The title of an identical file at another path: one that was made of the name is made anew."""
    old, new = (
        os.fsencode(os.path.basename(name)).decode("utf-8", "replace")
        for name in (twin.file.path, path)
    )
    names = {old: new, os.path.splitext(old)[0]: os.path.splitext(new)[0]}
    return names.get(twin.title, twin.title)
