"""The models screen: it pulls, converts, tests and deletes models, and sets the index's profile."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import DataTable, Static
from textual.worker import Worker, get_current_worker

from search.models.caches import ModelState
from search.models.profiles import PROFILES, Profile
from search.results import IndexModels, Status
from search.supply.inventory import Inventory, ModelEntry
from search.wording import counted

from ... import messages
from ...models_text import size_text
from ...progress import duration
from ...terminal import printable
from ..errands import Post, Stale
from ..model_errands import ModelErrands
from ..own_keys import with_ids
from ..widgets.fitted_footer import FittedFooter
from ..widgets.fitted_table import Table
from ..widgets.model_table import ModelTable, ProfileTable
from ..widgets.work_panel import WorkPanel
from .dialogs import BitsScreen, ConfirmScreen, NameScreen

Errand = Callable[[Post, Stale], None]


class ModelsScreen(Screen[None]):
    """Shows an Inventory, and runs one piece of work on models at a time."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("u", "use", "Use profile"),
        Binding("p", "pull", "Pull"),
        Binding("a", "pull_other", "Pull other"),
        Binding("c", "convert", "Convert"),
        Binding("t", "test", "Test"),
        Binding("d", "remove", "Delete"),
        Binding("s", "stop", "Stop"),
        Binding("escape,f5", "app.pop_screen", "Search"),
    ]
    BINDINGS = with_ids("models", BINDINGS)

    def __init__(self, errands: ModelErrands) -> None:
        super().__init__()
        self.errands = errands
        self._status: Status | None = None
        self._inventory: Inventory | None = None
        self._rates: dict[str, float] = {}
        self._worker: Worker[None] | None = None

    def compose(self) -> ComposeResult:
        """The profiles, the models, the running work, the report of a test, the keys."""
        yield Static("", id="in-use", markup=False)
        yield ProfileTable(id="profiles", zebra_stripes=True)
        yield ModelTable(id="models", zebra_stripes=True)
        yield Static("", id="details", markup=False)
        yield WorkPanel()
        with VerticalScroll(id="report-scroll"):
            yield Static("", id="report", markup=False)
        yield FittedFooter(show_command_palette=False)

    def on_mount(self) -> None:
        """Focus the profiles."""
        self._draw()
        self.query_one(ProfileTable).focus()

    def on_screen_resume(self) -> None:
        """Find out again which models are present."""
        self._look()

    # Reports of the app

    def show_status(self, status: Status | None) -> None:
        """Show the profile of the index; None before the first ingest."""
        self._status = status
        self._draw()

    def on_models_read(self, report: messages.ModelsRead) -> None:
        """Show the models that are present."""
        self._inventory = report.inventory
        self._draw()

    def on_pull_asked(self, report: messages.PullAsked) -> None:
        """Ask whether to fetch so much."""
        question = (
            f"Pull {report.name}? It is {size_text(report.size)}; "
            f"the disk has {size_text(report.free)} free."
        )
        self.app.push_screen(
            ConfirmScreen(printable(question)),
            lambda yes: self._pull(report.name, agreed=True) if yes else None,
        )

    def on_pull_advanced(self, report: messages.PullAdvanced) -> None:
        """Show the progress of the download."""
        self.query_one(WorkPanel).advance(report.state, report.speed)

    def on_model_work_ended(self, report: messages.ModelWorkEnded) -> None:
        """Show the outcome, and find out which models are present now."""
        self._worker = None
        self.query_one(WorkPanel).end(report.line)
        self.query_one("#report", Static).update(printable(report.report.strip()))
        self._look()

    def on_embedder_measured(self, report: messages.EmbedderMeasured) -> None:
        """Ask whether to change the profile, now that its cost is known."""
        self._rates[PROFILES[report.profile].embedder] = report.tokens_per_second
        self._ask_to_use(PROFILES[report.profile])

    # Actions of the user

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Enter on a profile makes it the profile of the index."""
        event.stop()
        if isinstance(event.data_table, ProfileTable):
            self.action_use()

    def on_data_table_row_highlighted(self) -> None:
        """Show of the row under the cursor what the table has no room for."""
        self._show_details()

    def on_descendant_focus(self) -> None:
        """Show it of the other table."""
        self._show_details()

    def _show_details(self) -> None:
        if self.is_mounted:
            tables = [table for table in self.query(Table) if table.has_focus]
            self.query_one("#details", Static).update(tables[0].details if tables else "")

    def action_use(self) -> None:
        """Make the selected profile that of the index, whose documents are then embedded anew."""
        profile = self.query_one(ProfileTable).profile
        if self._inventory is None or (
            self._models is not None and profile.name == self._models.profile
        ):
            self.notify(f"The index has the profile {profile.name} already")
        elif not any(map(self._is_here, profile.embedders)):
            self.notify(
                f"Its embedder is not here; p pulls the models of {profile.name}",
                severity="warning",
            )
        elif self._status is None:
            self.post_message(messages.ChooseFolder(profile.name))
        elif profile.embedder in self._rates:
            self._ask_to_use(profile)
        else:
            measure = partial(self.errands.measure, profile.name, profile.embedder)
            self._begin(measure, f"Measuring how fast {profile.embedder} is here …")

    def action_pull(self) -> None:
        """Fetch the selected model, or the models of the selected profile.

        Models that are present are checked and repaired.
        """
        profiles, model = self.query_one(ProfileTable), self.query_one(ModelTable).model
        if profiles.has_focus:
            self._pull(profiles.profile.name)
        elif model is not None:
            self._pull(model.name)

    def action_pull_other(self) -> None:
        """Ask for a model's name, and fetch the model."""
        self.app.push_screen(NameScreen(), lambda name: self._pull(name) if name else None)

    def action_convert(self) -> None:
        """Ask for the bits, and quantise the selected model."""
        if (model := self._selected()) is not None:
            self.app.push_screen(
                BitsScreen(printable(model.name)), lambda bits: self._convert(model, bits)
            )

    def action_test(self) -> None:
        """Test the selected model."""
        if (model := self._selected()) is not None:
            self._begin(partial(self.errands.test, model.name), f"Testing {model.name} …")

    def action_remove(self) -> None:
        """Ask whether to delete the selected model."""
        if (model := self._selected()) is None:
            return
        is_needed = self._models is not None and model.name in (
            self._models.embedder,
            self._models.reranker,
        )
        question = f"Delete {model.name} ({size_text(model.size_bytes)}) from the disk?"
        question += " The queries of this index need it." if is_needed else ""
        self.app.push_screen(
            ConfirmScreen(printable(question)), lambda yes: self._remove(model, yes)
        )

    def action_stop(self) -> None:
        """Stop the running work."""
        if self._worker is not None:
            self.query_one(WorkPanel).say("Stopping …")
            self._worker.cancel()

    def _pull(self, name: str, agreed: bool = False) -> None:
        self._begin(partial(self.errands.pull, name, agreed), f"Asking the hub for {name} …")

    def _convert(self, model: ModelEntry, bits: int | None) -> None:
        if bits is not None:
            self._begin(
                partial(self.errands.convert, model.name, bits),
                f"Converting {model.name} to {bits} bits …",
            )

    def _remove(self, model: ModelEntry, yes: bool | None) -> None:
        if yes:
            self._begin(
                lambda post, stale: self.errands.remove(model.name, post),
                f"Deleting {model.name} …",
            )

    def _ask_to_use(self, profile: Profile) -> None:
        status = self._status
        if status is None:
            return
        rate = self._rates[profile.embedder]
        question = (
            f"Make {profile.name} the profile of this index? "
            f"Its {counted(status.passages, 'passage')}, {counted(status.tokens, 'token')}, "
            "are then embedded anew: "
            f"about {duration(status.tokens / rate)} at {rate:,.0f} tokens/s as measured here."
        )
        if profile.reranker and not self._is_here(profile.reranker):
            question += " Its reranker is not here yet; until it is pulled, hits are not reranked."
        self.app.push_screen(
            ConfirmScreen(printable(question)), lambda yes: self._reembed(profile, yes)
        )

    def _reembed(self, profile: Profile, yes: bool | None) -> None:
        if yes:
            self.query_one(WorkPanel).say(
                f"The index is embedded anew for {profile.name}; F2 shows how far it is"
            )
            self.post_message(messages.StartIngest((), profile.name, reembed=True))

    def _selected(self) -> ModelEntry | None:
        """The model under the cursor, if it is present."""
        table = self.query_one(ModelTable)
        if not table.has_focus:
            self.notify("Choose a model in the lower list first (Tab)", severity="warning")
        elif table.model is not None and table.model.state is ModelState.MISSING:
            self.notify(
                f"{printable(table.model.name)} is not here; p pulls it",
                severity="warning",
                markup=False,
            )
        else:
            return table.model
        return None

    @property
    def _models(self) -> IndexModels | None:
        return self._status.models if self._status is not None else None

    def _is_here(self, name: str) -> bool:
        models = self._inventory.models if self._inventory is not None else ()
        return any(model.name == name and model.state is ModelState.AVAILABLE for model in models)

    # Workers: each of them only runs an errand

    def _look(self) -> None:
        self.app.run_worker(
            partial(self.errands.inventory, self.post_message),
            group="models",
            thread=True,
            exit_on_error=False,
        )

    def _begin(self, errand: Errand, line: str) -> None:
        """Run the errand in a worker, and show `line` meanwhile."""
        if self._worker is not None:
            self.notify("One thing at a time: wait, or stop it with s", severity="warning")
            return
        self.query_one(WorkPanel).begin(line)
        self.query_one("#report", Static).update("")

        def work() -> None:
            worker = get_current_worker()
            errand(self.post_message, lambda: worker.is_cancelled)

        self._worker = self.app.run_worker(
            work, group="model work", thread=True, exit_on_error=False
        )

    # Drawing

    def _draw(self) -> None:
        # While the app ends, reports still come in, and the widgets are removed one by one.
        if not self.is_mounted or not self.app.is_running:
            return
        in_use = printable(self._models.profile, one_line=True) if self._models is not None else ""
        state = f"This index has the profile {in_use}" if in_use else "There is no index yet"
        self.query_one("#in-use", Static).update(
            f"{state}. Enter chooses a profile, Tab goes to the models."
        )
        if self._inventory is not None:
            self.query_one(ProfileTable).show(self._inventory, in_use)
            self.query_one(ModelTable).show(self._inventory)
            if self._inventory.warnings and self._worker is None:
                self.query_one(WorkPanel).say(" ".join(self._inventory.warnings))
