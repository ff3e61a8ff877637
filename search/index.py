"""The library's front: an index, and the commands' verbs as methods."""

from __future__ import annotations

import json
import os
import shlex
import threading
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from . import readers
from .calibration import CALIBRATIONS, UNKNOWN
from .catalog import Catalog
from .config import CANDIDATES, MAX_FILE_SIZE, default_index
from .documents import Passage
from .durability import Durability
from .entries import State
from .errors import IndexDamaged, ModelError, ModelMismatch, NoIndex, UsageError
from .filters import Filter
from .inventory import fitting_profile
from .lock import WriterLock
from .overview import judge, overview
from .passages import PassageRules
from .paths import anchored, mount_of, real, spellings, within
from .plan import make_plan
from .profiles import profile_named
from .results import IngestReport, Progress, QueryResult, Status, StoredText, Verdict
from .scopes import RootRules, Scope, scopes_of
from .store import TABLE, Store
from .stored_text import join_passages

if TYPE_CHECKING:
    from .engine import Engine
    from .protocols import Embedder, Reranker


Part = TypeVar("Part")


def _unwatched(progress: Progress) -> None:
    pass


class Index:
    """An index on disk. Opening reads nothing: catalogue, table and model are opened by the first call that needs them.

    Calls may come from several threads. One process at a time may ingest or forget, any number may query meanwhile.
    """

    def __init__(
        self, path: str, profile: str | None, load_embedder: Callable[[str], Embedder], rules: PassageRules, default_profile: str | None = None,
        load_reranker: Callable[[str], Reranker] | None = None,
    ) -> None:  # fmt: skip
        try:
            path.encode()
        except UnicodeEncodeError as error:
            raise UsageError("the index's path is not valid UTF-8", "choose another folder with --index") from error
        self.path = path
        self.profile = profile
        self.default_profile = default_profile
        self.rules = rules
        self._load = load_embedder
        self._load_reranker = load_reranker
        self._opening = threading.RLock()
        self._open: dict[str, Any] = {}

    @classmethod
    def open(
        cls, path: str | os.PathLike[str] | None = None, profile: str | None = None, backend: str = "auto", default_profile: str | None = None,
    ) -> Self:  # fmt: skip
        """The index in the folder `path` (None: the user's own).

        A new index is made with `profile`, else `default_profile`, else the one that fits this machine and the models that are here; one that
        exists must have been made with `profile`.
        """

        def by_name(name: str) -> Embedder:
            from .embedder import load_embedder

            return load_embedder(name, backend)

        def reranker_by_name(name: str) -> Reranker:
            from .reranker import load_reranker

            return load_reranker(name, backend)

        folder = os.path.abspath(os.path.expanduser(path or default_index()))
        return cls(folder, profile, by_name, PassageRules(), default_profile, reranker_by_name)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the files; the next call opens them again."""
        with self._opening:
            if "catalog" in self._open:
                self.catalog.close()
            for name in ("catalog", "store", "engine"):
                self._open.pop(name, None)

    @property
    def catalog(self) -> Catalog:
        """The catalogue, for reading. Raises NoIndex or NotAnIndex."""
        return self._once("catalog", lambda: Catalog.open(Path(self.path)))

    @property
    def embedder(self) -> Embedder:
        """The index's own embedder. Raises ModelMismatch where the model here is not the one that made the index."""
        return self._once("embedder", self._load_embedder)

    @property
    def store(self) -> Store:
        """The table of passages. Raises NoIndex where nothing was stored yet."""
        return self._once("store", self._open_store)

    @property
    def engine(self) -> Engine:
        """The query engine."""
        from .engine import Engine

        def make() -> Engine:
            calibration = CALIBRATIONS.get(self.model, UNKNOWN)
            return Engine(self.catalog, self.store, lambda: self.embedder, self.model, calibration)

        return self._once("engine", make)

    @property
    def model(self) -> str:
        """The name of the embedder that made the index, empty before the first ingest."""
        model = self.catalog.setting("model")
        return "" if model is None else str(model["name"])

    @property
    def _profile(self) -> str:
        """The name of the index's profile, or of the one that it will get."""
        return str(self.catalog.setting("profile") or self.profile or self.default_profile or fitting_profile().name)

    def ingest(
        self, paths: Iterable[str | os.PathLike[str]] = (), rules: RootRules | None = None, prune: bool = False,
        on_progress: Callable[[Progress], None] = _unwatched, default_max_file_size: int = MAX_FILE_SIZE,
    ) -> IngestReport:  # fmt: skip
        """Add or refresh folders and files; without `paths` all known roots. `prune` forgets what an empty or missing root held.

        New roots pass over files larger than `default_max_file_size` bytes, where `rules` do not say otherwise. Raises UsageError for a path that
        does not exist, IndexLocked while another process writes, ModelMismatch, StorageFull.
        """
        from .ingest import Ingestion

        wanted = [real(path) for path in paths]
        folder = Path(self.path)
        profile_named(self.profile or self.default_profile or "starter")
        if not wanted or not all(map(os.path.lexists, wanted)):
            self._scopes(None, wanted, rules, default_max_file_size)  # refuses a wrong path before an index is made
        with Catalog.open(folder, create=True) as catalog, WriterLock(folder):
            self._settle_profile(catalog)
            scopes = self._scopes(catalog, wanted, rules, default_max_file_size)
            open_store = cache(lambda: self._open_for_writing(catalog))
            disk = Durability(folder, TABLE)
            if disk.is_damaged():
                open_store()
                if disk.is_damaged():
                    raise IndexDamaged(
                        f"files of the index in {folder} are torn", "delete that folder, then ingest again"
                    )
            recipe = json.dumps({"readers": readers.VERSION, "passages": asdict(self.rules)}, sort_keys=True)
            recipes = catalog.setting("recipes", {})
            plans = []
            for scope in scopes:
                catalog.put_root(scope.root)
                for inner in scope.inner:
                    catalog.forget_root(inner)
                plans.append(make_plan(catalog, scope, prune, recipes.get(scope.root.path, recipe) != recipe))
            report = Ingestion(catalog, open_store, lambda: self.embedder, self.rules, on_progress).run(plans)
            for scope in scopes:
                if scope.below is None:
                    recipes[scope.root.path] = recipe
                if (
                    prune
                    and not os.path.lexists(scope.root.path)
                    and next(catalog.entries(scope.root.path), None) is None
                ):
                    catalog.forget_root(scope.root.path)
            catalog.put_setting("recipes", recipes)
            return report

    def query(
        self, text: str, limit: int = 10, mode: str = "hybrid", where: Filter | None = None, per_file: int | None = None,
        min_score: float | None = None, explain: bool = False, rerank: bool | None = None, candidates: int = CANDIDATES,
        rerank_budget: float | None = None,
    ) -> QueryResult:  # fmt: skip
        """The passages that answer `text`, best first.

        mode: hybrid, vector or text. `where` limits the documents, `per_file` the passages of each; `min_score` None cuts noise only. The best
        `candidates` are reranked, within `rerank_budget` seconds: `rerank` None means in hybrid mode where the profile's reranker is present.
        Raises NoIndex, UsageError for an empty query, ModelMismatch.
        """
        from .engine import Request

        asked = Request(text, limit, mode, where, per_file, min_score, explain, candidates, rerank_budget)
        wanted = mode == "hybrid" if rerank is None else rerank
        reranker, warnings = self._reranker(bool(rerank)) if wanted else (None, ())
        return self.engine.query(asked, reranker, warnings)

    def document(self, path: str | os.PathLike[str]) -> StoredText:
        """A document's text as indexed. Raises UsageError where the index does not hold it."""
        entry = self.catalog.entry(self._known(path))
        passages = self.store.passages(entry.doc) if entry is not None and entry.stored else []
        if entry is None or not passages:
            named = shlex.quote(os.fspath(path))
            raise UsageError(f"{os.fspath(path)} is not in the index", f"see why: docsearch check {named}")
        text, pages = join_passages(passages)
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
        return judge(self.catalog, self.path, self._known(path))

    def forget(self, path: str | os.PathLike[str]) -> int:
        """Take a root, folder or file out of the index; returns the number of documents taken out.

        What lies inside a root that stays is kept out of it until it is named to `ingest`. Raises UsageError where the index holds nothing there.
        """
        target = self._known(path)
        folder = Path(self.path)
        with Catalog.open(folder, write=True) as catalog, WriterLock(folder):
            entries = list(catalog.entries(target))
            roots = catalog.roots()
            if not entries and not any(within(root.path, target) for root in roots):
                raise UsageError(f"the index holds nothing under {target}", "see the folders: docsearch status")
            if stored := [entry.doc for entry in entries if entry.stored]:
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
                    catalog.put_root(replace(root, forgotten=(*root.forgotten, anchored(target, root.path))))
            return len(entries)

    def _once(self, name: str, make: Callable[[], Part]) -> Part:
        """What is open under `name`, opened now if it is not."""
        with self._opening:
            if name not in self._open:
                self._open[name] = make()
            return cast("Part", self._open[name])

    def _reranker(self, explicit: bool) -> tuple[Reranker | None, tuple[str, ...]]:
        """The profile's reranker, or none and the reason where the profile names one that cannot be used."""
        profile = profile_named(self._profile)
        if self._load_reranker is None or not profile.reranker:
            return None, (f"the profile {profile.name} has no reranker: this is the fused order",) if explicit else ()
        load = self._load_reranker
        try:
            return self._once("reranker", lambda: load(profile.reranker)), ()
        except ModelError as error:
            return None, (f"not reranked: {error}",)

    def _load_embedder(self) -> Embedder:
        embedder = self._load(profile_named(self._profile).embedder)
        model = self.catalog.setting("model")
        if model is not None and model["revision"] != embedder.revision:
            raise ModelMismatch(
                f"this index was made with {model['name']} ({model['revision']}), the model here is "
                f"{embedder.name} ({embedder.revision})",
                "their vectors cannot be compared; make a new index: docsearch --index DIR ingest FOLDER",
            )
        return embedder

    def _open_store(self) -> Store:
        model = self.catalog.setting("model")
        if model is None:
            raise NoIndex(f"the index in {self.path} holds no document yet", "run: docsearch ingest FOLDER")
        return Store(Path(self.path), model["dimensions"])

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
            self._open.pop("engine", None)
            self._open["store"] = store
            return store

    def _known(self, path: str | os.PathLike[str]) -> str:
        """The path under the name by which the index knows it."""
        names = spellings(path)
        roots = [root.path for root in self.catalog.roots()]
        return next(
            (name for name in names if name in roots or next(self.catalog.entries(name), None) is not None),
            next((name for name in names if any(within(name, root) for root in roots)), names[0]),
        )

    def _scopes(
        self, catalog: Catalog | None, wanted: list[str], rules: RootRules | None, max_file_size: int
    ) -> list[Scope]:
        """The scopes of an ingest, each root with the mount point that it lies under now. Without `catalog` only the paths are looked at."""
        if catalog is None:
            try:
                catalog = self.catalog
            except NoIndex:
                return scopes_of(wanted, (), rules or RootRules(), max_file_size, lambda path: False)

        def holds(path: str) -> bool:
            return next(catalog.entries(path), None) is not None

        scopes = scopes_of(wanted, catalog.roots(), rules or RootRules(), max_file_size, holds)
        return [
            replace(scope, root=replace(scope.root, mount=mount_of(scope.root.path)))
            if scope.root.ingested_ns == 0 and os.path.lexists(scope.root.path)
            else scope
            for scope in scopes
        ]

    def _settle_profile(self, catalog: Catalog) -> None:
        stored = catalog.setting("profile")
        if stored is None:
            catalog.put_setting("profile", self._profile)
        elif self.profile is not None and self.profile != stored:
            raise ModelMismatch(
                f"this index was made with the profile {stored}, not {self.profile}",
                f"leave --profile out, or make another index: docsearch --index DIR ingest --profile {self.profile} FOLDER",
            )
