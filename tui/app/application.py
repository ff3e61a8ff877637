"""The app: its screens, its workers, and the messages between them."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from search.config import state_folder
from search.errors import DocsearchError, IndexDamaged, NotAnIndex
from search.wording import counted

from .. import messages
from ..graphics import NO_GRAPHICS, Graphics
from ..terminal import printable
from .document_errands import DocumentErrands
from .endings import end_at_signals
from .errands import Errands
from .folder_measure import FolderMeasure
from .history import History
from .own import NOTHING_OWN, Own
from .own_app import OwnApp
from .own_keys import with_ids
from .part_cache import PartCache
from .query_errands import QueryErrands
from .rendering.signs import BOXES, PLAIN
from .saved import Saved
from .screens.search import SearchScreen
from .threads import Threads
from .verbs import Verb

if TYPE_CHECKING:
    from search import Index
    from search.results import Hit

    from .model_errands import ModelErrands
    from .screens.index import IndexScreen
    from .screens.models import ModelsScreen

POLL_SECONDS = 3.0
"""How often the app looks whether another process has changed the index."""
FULL_COLLECTION_INTERVAL = 500
"""How many collections of younger objects come between two garbage collections of all objects.

With Python's default of 10, full collections come every second while somebody types, and each takes
10 to 30 ms.
"""


class DocsearchApp(OwnApp):
    """Search as you type over `index`, which the first worker opens, not the start of the app.

    `environment` names the editor, `state` is the folder of histories, and `clock` gives the time
    to which ages are counted. `plain` is for screen readers: no boxes, no icons, no animation. With
    the `keys` "vim", Enter, Down and Escape leave the input for the hits, where letters are
    commands; with "typing" the input keeps the focus. `line` is the query in the input at the
    start. With `picks`, Enter puts hits into `chosen` and ends the app. `own` has the user's own
    themes and keys, and `graphics` tells how the terminal shows pictures. Raises ConfigError for a
    theme that does not exist.
    """

    TITLE = "docsearch"
    COMMAND_PALETTE_BINDING = "ctrl+x"
    CSS_PATH = "../docsearch.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-low"), (20, "-high")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1,question_mark", "help", "Help", key_display="F1"),
        Binding("f2", "index", "Index", key_display="F2"),
        Binding("f5", "models", "Models", key_display="F5"),
        Binding("f4", "switch_light", "Light/dark", show=False),
        Binding("ctrl+z", "suspend_process", "Suspend", show=False, priority=True),
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True),
    ]
    BINDINGS = with_ids("app", BINDINGS)

    def __init__(
        self,
        index: Index,
        environment: Mapping[str, str] | None = None,
        state: Path | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        color: bool = True,
        plain: bool = False,
        models: ModelErrands | None = None,
        keys: str = "typing",
        line: str = "",
        picks: bool = False,
        own: Own = NOTHING_OWN,
        graphics: Graphics = NO_GRAPHICS,
    ) -> None:
        folder = state or state_folder()
        super().__init__(own, folder, color, plain)
        if graphics.protocol == "kitty" and self.console.color_system != "truecolor":
            # Its placeholders name a picture by a colour, which must not be changed to a like one.
            graphics = replace(graphics, protocol="blocks")
        parts, signs = PartCache(), PLAIN if plain or not color else BOXES
        self.errands = Errands(index, parts)
        self.search_screen = SearchScreen(
            History(folder / "history", clock),
            Saved(folder / "saved"),
            dict(os.environ if environment is None else environment),
            clock,
            # Without colours, too, a sign marks the selection.
            plain=plain or not color,
            vim=keys == "vim",
            line=line,
            choose=self._choose if picks else None,
            pictures=bool(graphics.protocol),
        )
        self._folder_measure = FolderMeasure(index)
        self.threads = Threads(
            self,
            self.search_screen,
            self.errands,
            QueryErrands(index),
            DocumentErrands(index, parts, signs, graphics),
        )
        self.chosen: tuple[Hit, ...] = ()
        self.interrupted = False
        """True if Ctrl+C ended the app, which it does only where hits are chosen."""
        self._models = models
        self._ingest: Worker[None] | None = None
        self._gc_is_tuned = False
        self._watching: threading.Event | None = None
        """Set it to end the watch; None while nothing is watched."""
        self._first: messages.FirstRun | None = None

    def get_default_screen(self) -> Screen[None]:
        """The search screen, which lies below all others."""
        return self.search_screen

    # The other screens import widgets of their own, for which the first paint need not wait.

    @cached_property
    def index_screen(self) -> IndexScreen:
        """The screen of folders, counts and the running ingest."""
        from .screens.index import IndexScreen

        screen = IndexScreen()
        self.install_screen(screen, "index")
        return screen

    @cached_property
    def models_screen(self) -> ModelsScreen:
        """The screen of the models that are present."""
        from .model_errands import ModelErrands
        from .screens.models import ModelsScreen

        screen = ModelsScreen(self._models or ModelErrands())
        self.install_screen(screen, "models")
        return screen

    def on_mount(self) -> None:
        """Load the index after the first paint, and leave a working terminal after a signal."""
        self.use_own()
        self.search_screen.questions.rerank = self.switches.preferences.rerank
        self.search_screen.prefer(self.switches.preferences)
        self._restore_signals = end_at_signals(self.exit)
        self.call_after_refresh(self._start)
        self.set_interval(POLL_SECONDS, self.threads.poll)

    def on_unmount(self) -> None:
        """End the watch: the process waits for its thread."""
        self._restore_signals()
        if self._watching is not None:
            self._watching.set()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The verbs that can be used on that screen."""
        # A screen that was never shown is not made for this.
        shown = {"search": self.search_screen, "models": self.__dict__.get("models_screen")}
        places = {"app", "index", *(place for place, other in shown.items() if other is screen)}
        for verb in self.own.keys.verbs:
            if verb.place in places:
                yield SystemCommand(verb.name, verb.help, partial(self._do, verb))

    def _do(self, verb: Verb) -> None:
        """Do what a command of the palette says, on its screen."""
        if verb.place == "index" and self.screen is not self.index_screen:
            self._show_or_leave(self.index_screen)
        target = self if verb.place == "app" else self.screen
        self.call_after_refresh(getattr(target, f"action_{verb.action}"))

    def action_help(self) -> None:
        """Show the help."""
        from .screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.own.keys.verbs, self.search_screen.plain))

    def action_help_quit(self) -> None:
        """Say what Ctrl+C does: many press it to quit. Where hits are chosen, quit."""
        if self.search_screen.actions.choose is not None:
            self.interrupted = True
            self.exit()
            return
        self.notify("Ctrl+C copies text that is selected. Ctrl+Q quits.")

    def action_index(self) -> None:
        """Show the index, or go back to the search."""
        self._show_or_leave(self.index_screen)

    def action_models(self) -> None:
        """Show the models, or go back to the search."""
        self._show_or_leave(self.models_screen)

    def _show_or_leave(self, screen: Screen[None]) -> None:
        if self.screen is screen:
            self.pop_screen()
        elif self.screen is self.search_screen:
            self.push_screen(screen)
        elif self.screen in (self.index_screen, self.models_screen):
            self.switch_screen(screen)

    def _start(self) -> None:
        self.threads.status()
        self.threads.warm()

    # Requests

    def on_ask(self, ask: messages.Ask) -> None:
        """Answer a question, and cancel older ones."""
        self.threads.answer(ask)

    def on_switch_rerank(self, switch: messages.SwitchRerank) -> None:
        """Remember the switch for later runs."""
        self.switches.keep(rerank=switch.on)

    def on_arrange(self, looks: messages.Arrange) -> None:
        """Remember how the list looks for later runs."""
        self.switches.keep(
            compact=looks.compact, beside=looks.beside, above=looks.above, preview=looks.preview
        )

    def _choose(self, hits: Sequence[Hit]) -> None:
        self.chosen = tuple(hits)
        self.exit()

    def on_read(self, read: messages.Read) -> None:
        """Lay out a document."""
        self.threads.read(read)

    def on_draw(self, ask: messages.Draw) -> None:
        """Draw a page or a picture."""
        self.threads.draw(ask)

    def on_read_text(self, read: messages.ReadText) -> None:
        """Read the text of a document."""
        self.threads.text(read.hit)

    def on_read_status(self) -> None:
        """Read the counts."""
        self.threads.status()

    def on_list_passed_over(self, ask: messages.ListPassedOver) -> None:
        """List what is left out for a reason, for the dialog that asks."""
        self.threads.list_passed_over(ask.reason, self.screen.post_message)

    def on_start_ingest(self, start: messages.StartIngest) -> None:
        """Read folders into the index, one run at a time."""
        if self.index_screen.busy:
            self.notify(
                "The index is being brought up to date already; wait, or stop it on its screen",
                severity="warning",
            )
            return
        self.index_screen.begin()
        self.search_screen.start.begin(start.paths)
        self._ingest = self.threads.ingest(start)

    def on_stop_ingest(self) -> None:
        """Stop the running ingest."""
        if self._ingest is not None:
            self._ingest.cancel()

    def on_switch_watch(self) -> None:
        """Begin to watch all known roots, or end the watch."""
        if self._watching is None:
            self._watching = threading.Event()
            self.threads.watch(self._watching)
        else:
            self._watching.set()
        self.index_screen.show_watch(not self._watching.is_set())
        self.search_screen.show_watch(not self._watching.is_set())

    def on_start_forget(self, start: messages.StartForget) -> None:
        """Take a root out of the index."""
        self.threads.forget(start.path)

    # Reports

    def on_status_read(self, report: messages.StatusRead) -> None:
        """Show the counts."""
        self.search_screen.show_status(report.status)
        self.index_screen.show_status(report.status)
        self.models_screen.show_status(report.status)
        knew_index = self.search_screen.start.knows_index
        if self.search_screen.start.changed(report.status):
            self.threads.start()
            if knew_index:
                self.search_screen.look_again()

    def on_skips_read(self, report: messages.SkipsRead) -> None:
        """Show the files that were left out."""
        self.index_screen.show_skips(report.skips)

    def on_first_run(self, report: messages.FirstRun) -> None:
        """Ask for a folder, since the index holds nothing."""
        self._first = report
        if self.screen is self.search_screen and not self.index_screen.busy:
            self._ask_for_folder(report.fitting.name)

    def on_choose_folder(self, choose: messages.ChooseFolder) -> None:
        """Ask for a folder, with the profile that was chosen."""
        self._ask_for_folder(choose.profile)

    def on_model_ready(self) -> None:
        """Tell the search screen that the model is loaded, and tune the garbage collector."""
        self.search_screen.model_ready()
        if not self._gc_is_tuned:
            self._gc_is_tuned = True
            # The objects that are loaded by now stay until the app ends. A collection that looks
            # through them takes a tenth of a second, in which no key is handled. Later objects die
            # young or stay too, so full collections are rarely needed.
            gc.freeze()
            gc.set_threshold(*gc.get_threshold()[:2], FULL_COLLECTION_INTERVAL)

    def on_advanced(self, report: messages.Advanced) -> None:
        """Show the progress of the ingest."""
        self.index_screen.advance(report.progress)
        self.search_screen.start.advance(report.progress)

    def on_ingest_ended(self, report: messages.IngestEnded) -> None:
        """Show what the ingest did, and ask the query again."""
        self.index_screen.end(report.report)
        self.search_screen.start.end(report.report)
        self._start()
        self.search_screen.ask_again()

    def on_refreshed(self, report: messages.Refreshed) -> None:
        """Show what the watch found, and ask the query again."""
        self.index_screen.refreshed(report.report)
        self.search_screen.start.end_watched()
        self.threads.status()
        self.search_screen.ask_again()

    def on_watch_ended(self) -> None:
        """Show that nothing is watched any more."""
        self._watching = None
        self.search_screen.start.end_watched()
        self.index_screen.show_watch(False)
        self.search_screen.show_watch(False)

    def on_forgotten(self, report: messages.Forgotten) -> None:
        """Show the index without the forgotten root."""
        title = printable(report.path, one_line=True)
        verb = "is" if report.documents == 1 else "are"
        documents = f"{counted(report.documents, 'document')} {verb}"
        self.notify(f"{documents} out of the index", title=title, markup=False)
        self.threads.status()
        self.search_screen.ask_again()

    def on_failed(self, report: messages.Failed) -> None:
        """Show the error of a request: a damaged index for good, all else for a while."""
        if isinstance(report.error, (IndexDamaged, NotAnIndex)):
            self.search_screen.show_damage(report.error)
        else:
            self.warn(report.error)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Show the crash of a worker as a message; the app goes on."""
        error = event.worker.error
        if event.state is WorkerState.ERROR and error is not None:
            message = f"unexpected {type(error).__name__}: {error}"
            self.warn(DocsearchError(message, "go on; please report it if it happens again"))

    def _ask_for_folder(self, profile: str) -> None:
        if self._first is not None:
            from .screens.first_run import FirstRunScreen

            screen = FirstRunScreen(self._first.profiles, profile, self._folder_measure.measure)
            self.push_screen(screen, self._start_first)

    def _start_first(self, start: messages.StartIngest | None) -> None:
        if start is not None:
            if self.screen is not self.search_screen:
                self.pop_screen()
            self.post_message(start)
