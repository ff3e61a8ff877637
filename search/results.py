"""What the library gives back: frozen dataclasses with the names of the JSON."""

from __future__ import annotations

from dataclasses import dataclass

from .documents import Skip


@dataclass(frozen=True, slots=True)
class Scores:
    """A hit's score at each stage; None where a stage did not see it.

    vector: cosine similarity. text: BM25. fused: see `fusion.fuse`. rerank: probability of relevance.
    """

    vector: float | None
    text: float | None
    fused: float | None
    rerank: float | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a hit came to its place: 1-based ranks in the legs (None: not among the leg's candidates), the fusion's
    weights, the BM25 that it takes for a full match, and what the best passages' likeness takes off. `leads`: it is the beginning of a section, and
    has the score of a passage behind it.
    """

    vector_rank: int | None
    text_rank: int | None
    vector_weight: float
    text_weight: float
    full_text: float
    feedback: float
    leads: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that answers a query.

    `score` lies in [0, 1]. `modified` is UTC in ISO 8601: of mail the date of the message, whose number in its file `message` is (None elsewhere).
    `char_start`/`char_end` count characters of the document's text, `highlights` are [start, end) ranges of `text`; `sentence` is that of the
    sentence that answers, None where nothing tells it (see `answers`). `copies` are the paths of other files that say the same here.
    `page_label` is what the document itself calls the page, None where that is its number.
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


@dataclass(frozen=True, slots=True)
class QueryResult:
    """The hits of one query, best first; `took_ms` is wall time in milliseconds. `weak`: there may be no answer in the index.

    `cut` counts the passages that came up and are not shown, by the reason: without a "phrase", with an "excluded" word, below the least "score".
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
    """The state of a running ingest: files and bytes of those to read, passages and tokens embedded so far, seconds since the start.

    `starting` are the seconds of these before the first passage came to the embedder, whose name is `model`.
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

    @property
    def embedding(self) -> float:
        """Seconds since the first passage came to the embedder."""
        return self.seconds - self.starting

    @property
    def tokens_per_second(self) -> float:
        """Tokens embedded a second since then."""
        return self.tokens / self.embedding if self.embedding > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Time left at the rate so far, by bytes; None until there is something to go by."""
        if not self.bytes_done or self.embedding <= 0:
            return None
        return (self.bytes_total - self.bytes_done) * self.embedding / self.bytes_done


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What an ingest run did. Documents: added, changed, moved or copied (vectors reused), unchanged, removed; embedded anew by another model."""

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


@dataclass(frozen=True, slots=True)
class Planned:
    """A file that a run would read, of `size` bytes; `why` is "new", "changed", "interrupted" or "again" (files are read by other rules now)."""

    path: str
    size: int
    why: str


@dataclass(frozen=True, slots=True)
class DryRun:
    """What an ingest run would do: the files it would read, the documents it would forget, and what it would pass over as in IngestReport."""

    read: tuple[Planned, ...]
    removed: tuple[str, ...]
    unchanged: int
    failed: tuple[Skip, ...]
    skipped: tuple[Skip, ...]
    passed_over: tuple[tuple[str, int], ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RootStatus:
    """A root as `status` shows it; `ingested` is the last complete run (UTC, ISO 8601) or None, `present` false where it is not there now."""

    path: str
    documents: int
    passages: int
    ingested: str | None
    present: bool


@dataclass(frozen=True, slots=True)
class IndexModels:
    """The models of an index as it records them: queries use these, or are refused.

    embedder: what it is opened by: a repository, a folder, or "starter". reranker: likewise, empty for none. name, revision: the embedder's
    own, the latter of its weights. The passages are cut in tokens of its tokenizer: at most `passage_tokens`, about `passage_overlap` of them
    repeated, smaller sections than `passage_least` put together.
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


@dataclass(frozen=True, slots=True)
class Status:
    """The index at a glance; `size_bytes` on disk, `health` is "ok" or a sentence that says what to do, `models` None before the first document."""

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


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a path is or is not in the index: `code` is "indexed", "pending", "new", "changed", "outside", "missing" or a Reason."""

    path: str
    indexed: bool
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class StoredText:
    """A document's text as indexed: the passages put together, so that characters, lines and pages stand where they stood."""

    path: str
    kind: str
    title: str
    text: str
    pages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StoredPart:
    """A part of a document's text as indexed, which begins at `char_start` in `line_start` of a document of `chars`, `lines` and `page_count`.

    `pages` holds the offsets in the document at which its pages up to the part's last one start; those before the part are set to its start.
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
