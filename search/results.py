"""What the library returns: frozen dataclasses whose fields have the names of the JSON."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from .documents import Skip


@dataclass(frozen=True, slots=True)
class Scores:
    """A hit's score at each stage; None where the hit did not go through that stage.

    `vector` is the cosine similarity, `text` is BM25, `fused` is what `fusion.fuse` makes of both,
    and `rerank` is the reranker's probability that the passage answers the query.
    """

    vector: float | None
    text: float | None
    fused: float | None
    rerank: float | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a hit came to its place.

    `vector_rank` and `text_rank` count from 1; None means that the hit is not among that leg's
    candidates. `vector_weight` and `text_weight` are the fusion's weights, and `full_text` is the
    BM25 that the fusion takes for a full match. `feedback`, at most 0, is what pseudo-relevance
    feedback takes off the fused score, and `doubt` is what the score gains or loses because no
    passage is near to the query and words count for more. `leads` is true where the hit is the
    beginning of a section and has the score of a later passage of that section.
    """

    vector_rank: int | None
    text_rank: int | None
    vector_weight: float
    text_weight: float
    full_text: float
    feedback: float
    leads: bool
    doubt: float = 0.0


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that answers a query.

    `rank` counts from 1, and `score` lies in [0, 1]. `char_start` and `char_end` count characters
    of the document's text. `modified` is UTC in ISO 8601: the date of the file, or of the message
    where the hit lies in a mail file. `message` is that message's number in its file, None
    elsewhere. `highlights` are [start, end) ranges of `text`. `sentence` is such a range too: the
    sentence that answers, None where `answer_sentences` finds none. `copies` are the paths of other
    files that contain the same passage. `page_label` is the document's own name for the page, None
    where that is the page's number.
    """

    rank: int
    score: float
    id: str
    path: str
    root: str
    title: str
    headings: tuple[str, ...]
    page: int | None
    line_start: int
    line_end: int
    char_start: int
    char_end: int
    kind: str
    modified: str
    text: str
    highlights: tuple[tuple[int, int], ...]
    scores: Scores
    copies: tuple[str, ...] = ()
    message: int | None = None
    page_label: str | None = None
    sentence: tuple[int, int] | None = None
    explanation: Explanation | None = None

    @property
    def offset(self) -> int:
        """The offset in `text` of the answer: of its sentence, else of the first match, else 0."""
        if self.sentence is not None:
            return self.sentence[0]
        return self.highlights[0][0] if self.highlights else 0

    @property
    def line(self) -> int:
        """The 1-based line of the document on which the answer begins."""
        return self.line_start + self.text.count("\n", 0, self.offset)


@dataclass(frozen=True, slots=True)
class QueryResult:
    """The hits of one query, best first.

    `took_ms` is wall time in milliseconds. `weak` is true where the index may hold no answer. `cut`
    counts the passages that were found but are not shown, by the reason: "phrase" where a quoted
    phrase is missing, "excluded" where an excluded word stands in the passage, "score" where the
    score is too low.
    """

    query: str
    mode: str
    reranked: bool
    model: str
    reranker: str | None
    took_ms: float
    warnings: tuple[str, ...]
    weak: bool
    cut: tuple[tuple[str, int], ...]
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """The state of a running ingest.

    The totals count the files that are to be read and their bytes. `passages` and `tokens` are
    those embedded so far. `seconds` counts from the start of the run; `starting` of them had passed
    before the first passage reached the embedder, whose name is `model`.

    A large run has two stages, and `stage` names the one it is in: "words" while files are read and
    their words stored, "vectors" while their passages are embedded. Files, bytes, tokens and times
    are then those of the stage. `stage` is empty in other runs. `language` is the ISO code of the
    language that most documents are in, empty where none is known.
    """

    files_done: int
    files_total: int
    bytes_done: int
    bytes_total: int
    passages: int
    tokens: int
    seconds: float
    path: str
    starting: float = 0.0
    model: str = ""
    stage: str = ""
    language: str = ""

    @property
    def embedding(self) -> float:
        """Seconds since the first passage reached the embedder."""
        return self.seconds - self.starting

    @property
    def tokens_per_second(self) -> float:
        """Tokens embedded per second since the first passage reached the embedder."""
        return self.tokens / self.embedding if self.embedding > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Seconds left if the bytes go on at the rate so far; None until a rate is known.

        It is not known before the embedder has begun.
        """
        if not self.bytes_done or self.embedding <= 0 or self.stage == "words":
            return None
        return (self.bytes_total - self.bytes_done) * self.embedding / self.bytes_done


