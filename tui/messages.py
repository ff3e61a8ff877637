"""Every event that screens, widgets and workers pass around: the app's protocol on one page.

Screens post requests, which bubble to the app; the app's workers post reports to the screen that asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from search.errors import DocsearchError
    from search.results import IngestReport, Progress, QueryResult, Status

    from .app.typed import Typed
    from .app.widgets.sheet import Sheet


# Requests


@dataclass
class Ask(Message):
    """What stands in the input is to be answered; a higher number makes lower ones stale."""

    number: int
    typed: Typed


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
    """Folders or files are to be read; none: all known roots. `profile` counts for a new index."""

    paths: tuple[str, ...]
    profile: str | None = None


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


# Reports


@dataclass
class Answered(Message):
    """Hits for question `number`; `final` is false where a slower leg follows."""

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
    """The index's counts; None where nothing was ingested yet."""

    status: Status | None


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
class Failed(Message):
    """Something other than a query could not be done."""

    error: DocsearchError
