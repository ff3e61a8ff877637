"""The search screen: input, filters, hits, and the passage in its document."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.command import Provider
from textual.widgets import Input

from search.config import MODES
from search.errors import DocsearchError, IndexDamaged, NotAnIndex
from search.results import Hit, Status

from ... import messages
from ...typed import with_folder, with_mode, without
from ..asked_queries import AskedQueries
from ..folder_filters import FolderFilters
from ..history import History
from ..own_keys import with_ids
from ..query_dialogs import QueryDialogs
from ..questions import Questions
from ..saved import Saved
from ..saved_searches import SavedSearches
from ..start import Start, beginning_of
from ..widgets.damage_panel import DamagePanel
from ..widgets.filter_bar import Chip, FilterBar
from ..widgets.fitted_footer import FittedFooter
from ..widgets.hit_list import HitList
from ..widgets.narration import Narration
from ..widgets.query_input import ChoosingInput, QueryInput
from .hits import HitsScreen
from .search_keys import NEED_A_HIT, SEARCH_KEYS

if TYPE_CHECKING:
    from ..widgets.start_page import StartPage


class SearchScreen(HitsScreen):
    """Asks while the user types, and drops answers to questions that are no longer in the input."""

    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {
        SavedSearches,
        FolderFilters,
    }
    BINDINGS: ClassVar[list[BindingType]] = with_ids("search", SEARCH_KEYS)

    def __init__(
        self,
        history: History,
        saved: Saved,
        environment: Mapping[str, str],
        clock: Callable[[], datetime],
        plain: bool = False,
        vim: bool = False,
        line: str = "",
        choose: Callable[[Sequence[Hit]], None] | None = None,
        pictures: bool = False,
    ) -> None:
        super().__init__(environment, clock, plain, choose, pictures)
        self.history = history
        self.saved = saved
        self.vim = vim
        self.questions = Questions()
        self.start = Start(self, clock, plain)
        self.roots: tuple[str, ...] = ()
        self._queries = AskedQueries(self, history)
        self._dialogs = QueryDialogs(self, self._queries)
        self._narration = Narration(self.marks)
        self._first_line = line
        self._summary = "opening the index …"

    def compose(self) -> ComposeResult:
        """Input, filters, hits beside or above the document, a line of narration, the keys."""
        chooses = self.actions.choose is not None
        yield ChoosingInput(self.history) if chooses else QueryInput(self.history)
        yield FilterBar()
        yield DamagePanel()
        yield self.found
        yield self._narration
        yield FittedFooter()

    def on_mount(self) -> None:
        """Focus the input."""
        self._show_filters()
        self._show_keys()
        self._narration.tell(self._summary)
        self.put(self._first_line)

    @property
    def line(self) -> str:
        """The text in the input."""
        return self.query_one(QueryInput).value

    # The start page

    def on_start_read(self, report: messages.StartRead) -> None:
        """Show what one can begin with."""
        self.start.show(report)

    def on_start_page_chosen(self, event: StartPage.Chosen) -> None:
        """Search for the query of the row, or open its file."""
        event.stop()
        row = event.row
        if row.query:
            self.put(row.query)
        else:
            self.actions.open((beginning_of(row.path, row.kind),))

    def on_query_input_sideways(self, event: QueryInput.Sideways) -> None:
        """Move to the other column of the start page."""
        event.stop()
        self.start.move_aside(event.step)

    # Asking

    def on_input_changed(self, event: Input.Changed) -> None:
        """Ask with every edit that changes the question."""
        event.stop()
        self._queries.typed(event.value)
        self.start.typed(event.value)
        if self.questions.put(event.value):
            self._narration.show_problems(self.questions.typed.problems)
            self._show_filters()
            self.ask_again()

    def ask_again(self) -> None:
        """Ask the question in the input, also after an ingest."""
        if (ask := self.questions.next()) is not None:
            self.post_message(ask)
        else:
            self._show_hits((), same_query=False)
            self._narration.tell(self._summary)

    def look_again(self) -> None:
        """Ask the question again, since the index has changed.

        Nothing is asked while an answer is still awaited, and once the user has moved the selection
        or marked hits.
        """
        is_at_work = self.hits.chosen or bool(self.marks)
        if (
            self.questions.is_answered
            and not is_at_work
            and (ask := self.questions.next(again=True))
        ):
            self.post_message(ask)

    def on_answered(self, report: messages.Answered) -> None:
        """Show the answer if its question is still in the input.

        If the first leg found nothing, the old hits stay until the last step.
        """
        is_current = self.questions.is_current(report.number)
        if not is_current or not (report.final or report.result.hits):
            return
        self.show_damage(None)
        is_same = self.questions.show(report.final, report.result.took_ms)
        self._show_hits(report.result.hits, same_query=is_same)
        if not is_same:
            self._queries.shown()
        self._narration.tell(self.questions.summary(report.result, report.final))

    def on_files_gone(self, report: messages.FilesGone) -> None:
        """Mark the files that are gone, or not here."""
        if self.questions.is_current(report.number):
            self.hits.show_gone(report.paths, report.absent)

    def on_ask_failed(self, report: messages.AskFailed) -> None:
        """Show in place of hits why there is no answer."""
        if self.questions.is_current(report.number):
            self._show_hits((), same_query=False)
            if isinstance(report.error, (IndexDamaged, NotAnIndex)):
                self.show_damage(report.error)
                return
            self._narration.tell(f"{report.error.message}; {report.error.hint}", failed=True)

    def _show_hits(self, hits: Sequence[Hit], same_query: bool) -> None:
        self.hits.show(hits, same_query)
        self._show_keys()

    def _show_keys(self) -> None:
        """Show the keys that do something now."""
        if self.app.is_running:
            idle = frozenset() if self.hits.wanted else NEED_A_HIT
            self.query_one(FittedFooter).leave_out(idle)

    def _show_filters(self) -> None:
        if self.app.is_running:
            self.query_one(FilterBar).show(self.questions.typed, self.questions.rerank_state)

    # Opening

    def action_open(self) -> None:
        """Open the marked hits, or else the selected one, at their lines in the editor."""
        self._open(self.hits.wanted)

    def on_hit_list_opened(self, event: HitList.Opened) -> None:
        """Open the hits."""
        event.stop()
        self._open(event.hits)

    def on_hit_list_marked(self, event: HitList.Marked) -> None:
        """Show how many hits are marked."""
        event.stop()
        self._narration.draw()
        self._show_keys()

    def _open(self, hits: Sequence[Hit]) -> None:
        # The hits of an older question are not what the user wants to open, unless they are marked.
        if hits and (self.marks or self.questions.is_shown):
            self._queries.keep()
            self.actions.open(hits)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Open the selected hit or fold; with the keys of vim, go to the hits."""
        event.stop()
        if self.start.choose():
            return
        if self.vim:
            self._queries.keep()
            self.hits.focus()
        else:
            self.hits.action_activate()

    def on_hit_list_left(self) -> None:
        """Go back to the input."""
        self.action_type()

    def action_move(self, step: int) -> None:
        """Select the next or previous hit. Where there are no hits, show a newer or older query."""
        line = self.query_one(QueryInput)
        if line.has_focus and self.start.move(step):
            return
        if self.vim and line.has_focus:
            self.hits.focus()
        elif self.hits.hits:
            self.hits.move(step)
        else:
            line.browse(step)

    def on_hit_list_folder_pressed(self, event: HitList.FolderPressed) -> None:
        """Filter by a folder."""
        event.stop()
        line = self.query_one(QueryInput)
        line.put(with_folder(line.value, event.folder, event.root))

    def on_chip_pressed(self, event: Chip.Pressed) -> None:
        """Change the mode, or begin a filter word."""
        event.stop()
        switches = {"mode": self.action_mode, "rerank": self.action_rerank}
        if event.key in switches:
            switches[event.key]()
        else:
            self.put(f"{self.line.rstrip()} {event.key}:".lstrip())

    def put(self, line: str) -> None:
        """Put a query in the input."""
        self._queries.begin()
        self.query_one(QueryInput).put(line)
        self.action_type()

    def action_type(self) -> None:
        """Go to the input."""
        self.query_one(QueryInput).focus()

    def action_back(self) -> None:
        """Go back to the input; in the input, clear it; in an empty input, take the marks off.

        With the keys of vim, the input is left for the hits instead. A document that is shown alone
        makes room for the hits first.
        """
        line = self.query_one(QueryInput)
        if self.found.leave_full():
            return
        if self.vim and self.hits.hits:
            self._queries.keep()
            self.hits.focus()
            return
        if line.has_focus and not line.value:
            if self.actions.choose is not None and not self.marks:
                self.actions.choose(())
            self.hits.action_clear_marks()
        elif line.has_focus:
            self._queries.keep()
            line.put("")
        line.focus()

    # Switches, recent and saved queries

    def action_mode(self) -> None:
        """Change to the next mode."""
        following = MODES[(MODES.index(self.questions.typed.mode) + 1) % len(MODES)]
        self.query_one(QueryInput).put(with_mode(self.line, following))

    def action_rerank(self) -> None:
        """Switch reranking from now on.

        In the modes of one leg, which are not reranked by default, the switch concerns this query
        only.
        """
        if not self.questions.reranker:
            self.notify("This index's models have no reranker; F5 shows others", severity="warning")
            return
        line, rerank = self.query_one(QueryInput), not self.questions.reranks
        bare = without(line.value, "rerank")
        if self.questions.typed.mode == "hybrid":
            self.questions.rerank = rerank
            self.post_message(messages.SwitchRerank(rerank))
            line.put(bare)
            self._show_filters()
            self.ask_again()
        else:
            line.put(f"{bare} rerank:on" if rerank else bare)

    def action_recent(self) -> None:
        """Choose one of the recent queries."""
        self._dialogs.choose_recent()

    def action_save(self) -> None:
        """Ask for a name, and keep the query among the saved searches."""
        self._dialogs.save()

    def action_saved(self) -> None:
        """List the saved searches, to run, rename or delete them."""
        self._dialogs.choose_saved()

    def action_run_saved(self, number: int) -> None:
        """Run the saved search of that number."""
        self._dialogs.run_saved(number)

    # Reports of the app

    def show_status(self, status: Status | None) -> None:
        """Show how many documents the index has, or what is wrong with it."""
        self._summary = self.start.nothing_yet if status is None else self.start.counts(status)
        self.roots = tuple(root.path for root in status.roots) if status is not None else ()
        if not self.questions.typed.text:
            self._narration.tell(self._summary)
        models = status.models if status is not None else None
        reranker = models.reranker if models is not None else ""
        if reranker != self.questions.reranker:
            self.questions.reranker = reranker
            self._show_filters()
            if self.questions.typed.text:
                self.ask_again()

    def show_damage(self, error: DocsearchError | None) -> None:
        """Show what is wrong with the index and what to do, until a query is answered again."""
        if not self.app.is_running:
            return
        self.query_one(DamagePanel).show(error)
        if error is not None:
            self._summary = "the index cannot be used as it is"
            self._narration.tell(self._summary, failed=True)

    def show_watch(self, on: bool) -> None:
        """Show whether the folders are watched for changes."""
        self._narration.show_watch(on)

    def model_ready(self) -> None:
        """Take note that the model is loaded."""
        self.questions.model_is_ready = True
        self.show_damage(None)
