"""An index kept in step with its roots: a run over parts of them, and one after the other as they change."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path

from .. import readers
from ..errors import IndexDamaged, IndexLocked, UsageError
from ..opened import Opened
from ..paths import anchored, within
from ..results import IngestReport, Progress
from ..storage.catalog import Catalog
from ..storage.durability import Durability
from ..storage.index_models import clear, models_in, table_in_use
from ..storage.lock import WriterLock
from ..text import passages, terms
from ..text.passages import PassageRules
from .plan import Plan, changed_scopes, make_plan
from .removal import take_out
from .run import Ingestion
from .scopes import Scope, outermost
from .tally import Tally
from .watch import Watch


class Refresh:
    """The writing side of the index in `folder`. Threads of one process take turns, processes exclude each other."""

    def __init__(self, folder: str, opened: Opened, rules: PassageRules) -> None:
        self.folder = folder
        self.opened = opened
        self.rules = rules

    @contextmanager
    def writing(self, create: bool = False) -> Iterator[Catalog]:
        """The catalogue, with the right to write. Raises IndexLocked while another process has it, NoIndex."""
        folder = Path(self.folder)
        with (
            self.opened.writing,
            Catalog.open(folder, create=create, write=True) as catalog,
            WriterLock(folder),
        ):
            clear(folder, catalog)
            yield catalog

    def change_models(
        self, catalog: Catalog, on_progress: Callable[[Progress], None]
    ) -> Tally | None:
        """Embed all documents anew where that is due, within `writing`; None where nothing was done."""
        if models_in(catalog) is None:
            return None
        from .reembedding import reembed

        change, embedder = self.opened.begin_change(catalog)
        if change is None:
            return None
        done = reembed(
            Path(self.folder),
            catalog,
            change,
            self.opened.open_for_writing(catalog),
            embedder,
            on_progress,
        )
        self.opened.keep_embedder(change.models, embedder)
        return done

    def plans(self, catalog: Catalog, scopes: Iterable[Scope], prune: bool) -> list[Plan]:
        """What there is to do in each scope."""
        recipes, recipe = catalog.setting("recipes", {}), self._recipe()
        recognised, can = catalog.setting("recognised", []), readers.can_recognise()
        return [
            make_plan(
                catalog, scope, prune,
                recipe_changed=recipes.get(scope.root.path, recipe) != recipe,
                can_recognise=can and scope.root.path not in recognised,
            )
            for scope in scopes
        ]  # fmt: skip

    def run(
        self,
        catalog: Catalog,
        scopes: Collection[Scope],
        prune: bool,
        on_progress: Callable[[Progress], None],
    ) -> IngestReport:
        """Bring the scopes up to date, within `writing`."""
        open_store = cache(lambda: self.opened.open_for_writing(catalog))
        disk = Durability(Path(self.folder), table_in_use(catalog))
        if disk.is_damaged():
            open_store()
            if disk.is_damaged():
                hint = "delete that folder, then ingest again"
                raise IndexDamaged(f"files of the index in {self.folder} are torn", hint)
        for scope in scopes:
            catalog.put_root(scope.root)
            for inner in scope.inner:
                catalog.forget_root(inner)
        plans = self.plans(catalog, scopes, prune)
        report = Ingestion(
            catalog, open_store, lambda: self.opened.embedder, self.rules, on_progress
        ).run(plans)
        recipes, recipe = catalog.setting("recipes", {}), self._recipe()
        recognised = set(catalog.setting("recognised", []))
        for scope in scopes:
            if scope.below is None:
                recipes[scope.root.path] = recipe
                (recognised.add if readers.can_recognise() else recognised.discard)(scope.root.path)
            if (
                prune
                and not os.path.lexists(scope.root.path)
                and not catalog.holds(scope.root.path)
            ):
                catalog.forget_root(scope.root.path)
        catalog.put_setting("recipes", recipes)
        catalog.put_setting("recognised", sorted(recognised))
        return report

    def forget(self, path: str) -> int:
        """Take a root, folder or file out, and say how many documents went. Raises UsageError where the index holds nothing there."""
        with self.writing() as catalog:
            entries = list(catalog.entries(path))
            roots = catalog.roots()
            if not entries and not any(within(root.path, path) for root in roots):
                raise UsageError(
                    f"the index holds nothing under {path}", "see the folders: docsearch status"
                )
            if take_out(catalog, lambda: self.opened.open_for_writing(catalog), entries):
                self.opened.store.maintain()
            catalog.remove(entry.file.path for entry in entries)
            for root in roots:
                if within(root.path, path):
                    catalog.forget_root(root.path)
                elif within(path, root.path):
                    catalog.put_root(
                        replace(root, forgotten=(*root.forgotten, anchored(path, root.path)))
                    )
            return len(entries)

    def follow(
        self, paths: Collection[str], on_progress: Callable[[Progress], None], stop: threading.Event
    ) -> Iterator[IngestReport]:
        """One report for each time that something changed in the known roots, or below the absolute `paths` of them.

        All of them are looked through at first. While another process writes, what changed waits.
        """
        waiting: dict[str, None] = {}
        for changes in Watch(lambda: self._watched(paths), stop).changes():
            waiting |= dict.fromkeys(changes.paths)
            report = NOTHING_DONE
            try:
                if waiting and changed_scopes(self.opened.catalog, waiting, self.folder):
                    with self.writing() as catalog:
                        report = self.run(
                            catalog,
                            changed_scopes(catalog, waiting, self.folder),
                            False,
                            on_progress,
                        )
                waiting = {}
            except IndexLocked:
                pass
            yield replace(report, warnings=(*changes.warnings, *report.warnings))

    def _recipe(self) -> str:
        """What makes other passages of the same file when it changes."""
        return json.dumps(
            {
                "readers": readers.VERSION,
                "words": terms.VERSION,
                "cut": passages.VERSION,
                "passages": asdict(self.rules),
            },
            sort_keys=True,
        )

    def _watched(self, paths: Collection[str]) -> list[str]:
        roots = [root.path for root in self.opened.catalog.roots()]
        return outermost(
            [path for path in paths if any(within(path, root) for root in roots)]
            if paths
            else roots
        )


NOTHING_DONE = IngestReport(0, 0, 0, 0, 0, 0, 0, 0.0, (), (), (), ())
