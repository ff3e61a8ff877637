"""The search screen: input, filters, hits, and the passage in its document."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Footer, Input, Static

from search.config import MODES
from search.errors import DocsearchError, IndexDamaged, NotAnIndex, UsageError
from search.results import Hit, QueryResult, Status
from search.wording import counted

from ... import messages
from ...terminal import printable
from ...typed import Typed, parse, with_folder, with_mode, without
from ..folder_filters import FolderFilters
from ..history import History
from ..marks import Marks
from ..own_keys import with_ids
from ..preferences import Preferences
from ..saved import NUMBERED, Saved
from ..saved_searches import SavedSearches
from ..start import Start, beginning_of
from ..widgets.document_view import DocumentView
from ..widgets.filter_bar import Chip, FilterBar
from ..widgets.found import Found, Shares
from ..widgets.hit_list import HitList
from ..widgets.preview import Preview
from ..widgets.query_input import ChoosingInput, QueryInput
from .explain import ExplainScreen

if TYPE_CHECKING:
    from ..widgets.start_page import StartPage

SHOWN_SECONDS = 1.0
"""How long hits have to be shown before their query enters the history."""


class SearchScreen(Screen[None]):
    """Asks while the user types, and drops answers to questions that are no longer in the input."""

    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {
        SavedSearches,
        FolderFilters,
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        # These keys act everywhere on the screen, also while the input has the focus.
        Binding("tab", "mark", "Mark", key_display="Tab"),
        Binding("shift+tab", "app.focus_next", "Go on", show=False),
        Binding("ctrl+y", "copy_place", "Copy", priority=True),
        Binding("ctrl+e", "explain", "Why", priority=True),
        Binding("ctrl+r", "recent", "Recent", show=False, priority=True),
        Binding("ctrl+s", "save", "Save", show=False, priority=True),
        Binding("f7", "saved", "Saved", show=False, priority=True),
        *(
            Binding(f"alt+{number}", f"run_saved({number})", "Run", show=False, priority=True)
            for number in range(1, NUMBERED + 1)
        ),
        Binding("ctrl+g", "view", "View", show=False, priority=True),
        Binding("ctrl+t", "copy_passage", "Quote", show=False, priority=True),
        Binding("ctrl+n", "move(1)", "Next hit", show=False, priority=True),
        Binding("ctrl+p", "move(-1)", "Previous hit", show=False, priority=True),
        Binding("pagedown", "scroll_document(1)", "Scroll", show=False, priority=True),
        Binding("pageup", "scroll_document(-1)", "Scroll back", show=False, priority=True),
        Binding("f3", "mode", "Mode", show=False),
        Binding("f6", "rerank", "Rerank", show=False),
        Binding("ctrl+l", "compact", "Compact or comfortable", show=False, priority=True),
        Binding("ctrl+o", "arrange", "Move the document", show=False, priority=True),
        Binding("alt+down", "match", "Next match", show=False, priority=True),
        Binding("alt+up", "previous_match", "Previous match", show=False, priority=True),
        Binding("escape", "back", "Back", show=False),
        # The letters are commands while the hits or the document have the focus.
        Binding("enter", "open", "Open", show=False),
        Binding("slash,i", "type", "Type", show=False),
        Binding("o", "view", "View", show=False),
        Binding("y", "copy_place", "Copy", show=False),
        Binding("Y", "copy_passage", "Quote", show=False),
        Binding("u", "clear_marks", "Clear the marks", show=False),
        Binding("n", "other_hit(1)", "Next in file", show=False),
        Binding("N", "other_hit(-1)", "Previous in file", show=False),
        Binding("e", "explain", "Why", show=False),
        Binding("right_curly_bracket", "match", "Next match", show=False),
        Binding("left_curly_bracket", "previous_match", "Previous match", show=False),
    ]
    BINDINGS = with_ids("search", BINDINGS)

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
    ) -> None:
        super().__init__()
        self.history = history
        self.saved = saved
        self.environment = environment
        self.clock = clock
        self.plain = plain
        self.vim = vim
        self.marks = Marks()
        self._first_line = line
        self.choose = choose
        """What Enter does with hits, where it does not open them; called with none to leave."""
        self.start = Start(self, clock, plain)
        self._number = 0
        self._shown_number = 0
        self._typed = parse("")
        self._shown_typed: Typed | None = None
        """The question whose hits are shown."""
        self._shown_timer: Timer | None = None
        self._kept_line = ""
        """The line that the history got last; a line that continues it takes its place."""
        self.rerank = True
        self._preferences = Preferences()
        self._reranker = ""
        self._ready = False
        self._watching = False
        self._narration = ("", False)
        self._summary = "opening the index …"
        self.roots: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        """Input, filters, hits beside or above the document, a line of narration, the keys."""
        yield QueryInput(self.history) if self.choose is None else ChoosingInput(self.history)
        yield FilterBar()
        yield Static("", id="damage", markup=False)
        yield Found(HitList(self.clock, self.plain, self.marks), Preview(self.plain))
        yield Static("", id="narration", markup=False)
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Focus the input."""
        self._show_filters()
        self._narrate(self._summary)
        self.prefer(self._preferences)
        self.put(self._first_line)

    @property
    def hit(self) -> Hit | None:
        """The selected hit."""
        return self.query_one(HitList).hit

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
            hit = beginning_of(row.path, row.kind)
            self._try(lambda: self._hand_over((hit,)))

    def on_query_input_sideways(self, event: QueryInput.Sideways) -> None:
        """Move to the other column of the start page."""
        event.stop()
        self.start.move_aside(event.step)

    # Asking

    def on_input_changed(self, event: Input.Changed) -> None:
        """Ask with every edit that changes the question."""
        event.stop()
        self.history.typed(event.value)
        self.start.typed(event.value)
        self._stop_shown_timer()
        if not event.value:
            self._kept_line = ""
        typed = parse(event.value)
        if typed == self._typed:
            return
        self._typed = typed
        self._show_filters()
        self.ask_again()

    def ask_again(self) -> None:
        """Ask the question in the input, also after an ingest."""
        self._number += 1
        if self._typed.text:
            self.post_message(messages.Ask(self._number, self._typed, self._reranks))
        else:
            self.query_one(HitList).show((), same_query=False)
            self._narrate(self._summary)

    def on_answered(self, report: messages.Answered) -> None:
        """Show the answer if its question is still in the input.

        If the first leg found nothing, the old hits stay until the last step.
        """
        if report.number != self._number or not (report.final or report.result.hits):
            return
        self.show_damage(None)
        self.query_one(HitList).show(
            report.result.hits, same_query=self._shown_number == report.number
        )
        if self._shown_number != report.number:
            self._stop_shown_timer()
            self._shown_timer = self.set_timer(SHOWN_SECONDS, self._remember_shown)
        self._shown_number, self._shown_typed = report.number, self._typed
        self._narrate(self._summary_of(report.result, report.final))

    def on_files_gone(self, report: messages.FilesGone) -> None:
        """Mark the files that are gone."""
        if report.number == self._number:
            self.query_one(HitList).show_gone(report.paths)

    def on_ask_failed(self, report: messages.AskFailed) -> None:
        """Show in place of hits why there is no answer."""
        if report.number == self._number:
            self.query_one(HitList).show((), same_query=False)
            if isinstance(report.error, (IndexDamaged, NotAnIndex)):
                self.show_damage(report.error)
                return
            self._narrate(f"{report.error.message}; {report.error.hint}", failed=True)

    def _summary_of(self, result: QueryResult, final: bool) -> str:
        """The line about an answer: its counts, the mode, the time, warnings, the next step."""
        if not result.hits:
            from ..no_hits import advice

            return " · ".join(
                ("no passage answers that", *result.warnings, *advice(self._typed, result))
            )
        hits, files = len(result.hits), len({hit.path for hit in result.hits})
        counts = f"{counted(hits, 'hit')} in {counted(files, 'file')}"
        if result.weak and final:
            counts += ", none of which may answer that"
        took = f"{result.mode} {result.took_ms:.0f} ms"
        next_step = "" if final else self._next_step(result)
        return " · ".join([counts, took, *result.warnings]) + next_step

    def _next_step(self, result: QueryResult) -> str:
        if result.reranked or result.mode == self._typed.mode:
            return " · reranking …"
        return " · by meaning …" if self._ready else " · the model is loading …"

    @property
    def _reranks(self) -> bool:
        """True if the question in the input is to be reranked."""
        if self._typed.rerank is not None:
            return self._typed.rerank
        return self.rerank and bool(self._reranker) and self._typed.mode == "hybrid"

    def _show_filters(self) -> None:
        if not self.app.is_running:
            return
        has_state = bool(self._reranker) or self._typed.rerank is not None
        state = "on" if self._reranks else "off"
        self.query_one(FilterBar).show(self._typed, state if has_state else "")

    # The selected hit

    def on_hit_list_selected(self, event: HitList.Selected) -> None:
        """Show the passage.

        It is shown at once if the user moved the selection, and after a pause if an answer did.
        """
        event.stop()
        hits = self.query_one(HitList)
        self.query_one(Preview).show_hit(event.hit, hits.hits, at_once=hits.chosen)

    def on_preview_wanted(self, event: Preview.Wanted) -> None:
        """Ask for the document."""
        event.stop()
        self.post_message(messages.Read(event.path, event.width, event.around, event.scrolled))

    def on_document_read(self, report: messages.DocumentRead) -> None:
        """Show the document if its hit is still selected."""
        self.query_one(Preview).show_sheet(report.sheet, report.scrolled)

    def action_open(self) -> None:
        """Open the marked hits, or else the selected one, at their lines in the editor."""
        self._open(self.query_one(HitList).wanted)

    def _open(self, hits: Sequence[Hit]) -> None:
        # The hits of an older question are not what the user wants to open, unless they are marked.
        if hits and (self.marks or self._shown_typed == self._typed):
            self._remember()
            self._try(lambda: self._hand_over(hits))

    def _hand_over(self, hits: Sequence[Hit]) -> None:
        if self.choose is not None:
            self.choose(hits)
            return
        from ..opening import open_in_editor

        open_in_editor(self.app, hits, self.environment)
        if hits == self.marks.hits:
            self.action_clear_marks()

    def action_mark(self) -> None:
        """Mark the selected hit, or take its mark off."""
        self.query_one(HitList).action_mark()

    def action_clear_marks(self) -> None:
        """Take all marks off."""
        self.query_one(HitList).action_clear_marks()

    def on_hit_list_marked(self, event: HitList.Marked) -> None:
        """Show how many hits are marked."""
        event.stop()
        self._narrate(*self._narration)

    def action_view(self) -> None:
        """Open the document in the system's viewer."""
        from ..opening import open_in_viewer

        self._run(lambda hit: open_in_viewer(self.app, hit))

    def on_text_read(self, report: messages.TextRead) -> None:
        """Show the text in the pager."""
        from ..opening import show_in_pager

        self._try(lambda: show_in_pager(self.app, report.hit, report.text, self.environment))

    def action_copy_place(self) -> None:
        """Copy path:line of the marked hits, or else of the selected one."""
        from ..clipboard import copy_places

        copy_places(self.app, self.query_one(HitList).wanted)

    def action_copy_passage(self) -> None:
        """Copy the passages as quotes with their places, like action_copy_place."""
        from ..clipboard import copy_quotes

        copy_quotes(self.app, self.query_one(HitList).wanted)

    def action_other_hit(self, step: int) -> None:
        """Select the next or previous hit of the same document, in its order."""
        hits = self.query_one(HitList)
        if (hit := hits.hit) is None:
            return
        in_document = sorted(
            (other for other in hits.hits if other.path == hit.path),
            key=lambda other: other.char_start,
        )
        if len(in_document) == 1:
            self.notify("This is the only hit in the document")
        else:
            hits.select(in_document[(in_document.index(hit) + step) % len(in_document)])

    def action_explain(self) -> None:
        """Show how the hit came to its place."""
        if self.hit is not None:
            self.app.push_screen(ExplainScreen(self.query_one(HitList), self.plain))

    def _run(self, action: Callable[[Hit], None]) -> None:
        """Do the action with the selected hit, and report its error."""
        if (hit := self.hit) is not None:
            self._try(lambda: action(hit))

    def _try(self, action: Callable[[], None]) -> None:
        try:
            action()
        except UsageError as error:
            self.post_message(messages.Failed(error))

    # The looks of the list

    def prefer(self, preferences: Preferences) -> None:
        """Let the list look as the user likes it."""
        self._preferences = preferences
        if self.is_running:
            self.query_one(HitList).set_compact(preferences.compact)
            self.query_one(Found).divide(Shares(preferences.beside, preferences.above))
            self.query_one(Found).place_document(preferences.preview)

    def action_compact(self) -> None:
        """Change between the compact and the comfortable list."""
        self.query_one(HitList).action_compact()

    def on_hit_list_compacted(self, event: HitList.Compacted) -> None:
        """Remember the list's looks."""
        event.stop()
        self._keep_looks()

    def on_found_divided(self, event: Found.Divided) -> None:
        """Remember where the border is."""
        event.stop()
        self._keep_looks()

    def _keep_looks(self) -> None:
        found = self.query_one(Found)
        compact, shares = self.query_one(HitList).compact, found.shares
        self.post_message(messages.Arrange(compact, shares.beside, shares.above, found.placed))

    def action_arrange(self) -> None:
        """Put the document right of the hits, below them, in their place, or away."""
        self.query_one(Found).place_next()

    # Moving about

    def action_match(self) -> None:
        """Go to the next match in the document."""
        self.query_one(Preview).go_to_match(1)

    def action_previous_match(self) -> None:
        """Go to the previous match in the document."""
        self.query_one(Preview).go_to_match(-1)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Open the selected hit or fold; with the keys of vim, go to the hits."""
        event.stop()
        if self.start.choose():
            return
        if self.vim:
            self._remember()
            self.query_one(HitList).focus()
        else:
            self.query_one(HitList).action_activate()

    def on_hit_list_left(self) -> None:
        """Go back to the input."""
        self.action_type()

    def action_move(self, step: int) -> None:
        """Select the next or previous hit. Where there are no hits, show a newer or older query."""
        hits, line = self.query_one(HitList), self.query_one(QueryInput)
        if line.has_focus and self.start.move(step):
            return
        if self.vim and line.has_focus:
            hits.focus()
        elif not hits.hits:
            if step < 0:
                line.action_older()
            else:
                line.action_newer()
        elif step < 0:
            hits.action_up()
        else:
            hits.action_cursor_down()

    def action_scroll_document(self, pages: int) -> None:
        """Scroll the document."""
        view = self.query_one(DocumentView)
        if pages < 0:
            view.scroll_page_up(animate=False)
        else:
            view.scroll_page_down(animate=False)

    def action_recent(self) -> None:
        """Choose one of the recent queries."""
        from .recent import RecentScreen

        self._remember()
        self.app.push_screen(RecentScreen(self.history), self._put_recent)

    def _put_recent(self, line: str | None) -> None:
        if line is not None:
            self.put(line)

    def on_hit_list_opened(self, event: HitList.Opened) -> None:
        """Open the hits."""
        event.stop()
        self._open(event.hits)

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
            line = self.query_one(QueryInput).value.rstrip()
            self.put(f"{line} {event.key}:".lstrip())

    def put(self, line: str) -> None:
        """Put a query in the input."""
        self._kept_line = ""
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
        line, hits = self.query_one(QueryInput), self.query_one(HitList)
        if self.query_one(Found).leave_full():
            return
        if self.vim and hits.hits:
            self._remember()
            hits.focus()
            return
        if line.has_focus and not line.value:
            if self.choose is not None and not self.marks:
                self.choose(())
            self.action_clear_marks()
        elif line.has_focus:
            self._remember()
            line.put("")
        line.focus()

    def action_mode(self) -> None:
        """Change to the next mode."""
        line = self.query_one(QueryInput)
        line.put(with_mode(line.value, MODES[(MODES.index(self._typed.mode) + 1) % len(MODES)]))

    def action_rerank(self) -> None:
        """Switch reranking from now on.

        In the modes of one leg, which are not reranked by default, the switch concerns this query
        only.
        """
        if not self._reranker:
            self.notify("This index's models have no reranker; F5 shows others", severity="warning")
            return
        line, rerank = self.query_one(QueryInput), not self._reranks
        bare = without(line.value, "rerank")
        if self._typed.mode == "hybrid":
            self.rerank = rerank
            self.post_message(messages.SwitchRerank(rerank))
            line.put(bare)
            self._show_filters()
            self.ask_again()
        else:
            line.put(f"{bare} rerank:on" if rerank else bare)

    def action_save(self) -> None:
        """Ask for a name, and keep the query among the saved searches."""
        from .saved import save

        save(self, " ".join(self.query_one(QueryInput).value.split()))

    def action_saved(self) -> None:
        """List the saved searches, to run, rename or delete them."""
        from .saved import SavedScreen

        self._remember()
        self.app.push_screen(SavedScreen(self.saved), self._put_recent)

    def action_run_saved(self, number: int) -> None:
        """Run the saved search of that number."""
        if number <= len(self.saved.searches):
            self.put(self.saved.searches[number - 1].query)
        else:
            self.notify(f"There is no saved search {number}; Ctrl+S saves one")

    def _remember_shown(self) -> None:
        """Keep a query that was shown for a while, unless it comes from the history itself."""
        if not self.history.browsing:
            self._remember()

    def _stop_shown_timer(self) -> None:
        if self._shown_timer is not None:
            self._shown_timer.stop()
            self._shown_timer = None

    def _remember(self) -> None:
        line = " ".join(self.query_one(QueryInput).value.split())
        # Of a query that was typed with pauses, the history keeps the whole alone.
        instead = self._kept_line if line.startswith(self._kept_line) else ""
        self._keep(lambda line: self.history.add(line, instead), line)
        self._kept_line = line

    def _keep(self, write: Callable[[str], None], line: str) -> None:
        try:
            write(line)
        except OSError as error:
            hint = "check the permissions of that folder"
            self.post_message(
                messages.Failed(UsageError(f"{error.filename}: {error.strerror}", hint))
            )

    # Reports of the app

    def show_status(self, status: Status | None) -> None:
        """Show how many documents the index has, or what is wrong with it."""
        self._summary = self.start.nothing_yet
        self.roots = tuple(root.path for root in status.roots) if status is not None else ()
        if status is not None:
            self._summary = self.start.counts(status)
        if not self._typed.text:
            self._narrate(self._summary)
        reranker = (
            status.models.reranker if status is not None and status.models is not None else ""
        )
        if reranker != self._reranker:
            self._reranker = reranker
            self._show_filters()
            if self._typed.text:
                self.ask_again()

    def show_damage(self, error: DocsearchError | None) -> None:
        """Show what is wrong with the index and what to do, until a query is answered again."""
        if not self.app.is_running:
            return
        panel = self.query_one("#damage", Static)
        panel.display = error is not None
        if error is not None:
            panel.update(
                printable(f"The index is damaged: {error.message}\nWhat to do: {error.hint}")
            )
            self._summary = "the index cannot be used as it is"
            self._narrate(self._summary, failed=True)

    def show_watch(self, on: bool) -> None:
        """Show whether the folders are watched for changes."""
        self._watching = on
        self._narrate(*self._narration)

    def model_ready(self) -> None:
        """Take note that the model is loaded."""
        self._ready = True
        self.show_damage(None)

    def _narrate(self, text: str, failed: bool = False) -> None:
        self._narration = text, failed
        if not self.app.is_running:
            return
        line = self.query_one("#narration", Static)
        problems = "".join(f"{problem} · " for problem in self._typed.problems)
        marked = f"{len(self.marks)} marked · " if self.marks else ""
        watching = " · watching" * self._watching
        line.update(printable(problems + marked + text + watching, one_line=True), layout=False)
        line.set_class(failed or bool(problems), "-failed")
