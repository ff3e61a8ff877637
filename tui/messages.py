"""Every event that screens, widgets and workers pass around: the app's protocol on one page.

Screens post requests, which bubble to the app. The app's workers post reports to the screen that
asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from search.documents import Skip
    from search.errors import DocsearchError
    from search.models.profiles import Profile
    from search.results import (
        FolderSize,
        Hit,
        IngestReport,
        Progress,
        QueryResult,
        RecentDocument,
        Status,
    )
    from search.supply.inventory import Inventory
    from search.supply.pulling import Fetching

    from .app.pictures.shown import Shown
    from .app.sheet import Sheet
    from .typed import Typed


# Requests


@dataclass
class Ask(Message):
    """The query in the input is to be answered, and with `rerank` its hits are reranked at last.

    A question with a higher number makes those with lower numbers stale. One that is asked `again`,
    since the index has changed, has its last answer only.
    """

    number: int
    typed: Typed
    rerank: bool = False
    again: bool = False


@dataclass
class Read(Message):
    """The part of a document around the offset `around` is to be laid out in rows of `width` cells.

    `scrolled` is passed on to DocumentRead, where it lets the view stay at its text.
    """

    path: str
    width: int
    around: int
    scrolled: bool = False


@dataclass
class Draw(Message):
    """A page of a document, or a picture, is to be drawn in so many cells."""

    path: str
    page: int
    columns: int
    rows: int

    def is_same(self, other: Draw) -> bool:
        """True if the other asks for the same picture."""
        mine, theirs = ((ask.path, ask.page, ask.columns, ask.rows) for ask in (self, other))
        return mine == theirs


@dataclass
class ReadText(Message):
    """The text of the hit's document is to be read, since no viewer can show the document."""

    hit: Hit


@dataclass
class ReadStatus(Message):
    """The index's counts are to be read."""


@dataclass
class ListPassedOver(Message):
    """What the rules of the roots leave out for a reason is to be listed."""

    reason: str


@dataclass
class StartIngest(Message):
    """Folders or files are to be read; without `paths`, all known roots.

    `profile` names the models of a new index, and with `reembed` those of an existing one.
    """

    paths: tuple[str, ...]
    profile: str | None = None
    reembed: bool = False


@dataclass
class StopIngest(Message):
    """The running ingest is to end after its batch."""


@dataclass
class SwitchWatch(Message):
    """Watching all known roots for changes is to begin, or to end."""


@dataclass
class StartForget(Message):
    """A root is to be taken out of the index."""

    path: str


@dataclass
class ChooseFolder(Message):
    """A folder is to be chosen for a new index with the models of `profile`."""

    profile: str


@dataclass
class SwitchRerank(Message):
    """Hits are to be reranked, or not, from now on and in later runs."""

    on: bool


@dataclass
class Arrange(Message):
    """The list of hits looks like this from now on and in later runs.

    `compact` is one line a passage. `beside` and `above` are the list's share in percent of the
    width, and of the height where the list is above the document. `preview` is where the document
    stands.
    """

    compact: bool
    beside: int
    above: int
    preview: str = "right"


# Reports


@dataclass
class FilesGone(Message):
    """The files of these paths, which question `number` found, are no longer there.

    Those that are `absent` lie on a disk that is not mounted now.
    """

    number: int
    paths: frozenset[str]
    absent: frozenset[str] = frozenset()


@dataclass
class Answered(Message):
    """Hits for question `number`; `final` is false if a slower leg or another order follows."""

    number: int
    result: QueryResult
    final: bool


@dataclass
class AskFailed(Message):
    """Question `number` could not be answered."""

    number: int
    error: DocsearchError


@dataclass
class DocumentRead(Message):
    """A document that was laid out. If it has colours, it comes a second time with them.

    `scrolled`: the user scrolled there, so the view stays where it is.
    """

    sheet: Sheet
    scrolled: bool = False


@dataclass
class PictureDrawn(Message):
    """The picture that was asked for with `ask`, or else the error that says why there is none."""

    ask: Draw
    shown: Shown | None = None
    error: DocsearchError | None = None


@dataclass
class TextRead(Message):
    """The whole text of the hit's document."""

    hit: Hit
    text: str


@dataclass
class StatusRead(Message):
    """The index's counts; None before the first ingest."""

    status: Status | None


@dataclass
class SkipsRead(Message):
    """The files that gave no document, which may be many: they come after the counts."""

    skips: tuple[Skip, ...]


@dataclass
class PassedOverListed(Message):
    """What the rules of the roots leave out for a reason."""

    reason: str
    skips: tuple[Skip, ...]


@dataclass
class StartRead(Message):
    """What one can begin with: the newest documents, and headings of which to make questions.

    `has_index` is false before the first ingest. The headings come after the documents.
    """

    documents: tuple[RecentDocument, ...] = ()
    headings: tuple[str, ...] = ()
    has_index: bool = False


@dataclass
class FirstRun(Message):
    """Nothing was ingested yet.

    `profiles` are those whose embedder is present, `fitting` is the one that fits this machine.
    """

    profiles: tuple[Profile, ...]
    fitting: Profile


@dataclass
class FolderMeasured(Message):
    """How much there is to read in `folder`.

    `seconds` are the fewest and the most that this takes, None until that is known.
    """

    folder: str
    size: FolderSize
    seconds: tuple[float, float] | None = None


@dataclass
class ModelReady(Message):
    """The model is loaded: from now on no query has to wait for it."""


@dataclass
class Advanced(Message):
    """The state of the running ingest."""

    progress: Progress


@dataclass
class IngestEnded(Message):
    """The ingest is over; `report` is None if it was stopped or failed."""

    report: IngestReport | None


@dataclass
class Refreshed(Message):
    """The watch found changes and has brought the index up to date."""

    report: IngestReport


@dataclass
class WatchEnded(Message):
    """The roots are no longer watched."""


@dataclass
class Forgotten(Message):
    """The root `path` was taken out of the index with its `documents` documents."""

    path: str
    documents: int


@dataclass
class ModelsRead(Message):
    """The models that are present."""

    inventory: Inventory


@dataclass
class PullAsked(Message):
    """A pull of the model or profile `name` would fetch `size` bytes; the disk has `free` bytes."""

    name: str
    size: int
    free: int


@dataclass
class PullAdvanced(Message):
    """The state of a download; `speed` in bytes a second."""

    state: Fetching
    speed: float


@dataclass
class EmbedderMeasured(Message):
    """The embedder of a profile was measured on this machine."""

    profile: str
    tokens_per_second: float


@dataclass
class ModelWorkEnded(Message):
    """Work on models is over; `line` tells its outcome.

    `report` is the output of a test or a conversion.
    """

    line: str
    report: str = ""


@dataclass
class Failed(Message):
    """A request other than a query failed."""

    error: DocsearchError