@dataclass(frozen=True, slots=True)
class LargeFile:
    """A file that takes long to embed, and about how long.

    `size` is in bytes. `tokens` is an estimate that is rather too high. `seconds` is the time that
    they take at the speed of an earlier run, None where none is known. `pattern` leaves the file
    out where it is given to `--exclude`.
    """

    path: str
    size: int
    tokens: int
    seconds: float | None
    pattern: str


@dataclass(frozen=True, slots=True)
class NothingRead:
    """A root that gave no document; `reasons` counts what is in it by reason code."""

    path: str
    reasons: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class LeftOutTotal:
    """What the documents of a run leave out together.

    `documents` counts those that leave anything out, and `parts` says what, as in "210 comments, 12
    hidden parts". `warnings` are the warnings of the report that are summed up here.
    """

    documents: int = 0
    parts: str = ""
    warnings: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What an ingest run did.

    `added`, `changed`, `copied`, `unchanged`, `removed` and `reembedded` count documents. A copied
    document is the copy of a known one, or a known one that was moved: its vectors are reused. A
    re-embedded document got new vectors from another model. `completed` counts the documents that
    an interrupted run had stored by their words only, and that have their vectors now. `large` are
    the large files that the run read. `passed_over` counts by reason the
    files that a rule leaves out. `nothing_read` are the folders that gave no document. `left_out`
    sums up those of the `warnings` that tell what a document leaves out.
    """

    added: int
    changed: int
    copied: int
    unchanged: int
    removed: int
    passages: int
    tokens: int
    seconds: float
    failed: tuple[Skip, ...]
    skipped: tuple[Skip, ...]
    passed_over: tuple[tuple[str, int], ...]
    warnings: tuple[str, ...]
    reembedded: int = 0
    nothing_read: tuple[NothingRead, ...] = ()
    completed: int = 0
    large: tuple[LargeFile, ...] = ()
    left_out: LeftOutTotal = LeftOutTotal()


@dataclass(frozen=True, slots=True)
class Planned:
    """A file that a run would read, of `size` bytes.

    `why` is "new", "changed", "interrupted" (an earlier run did not finish it), or "again" (the
    rules by which files are read are other ones now).
    """

    path: str
    size: int
    why: str


@dataclass(frozen=True, slots=True)
class DryRun:
    """What an ingest run would do.

    `read` are the files that it would read, and `removed` the documents that it would forget.
    `waiting` counts the documents that would get their vectors and nothing else. The other fields
    are those of IngestReport.
    """

    read: tuple[Planned, ...]
    removed: tuple[str, ...]
    unchanged: int
    failed: tuple[Skip, ...]
    skipped: tuple[Skip, ...]
    passed_over: tuple[tuple[str, int], ...]
    warnings: tuple[str, ...]
    waiting: int = 0
    large: tuple[LargeFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Transfer:
    """How much was exported or imported."""

    documents: int
    passages: int


@dataclass(frozen=True, slots=True)
class FolderSize:
    """How much there is to read in a folder.

    `files` and `size_bytes` count the files that would be opened. Their passages have at least
    `least_tokens` and at most `most_tokens`, as sizes of files allow to guess. `whole` is false if
    the folder has more than was looked at.
    """

    files: int
    size_bytes: int
    least_tokens: int
    most_tokens: int
    whole: bool = True


@dataclass(frozen=True, slots=True)
class RecentDocument:
    """A document whose file changed lately; `modified` is UTC in ISO 8601."""

    path: str
    root: str
    title: str
    kind: str
    modified: str


@dataclass(frozen=True, slots=True)
class DocumentList:
    """The first `documents` of `total`."""

    documents: tuple[RecentDocument, ...]
    total: int


@dataclass(frozen=True, slots=True)
class RootStatus:
    """A root as `status` shows it.

    `ingested` is the time of the last complete run (UTC, ISO 8601), None where there was none.
    `present` is false where the root's folder or file does not exist now.
    """

    path: str
    documents: int
    passages: int
    ingested: str | None
    present: bool


@dataclass(frozen=True, slots=True)
class IndexModels:
    """The models of an index as it records them. A query uses these models, or it is refused.

    `embedder` says what to open: a repository, a folder, or "starter". `reranker` does the same and
    is empty where the index has none. `name` is the embedder's own, and `revision` identifies its
    weights. The lengths of passages are counted in tokens of the embedder's tokenizer: a passage
    has at most `passage_tokens`, about `passage_overlap` tokens are repeated in the next one, and
    sections shorter than `passage_least` are joined. `precision` is that of the products which
    made the vectors, "float32" or "int8".
    """

    profile: str
    embedder: str
    reranker: str
    name: str
    revision: str
    dimensions: int
    query_prompt: str
    passage_prompt: str
    passage_tokens: int
    passage_overlap: int
    passage_least: int
    precision: str = "float32"


@dataclass(frozen=True, slots=True)
class Status:
    """The index at a glance.

    `size_bytes` is its size on disk. `health` is "ok" or a sentence that says what to do. `models`
    is None until the first document is ingested. `without_vectors` counts the documents that are
    found by their words only, until a run has embedded them. `unread` are the folders and files
    that the last runs could not read. `languages` counts the documents of each language, most
    first; those whose language is not known are left out.
    """

    index: str
    model: str
    dimensions: int
    roots: tuple[RootStatus, ...]
    documents: int
    passages: int
    tokens: int
    pending: int
    size_bytes: int
    kinds: tuple[tuple[str, int], ...]
    skipped: tuple[tuple[str, int], ...]
    failed: tuple[tuple[str, int], ...]
    health: str
    models: IndexModels | None = None
    unread: tuple[Skip, ...] = ()
    without_vectors: int = 0
    languages: tuple[tuple[str, int], ...] = ()


class CheckState(StrEnum):
    """What a check found: nothing, something that limits docsearch, or something that stops it."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    `area` is index, models, disk, backend, permissions or terminal. `message` says what was found,
    and `advice` what to do about it; it is empty where there is nothing to do.
    """

    area: str
    name: str
    state: CheckState
    message: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a path is or is not in the index.

    `code` is "indexed", "words", "pending", "new", "changed", "outside", "missing" or a Reason.
    `message` says the same in a sentence.
    """

    path: str
    indexed: bool
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class StoredText:
    """A document's text as indexed, put together from its passages.

    Characters, lines and pages are at the places where they are in the file's own text. `pages`
    holds the offset at which each page starts.
    """

    path: str
    kind: str
    title: str
    text: str
    pages: tuple[int, ...]

    def page_range(self, page: int) -> tuple[int, int]:
        """The range [start, end) of a page of the document in `text`; pages count from 1."""
        borders = (*self.pages, len(self.text))
        return borders[page - 1], borders[page]


