"""The index screen: its folders, the running ingest, and the files that were left out."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import DataTable, Static

from search.documents import Skip
from search.results import IngestReport, Progress, RootStatus, Status
from search.text.language_names import NAMES
from search.wording import counted

from ... import messages
from ...terminal import printable
from ..own_keys import with_ids
from ..widgets.fitted_footer import FittedFooter
from ..widgets.ingest_panel import IngestPanel
from ..widgets.left_out import LeftOut
from ..widgets.root_table import RootTable
from .advice import AdviceScreen
from .dialogs import ConfirmScreen, FolderScreen

WATCHING = "\nWatching: what changes in the folders is read at once."
FIRST_READ = "The first folder is being read. What is read can be searched already."
UNITS = ("B", "KB", "MB", "GB", "TB")


class IndexScreen(Screen[None]):
    """Shows a Status and the last IngestReport; asks the app to read and to forget."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add", "Add"),
        Binding("r", "refresh_roots", "Refresh"),
        Binding("f", "forget", "Forget"),
        Binding("w", "watch", "Watch"),
        Binding("s", "stop", "Stop"),
        Binding("escape,f2", "app.pop_screen", "Search"),
    ]
    BINDINGS = with_ids("index", BINDINGS)

    def __init__(self) -> None:
        super().__init__()
        self.busy = False
        self._watching = False
        self._status: Status | None = None
        self._skips: tuple[Skip, ...] = ()

    def compose(self) -> ComposeResult:
        """Counts, folders, the running ingest, the files that were left out, the keys."""
        yield Static("", id="counts", markup=False)
        yield RootTable(id="roots", zebra_stripes=True)
        yield IngestPanel(id="ingest")
        yield Static("", id="left-title", markup=False)
        yield LeftOut(id="left")
        yield FittedFooter(show_command_palette=False)

    def on_mount(self) -> None:
        """Show what the app has reported so far."""
        self._draw()
        self.query_one(RootTable).focus()

    def on_screen_resume(self) -> None:
        """Read the counts again."""
        self.post_message(messages.ReadStatus())

    # Reports of the app

    def show_status(self, status: Status | None) -> None:
        """Show new counts; None before the first ingest, when no file was left out either."""
        self._status = status
        if status is None:
            self._skips = ()
        self._draw()

    def show_skips(self, skips: tuple[Skip, ...]) -> None:
        """Show other files that were left out."""
        self._skips = skips
        self._draw()

    def begin(self) -> None:
        """Show that an ingest has begun."""
        self.busy = True
        if self.is_mounted:
            self.query_one(IngestPanel).begin()
        self._draw()

    def advance(self, progress: Progress) -> None:
        """Show the progress of the ingest."""
        if self.is_mounted:
            self.query_one(IngestPanel).advance(progress)

    def end(self, report: IngestReport | None) -> None:
        """Show what the ingest did; None if it was stopped or failed."""
        self.busy = False
        if self.is_mounted:
            self.query_one(IngestPanel).end(report)
        self._draw()

    def refreshed(self, report: IngestReport) -> None:
        """Show what the watch found."""
        if self.is_mounted and not self.busy:
            self.query_one(IngestPanel).end(report)
        self._draw()

    def show_watch(self, on: bool) -> None:
        """Show whether the folders are watched."""
        self._watching = on
        self._draw()

    # Actions of the user

    def action_add(self) -> None:
        """Ask for a folder and read it."""
        self.app.push_screen(FolderScreen(), self._add)

    def action_refresh_roots(self) -> None:
        """Read what changed in all folders."""
        self.post_message(messages.StartIngest(()))

    def action_watch(self) -> None:
        """Begin to watch all folders for changes, or end it."""
        self.post_message(messages.SwitchWatch())

    def action_forget(self) -> None:
        """Ask whether to forget the selected folder."""
        root = self._selected()
        if root is not None:
            documents = f"{counted(root.documents, 'document')} of {root.path}"
            question = f"Take the {documents} out of the index? The files stay as they are."
            self.app.push_screen(
                ConfirmScreen(printable(question)), lambda yes: self._forget(root, yes)
            )

    def action_stop(self) -> None:
        """Stop the ingest; what is stored stays."""
        if self.busy:
            self.query_one(IngestPanel).stopping()
            self.post_message(messages.StopIngest())

    def _add(self, folder: str | None) -> None:
        if folder is not None:
            self.post_message(messages.StartIngest((folder,)))

    def _forget(self, root: RootStatus, yes: bool | None) -> None:
        if yes:
            self.post_message(messages.StartForget(root.path))

    def _selected(self) -> RootStatus | None:
        return self.query_one(RootTable).root

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Enter on what was left out shows why, and what to do."""
        event.stop()
        if isinstance(event.data_table, LeftOut) and (advice := event.data_table.advice):
            roots = self._status.roots if self._status is not None else ()
            screen = AdviceScreen(advice, [root.path for root in roots])
            self.app.push_screen(screen, self._read_again)

    def _read_again(self, yes: bool | None) -> None:
        if yes:
            self.action_refresh_roots()

    # Drawing

    def _draw(self) -> None:
        # While the app ends, reports still come in, and the widgets are removed one by one.
        if not self.is_mounted or not self.app.is_running:
            return
        counts = _counts(self._status, self.busy) + WATCHING * self._watching
        self.query_one("#counts", Static).update(counts)
        self.query_one(RootTable).show(self._status.roots if self._status is not None else ())
        left_out = self.query_one(LeftOut)
        left_out.show(self._status, self._skips)
        left_out.display = left_out.row_count > 0
        self.query_one("#left-title", Static).update(_left_out(self._status))


def _counts(status: Status | None, busy: bool) -> str:
    if status is None:
        return FIRST_READ if busy else "Nothing was ingested yet: press a to add a folder."
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in status.kinds)
    documents = counted(status.documents, "document") + (f" ({kinds})" if kinds else "")
    passages = counted(status.passages, "passage")
    languages = ", ".join(
        f"{count:,} {NAMES.get(language, language)}" for language, count in status.languages
    )
    lines = [
        f"{documents}, {passages}, {_size(status.size_bytes)} in {status.index}",
        f"Languages: {languages}" if languages else "",
        f"Model: {status.model}, {status.dimensions} dimensions" if status.model else "",
        "" if status.roots or busy else "There are no folders: press a to add one.",
        # While this app reads, its own writing is no news.
        "" if status.health == "ok" or busy else status.health,
    ]
    return printable("\n".join(line for line in lines if line))


def _left_out(status: Status | None) -> str:
    groups = (
        (("Failed", status.failed), ("Passed over", status.skipped)) if status is not None else ()
    )
    sentences = [
        f"{title}: {', '.join(f'{count:,} {reason}' for reason, count in counts)}"
        for title, counts in groups
        if counts
    ]
    return printable(". ".join(sentences)) or "Nothing was left out."


def _size(count: float) -> str:
    for unit in UNITS:
        if count < 1024 or unit == UNITS[-1]:
            return f"{count:.0f} {unit}"
        count /= 1024
    raise AssertionError
