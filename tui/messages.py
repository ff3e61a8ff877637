"""Every event that screens, widgets and workers pass around: the app's protocol on one page.

Screens post requests, which bubble to the app; the app's workers post reports to the screen that asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from search.documents import Skip
    from search.errors import DocsearchError
    from search.models.profiles import Profile
    from search.results import IngestReport, Progress, QueryResult, Status
    from search.supply.inventory import Inventory
    from search.supply.pulling import Fetching

    from .app.sheet import Sheet
    from .app.typed import Typed


# Requests


@dataclass
class Ask(Message):
    """What stands in the input is to be answered, with the reranker at last if `rerank`; a higher number makes lower ones stale."""

    number: int
    typed: Typed
    rerank: bool = False


@dataclass
class Read(Message):
    """A document is to be laid out in rows of `width` cells, as far as it lies around the offset `around`; `scrolled` as in DocumentRead."""

    path: str
    width: int
    around: int
    scrolled: bool = False


@dataclass
class ReadStatus(Message):
    """The index's counts are to be read."""


@dataclass
class StartIngest(Message):
    """Folders or files are to be read; none: all known roots. `profile` counts for a new index, and with `reembed` for the one there is."""

    paths: tuple[str, ...]
    profile: str | None = None
    reembed: bool = False


@dataclass
class StopIngest(Message):
    """The running ingest is to end after its batch."""


@dataclass
class SwitchWatch(Message):
    """All known roots are to be watched for changes, or no longer."""


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


# Reports


@dataclass
class Answered(Message):
    """Hits for question `number`; `final` is false where a slower leg or another order follows."""

    number: int
    result: QueryResult
    final: bool


@dataclass
class AskFailed(Message):
    """Question `number` has no answer."""

    number: int
    error: DocsearchError


@dataclass
class DocumentRead(Message):
    """A document as laid out. It comes twice where colours take longer. `scrolled`: the view stays where it is."""

    sheet: Sheet
    scrolled: bool = False


@dataclass
class StatusRead(Message):
    """The index's counts and the files that gave no document; no status where nothing was ingested yet."""

    status: Status | None
    skips: tuple[Skip, ...] = ()


@dataclass
class FirstRun(Message):
    """Nothing was ingested yet: the profiles whose embedder is here, and the one that fits this machine."""

    profiles: tuple[Profile, ...]
    fitting: Profile


@dataclass
class ModelReady(Message):
    """The model is loaded: queries by meaning are as fast from now on as they will be."""


@dataclass
class Advanced(Message):
    """The state of the running ingest."""

    progress: Progress


@dataclass
class IngestEnded(Message):
    """The ingest is over; `report` is None where it was stopped or failed."""

    report: IngestReport | None


@dataclass
class Refreshed(Message):
    """The watch found something new, and the index has it now."""

    report: IngestReport


@dataclass
class WatchEnded(Message):
    """The roots are not watched any more."""


@dataclass
class Forgotten(Message):
    """`documents` were taken out of the index."""

    path: str
    documents: int


@dataclass
class ModelsRead(Message):
    """Which models are here."""

    inventory: Inventory


@dataclass
class PullAdvanced(Message):
    """How far a download is; `speed` in bytes a second."""

    state: Fetching
    speed: float


@dataclass
class EmbedderMeasured(Message):
    """The embedder of a profile makes so many tokens a second here."""

    profile: str
    tokens_per_second: float


@dataclass
class ModelWorkEnded(Message):
    """Work on models is over, with one line about it; `report` is what a test or a conversion printed."""

    line: str
    report: str = ""


@dataclass
class Failed(Message):
    """Something other than a query could not be done."""

    error: DocsearchError