@dataclass(frozen=True, slots=True)
class StoredPart:
    """A part of a document's text as indexed.

    The part begins at the offset `char_start`, in the line `line_start`. `chars`, `lines` and
    `page_count` count those of the whole document. `pages` holds the offset in the document at
    which each page starts, up to the part's last page; for pages that start before the part it is
    the part's own start.
    """

    path: str
    kind: str
    title: str
    text: str
    char_start: int
    line_start: int
    pages: tuple[int, ...]
    chars: int
    lines: int
    page_count: int

    @property
    def char_end(self) -> int:
        """The offset in the document at which the part ends."""
        return self.char_start + len(self.text)

    def within(self, start: int, end: int) -> StoredPart:
        """What of the part lies in the characters [start, end) of the document."""
        first = min(max(start, self.char_start), self.char_end)
        last = min(max(end, first), self.char_end)
        skipped = first - self.char_start
        return replace(
            self,
            text=self.text[skipped : last - self.char_start],
            char_start=first,
            line_start=self.line_start + self.text.count("\n", 0, skipped),
            pages=tuple(max(page, first) for page in self.pages if page < last or page <= first),
        )


@dataclass(frozen=True, slots=True)
class Picture:
    """A page, or a picture, as pixels: three bytes each (red, green, blue), row by row."""

    width: int
    height: int
    pixels: bytes
