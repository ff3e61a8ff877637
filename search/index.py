"""The library's front: an index, and the commands' verbs as methods."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from . import readers
from .catalog import Catalog
from .config import MAX_FILE_SIZE, default_index
from .documents import Passage
from .durability import Durability
from .entries import State
from .errors import IndexDamaged, NoIndex, UsageError
from .filters import Filter
from .lock import WriterLock
from .overview import judge, overview
from .parts import Parts
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
        self.rules = rules
        self.parts = Parts(Path(path), profile, default_profile, load_embedder, load_reranker)

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
        self.parts.close()

    @property
    def profile(self) -> str | None:
        """The profile asked for, which a new index gets."""
        return self.parts.profile

    @profile.setter
    def profile(self, name: str | None) -> None:
        self.parts.profile = name

    @property
    def catalog(self) -> Catalog:
        """The catalogue, for reading. Raises NoIndex or NotAnIndex."""
        return self.parts.catalog

    @property
    def embedder(self) -> Embedder:
        """The index's own embedder. Raises ModelMismatch where the model here is not the one that made the index."""
        return self.parts.embedder

    @property
    def store(self) -> Store:
        """The table of passages. Raises NoIndex where nothing was stored yet."""
        return self.parts.store

    @property
    def engine(self) -> Engine:
        """The query engine."""
        return self.parts.engine

    @property
    def model(self) -> str:
        """The name of the embedder that made the index, empty before the first ingest."""
        return self.parts.model

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
        profile_named(self.profile or self.parts.default_profile or "starter")
        if not wanted or not all(map(os.path.lexists, wanted)):
            self._scopes(None, wanted, rules, default_max_file_size)  # refuses a wrong path before an index is made
        with Catalog.open(folder, create=True) as catalog, WriterLock(folder):
            self.parts.check_profile(catalog)
            scopes = self._scopes(catalog, wanted, rules, default_max_file_size)
            open_store = cache(lambda: self.parts.open_for_writing(catalog))
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
            report = Ingestion(catalog, open_store, lambda: self.parts.embedder, self.rules, on_progress).run(plans)
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
        min_score: float | None = None, explain: bool = False, rerank: bool | None = None, candidates: int | None = None,
        rerank_budget: float | None = None,
    ) -> QueryResult:  # fmt: skip
        """The passages that answer `text`, best first.

        mode: hybrid, vector or text. `where` limits the documents, `per_file` the passages of each; `min_score` None cuts noise only. The best
        `candidates` (None: as many as the profile says) are reranked, within `rerank_budget` seconds: `rerank` None means in hybrid mode where
        the profile's reranker is present.
        Raises NoIndex, UsageError for an empty query, ModelMismatch.
        """
        from .engine import Request

        read = candidates or profile_named(self.parts.profile_name).candidates
        asked = Request(text, limit, mode, where, per_file, min_score, explain, read, rerank_budget)
        wanted = mode == "hybrid" if rerank is None else rerank
        reranker, warnings = self.parts.reranker(bool(rerank)) if wanted else (None, ())
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
                store = self.parts.open_for_writing(catalog)
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
