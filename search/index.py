"""The library's front: an index, and the commands' verbs as methods."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from functools import cache, cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from . import readers
from .calibration import CALIBRATIONS, UNKNOWN
from .catalog import Catalog
from .config import default_index
from .documents import Passage
from .durability import Durability
from .entries import State
from .errors import ModelMismatch, NoIndex, UsageError
from .filters import Filter
from .lock import WriterLock
from .overview import judge, overview
from .passages import PassageRules
from .paths import absolute, anchored, within
from .plan import make_plan
from .profiles import profile_named
from .results import IngestReport, Progress, QueryResult, Status, StoredText, Verdict
from .scopes import RootRules, scopes_of
from .store import TABLE, Store
from .stored_text import join_passages

if TYPE_CHECKING:
    from .engine import Engine
    from .protocols import Embedder


def _unwatched(progress: Progress) -> None:
    pass


class Index:
    """An index on disk. Opening reads nothing: catalogue, table and model are opened by the first call that needs them.

    Calls may come from several threads. One process at a time may ingest or forget, any number may query meanwhile.
    """

    def __init__(
        self, path: str, profile: str | None, load_embedder: Callable[[str], Embedder], rules: PassageRules
    ) -> None:
        self.path = path
        self.profile = profile
        self.rules = rules
        self._load = load_embedder
        self._opening = threading.RLock()

    @classmethod
    def open(
        cls, path: str | os.PathLike[str] | None = None, profile: str | None = None, backend: str = "auto"
    ) -> Self:
        """The index in the folder `path` (None: the user's own). `profile` counts where the index is made (None: "starter")."""

        def by_name(name: str) -> Embedder:
            from .embedder import load_embedder

            return load_embedder(name, backend)

        return cls(os.path.abspath(os.path.expanduser(path or default_index())), profile, by_name, PassageRules())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the files; the next call opens them again."""
        with self._opening:
            if "catalog" in self.__dict__:
                self.catalog.close()
            for name in ("catalog", "store", "engine"):
                self.__dict__.pop(name, None)

    @cached_property
    def catalog(self) -> Catalog:
        """The catalogue, for reading. Raises NoIndex or NotAnIndex."""
        with self._opening:
            return Catalog.open(Path(self.path))

    @cached_property
    def embedder(self) -> Embedder:
        """The index's own embedder. Raises ModelMismatch where the model here is not the one that made the index."""
        with self._opening:
            profile = self.catalog.setting("profile") or self.profile or "starter"
            embedder = self._load(profile_named(profile).embedder)
            model = self.catalog.setting("model")
            if model is not None and model["revision"] != embedder.revision:
                raise ModelMismatch(
                    f"this index was made with {model['name']} ({model['revision']}), the model here is "
                    f"{embedder.name} ({embedder.revision})",
                    "their vectors cannot be compared; make a new index: docsearch --index DIR ingest FOLDER",
                )
            return embedder

    @cached_property
    def store(self) -> Store:
        """The table of passages. Raises NoIndex where nothing was stored yet."""
        with self._opening:
            model = self.catalog.setting("model")
            if model is None:
                raise NoIndex(f"the index in {self.path} is empty", "run: docsearch ingest FOLDER")
            return Store(Path(self.path), model["dimensions"])

    @cached_property
    def engine(self) -> Engine:
        """The query engine."""
        from .engine import Engine

        with self._opening:
            return Engine(
                self.catalog, self.store, lambda: self.embedder, self.model, CALIBRATIONS.get(self.model, UNKNOWN)
            )

    @property
    def model(self) -> str:
        """The name of the embedder that made the index, empty before the first ingest."""
        model = self.catalog.setting("model")
        return "" if model is None else str(model["name"])

    def ingest(
        self, paths: Iterable[str | os.PathLike[str]] = (), rules: RootRules | None = None, prune: bool = False,
        on_progress: Callable[[Progress], None] = _unwatched,
    ) -> IngestReport:  # fmt: skip
        """Add or refresh folders and files; without `paths` all known roots. `prune` forgets what an empty or missing root held.

        Raises UsageError for a path that does not exist, IndexLocked while another process writes, ModelMismatch, StorageFull.
        """
        from .ingest import Ingestion

        wanted = [os.path.realpath(os.path.expanduser(path)) for path in paths]
        known = {root.path: root for root in self.catalog.roots()} if self._exists() else {}
        scopes = scopes_of(wanted, known, rules or RootRules())
        folder = Path(self.path)
        with Catalog.open(folder, create=True) as catalog, WriterLock(folder):
            self._settle_profile(catalog)
            open_store = cache(lambda: self._open_for_writing(catalog))
            if Durability(folder, TABLE).is_damaged():
                open_store()
            recipe = json.dumps({"readers": readers.VERSION, "passages": asdict(self.rules)}, sort_keys=True)
            recipes = catalog.setting("recipes", {})
            plans = []
            for scope in scopes:
                catalog.put_root(scope.root)
                other_recipe = recipes.get(scope.root.path, recipe) != recipe
                plans.append(make_plan(catalog, scope.root, scope.below, prune, other_recipe))
            run = Ingestion(catalog, open_store, lambda: self.embedder, self.rules, on_progress)
            report = run.run(plans)
            for scope in scopes:
                for inner in known:
                    if inner != scope.root.path and within(inner, scope.root.path):
                        catalog.forget_root(inner)
                if scope.below is None:
                    recipes[scope.root.path] = recipe
            catalog.put_setting("recipes", recipes)
            return report

    def query(
        self, text: str, limit: int = 10, mode: str = "hybrid", where: Filter | None = None, per_file: int | None = None,
        min_score: float | None = None, explain: bool = False,
    ) -> QueryResult:  # fmt: skip
        """The passages that answer `text`, best first.

        mode: hybrid, vector or text. `where` limits the documents, `per_file` the passages of each; `min_score` None cuts noise only.
        Raises NoIndex, UsageError for an empty query, ModelMismatch.
        """
        from .engine import Request

        return self.engine.query(Request(text, limit, mode, where, per_file, min_score, explain))

    def document(self, path: str | os.PathLike[str]) -> StoredText:
        """A document's text as indexed. Raises UsageError where the index does not hold it."""
        entry = self.catalog.entry(absolute(path))
        if entry is None or not entry.passages:
            raise UsageError(f"{os.fspath(path)} is not in the index", f"see why: docsearch check {os.fspath(path)}")
        text, pages = join_passages(self.store.passages(entry.doc))
        return StoredText(entry.file.path, entry.kind, entry.title, text, pages)

    def passage(self, passage_id: str) -> Passage:
        """A passage by its id. Raises UsageError for an id that the index does not hold."""
        passage = self.store.passage(passage_id)
        if passage is None:
            raise UsageError(f"there is no passage {passage_id}", "ids are in the output of: docsearch query --json")
        return passage

    def status(self) -> Status:
        """Counts, roots and health, from the catalogue alone. Raises NoIndex."""
        return overview(self.catalog, self.path)

    def check(self, path: str | os.PathLike[str]) -> Verdict:
        """Why a path is or is not in the index. Raises NoIndex."""
        return judge(self.catalog, absolute(path))

    def forget(self, path: str | os.PathLike[str]) -> int:
        """Take a root, folder or file out of the index; returns the number of documents taken out.

        What lies inside a root that stays is added to the root's exclusions. Raises UsageError where the index holds nothing there.
        """
        target = absolute(path)
        folder = Path(self.path)
        with Catalog.open(folder, write=True) as catalog, WriterLock(folder):
            entries = [entry for entry in catalog.entries() if within(entry.file.path, target)]
            roots = catalog.roots()
            if not entries and not any(within(root.path, target) for root in roots):
                raise UsageError(f"the index holds nothing under {target}", "see the folders: docsearch status")
            if stored := [entry.doc for entry in entries if entry.passages]:
                store = self._open_for_writing(catalog)
                catalog.set_state((entry.file.path for entry in entries), State.PENDING)
                store.delete(stored)
                store.sync()
                store.maintain()
            catalog.remove(entry.file.path for entry in entries)
            for root in roots:
                if within(root.path, target):
                    catalog.forget_root(root.path)
                elif within(target, root.path):
                    catalog.put_root(replace(root, exclude=(*root.exclude, anchored(target, root.path))))
            return len(stored)

    def _exists(self) -> bool:
        try:
            return bool(self.catalog)
        except NoIndex:
            return False

    def _settle_profile(self, catalog: Catalog) -> None:
        stored = catalog.setting("profile")
        if stored is None:
            catalog.put_setting("profile", profile_named(self.profile or "starter").name)
        elif self.profile is not None and self.profile != stored:
            raise ModelMismatch(
                f"this index was made with the profile {stored}, not {self.profile}",
                f"leave --profile out, or make another index: docsearch --index DIR ingest --profile {self.profile} FOLDER",
            )

    def _open_for_writing(self, catalog: Catalog) -> Store:
        """The store, made or repaired where needed; what a repair lost is pending in the catalogue."""
        with self._opening:
            model = catalog.setting("model")
            if model is None:
                embedder = self.embedder
                model = {"name": embedder.name, "revision": embedder.revision, "dimensions": embedder.dimensions}
            store = Store(Path(self.path), model["dimensions"], create=True)
            if store.healed_to is not None:
                catalog.mark_pending_after(store.healed_to)
                # Going back to an older version also takes deletions back.
                store.delete(catalog.reconcile(store.counts()))
                store.sync()
            catalog.put_setting("model", model)
            self.__dict__.pop("engine", None)
            self.__dict__["store"] = store
            return store
