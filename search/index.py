"""The library's front: an index, and the commands' verbs as methods."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from .config import CACHE_SIZE, MAX_FILE_SIZE, default_index
from .documents import Passage, Skip
from .errors import IndexDamaged, ModelError, NoIndex, UsageError
from .ingest.placeholders import SYSTEM_MARKS, CloudMarks
from .models.profiles import profile_named
from .opened import Opened
from .paths import index_place, is_missing, real
from .results import (
    Check,
    DocumentList,
    DryRun,
    FolderSize,
    IngestReport,
    LargeFile,
    Picture,
    Progress,
    QueryResult,
    RecentDocument,
    Status,
    StoredPart,
    StoredText,
    Transfer,
    Verdict,
)
from .storage.home import home_at
from .supply.model_choice import ModelChoice
from .text.passage_rules import PassageRules
from .urls import is_url

if TYPE_CHECKING:
    from .cluster.cluster_reading import ClusterReading
    from .ingest.refresh import Refresh
    from .ingest.scopes import RootRules, Targets
    from .protocols import Embedder, ModelSource, Reranker
    from .query.engine import Engine
    from .storage.catalog import Catalog
    from .storage.filters import Filter
    from .storage.store import Store
    from .storage.stored_text import StoredTexts
    from .storage.writable_store import WritableStore


DRAWN_KINDS = ("pdf", "image")
"""The kinds of document whose pages `Index.picture` draws."""


def _unwatched(progress: Progress) -> None:
    pass


def _unheard(large: tuple[LargeFile, ...]) -> None:
    pass


class Index:
    """An index on this machine's disk, or at the URL of an object store.

    Opening it reads nothing: the first call that needs the catalogue, the table or a model opens
    it.

    Calls may come from several threads. One process at a time may ingest or forget, any number may
    query meanwhile.
    """

    def __init__(
        self,
        path: str,
        asked: ModelChoice | None,
        load_embedder: Callable[[str], Embedder],
        rules: PassageRules,
        default: ModelChoice | None = None,
        load_reranker: Callable[[str], Reranker] | None = None,
        revision_of: Callable[[str], str] = lambda name: "",
        marks: CloudMarks = SYSTEM_MARKS,
        backend: str = "auto",
        cache_size: int = CACHE_SIZE,
    ) -> None:
        try:
            path.encode()
        except UnicodeEncodeError as error:
            raise UsageError(
                "the index's path is not valid UTF-8", "choose another folder with --index"
            ) from error
        self.path = path
        self.home = home_at(path, cache_size)
        self.rules = rules
        self.marks = marks
        self.backend = backend
        nothing = ModelChoice()
        self.opened = Opened(
            self.home,
            asked or nothing,
            default or nothing,
            rules,
            load_embedder,
            load_reranker,
            revision_of,
        )

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str] | None = None,
        *,
        profile: str | None = None,
        backend: str = "auto",
        default: ModelChoice | None = None,
        embedder: str | None = None,
        reranker: str | None = None,
        dimensions: int | None = None,
        loaded: ModelSource | None = None,
        cache_size: int = CACHE_SIZE,
    ) -> Self:
        """The index in the folder or at the URL `path` (None: the user's own).

        A new index is made with the models named here, else with `default`, else with the profile
        that fits this machine and the models that are here. `embedder` and `reranker` name a
        repository or a folder in place of the profile's; `dimensions` cuts the vectors of an
        embedder that is trained for it. An index that exists must have been made with these models,
        but for the reranker. Models are taken from `loaded` where it is given, else loaded for this
        index alone. What is fetched of an index in an object store takes up to `cache_size` bytes
        on this machine; a table that takes more than half of them is read in the store.
        """

        def by_name(name: str) -> Embedder:
            if loaded is not None:
                return loaded.embedder(name, backend)
            from .models.embedder import load_embedder

            return load_embedder(name, backend)

        def reranker_by_name(name: str) -> Reranker:
            if loaded is not None:
                return loaded.reranker(name, backend)
            from .models.reranker import load_reranker

            return load_reranker(name, backend)

        folder = index_place(path or default_index())
        asked = ModelChoice(profile, embedder, reranker, dimensions)
        return cls(
            *(folder, asked, by_name, PassageRules(), default, reranker_by_name, _revision_of),
            backend=backend,
            cache_size=cache_size,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the files; the next call opens them again."""
        self.opened.close()

    @property
    def catalog(self) -> Catalog:
        """The catalogue, for reading. Raises NoIndex or NotAnIndex."""
        return self.opened.catalog

    @property
    def embedder(self) -> Embedder:
        """The index's own embedder.

        Raises ModelMismatch where the model on this machine is not the one that made the index.
        """
        return self.opened.embedder

    @property
    def store(self) -> Store:
        """The table of passages. Raises NoIndex where nothing was stored yet."""
        return self.opened.store

    @property
    def engine(self) -> Engine:
        """The query engine over the table in use."""
        from .query.calibration import calibration_for
        from .query.engine import Engine
        from .storage.baseline import baseline_in

        catalog, name = self.catalog, self.model
        baseline, store = baseline_in(catalog), self.opened.store_of(catalog)
        calibration = calibration_for(name, baseline.cosine if baseline else None)
        return Engine(catalog, store, lambda: self.embedder, name, calibration)

    @property
    def model(self) -> str:
        """The name of the embedder that made the index, empty before the first ingest."""
        models = self.opened.models
        return models.name if models else ""

    def _refresh(self, models: ModelChoice | None = None) -> Refresh:
        """The writing side of the index, for a run that asks for `models`.

        None stands for the models that the index was opened with.
        """
        from .ingest.refresh import Refresh
        from .query.calibration import is_measured

        opened = self.opened if models is None else self.opened.asking(models)
        return Refresh(opened, self.rules, is_measured, self.marks)

    def ingest(
        self,
        paths: Iterable[str | os.PathLike[str]] = (),
        *,
        rules: RootRules | None = None,
        prune: bool = False,
        on_progress: Callable[[Progress], None] = _unwatched,
        default_max_file_size: int = MAX_FILE_SIZE,
        reembed: bool = False,
        models: ModelChoice | None = None,
        on_large: Callable[[tuple[LargeFile, ...]], None] = _unheard,
        on_notice: Callable[[str], None] = lambda notice: None,
        ray: str | None = None,
    ) -> IngestReport:
        """Add or refresh folders and files; without `paths` all known roots.

        `prune` forgets what an empty or missing root held. `reembed` first embeds all documents
        anew with the `models` (None: those that the index was opened with), or with those of a
        re-embedding that was interrupted; queries use the old vectors until the new ones are
        complete. New roots pass over files larger than `default_max_file_size` bytes, where `rules`
        name no other size. `on_large` is given the large files that are about to be read, where
        there are any, and `on_notice` each warning that is known before anything is embedded.
        `ray` is the address of a Ray cluster that reads and embeds: HOST:PORT, `auto` for the one
        that runs on this machine, or `local` for one that the run starts here.

        Raises UsageError for a path that does not exist, IndexLocked while another process writes,
        ModelMismatch, StorageFull, and ClusterFailure where the cluster cannot be used.
        """
        if ray is not None and reembed:
            raise UsageError("a cluster does not embed documents anew", "leave out --ray")
        refresh, targets = self._refresh(models), _targets(paths, rules, default_max_file_size)
        profile_named(refresh.opened.asked.over(self.opened.default).profile or "starter")
        # A URL is asked for in any case, so that a store that refuses is told of at once.
        if not targets.paths or not all(map(os.path.lexists, targets.paths)):
            with self._catalog_or_none_yet() as catalog:
                # Refuses a wrong path before an index is made.
                targets.scopes(catalog)
        with self._cluster(ray, on_progress) as cluster_for, refresh.writing(True) as catalog:
            done = refresh.change_models(catalog, on_progress) if reembed else None
            refresh.opened.take_choice(catalog)
            scopes = targets.scopes(catalog)
            report = refresh.run(
                catalog, scopes, prune, on_progress, on_large, on_notice, cluster_for
            )
            report = report if done is None else done.joined(report)
            notices = (*self.opened.notices, *refresh.opened.note_reranker(catalog))
            return replace(report, warnings=(*report.warnings, *notices))

    @contextmanager
    def _cluster(
        self, address: str | None, on_progress: Callable[[Progress], None]
    ) -> Iterator[Callable[[Catalog, Callable[[], WritableStore]], ClusterReading] | None]:
        """What makes the cluster at an address read for a catalogue; None without an address."""
        if address is None:
            yield None
            return
        from .cluster.cluster_reading import ClusterReading
        from .cluster.connection import connected

        with connected(address) as cluster:
            yield lambda catalog, open_store: ClusterReading(
                *(cluster, self.backend, self.opened.home, catalog, open_store),
                *(self.rules, on_progress),
            )

    def dry_run(
        self,
        paths: Iterable[str | os.PathLike[str]] = (),
        *,
        rules: RootRules | None = None,
        prune: bool = False,
        default_max_file_size: int = MAX_FILE_SIZE,
    ) -> DryRun:
        """What `ingest` would do with the same arguments, told from names, sizes and times.

        Nothing is opened for reading and nothing is written. Raises UsageError for a path that does
        not exist.
        """
        from .ingest.dry_run import dry_run

        targets = _targets(paths, rules, default_max_file_size)
        with self._catalog_or_none_yet() as catalog:
            return dry_run(catalog, self._refresh().plans(catalog, targets.scopes(catalog), prune))

    def watch(
        self,
        paths: Iterable[str | os.PathLike[str]] = (),
        *,
        rules: RootRules | None = None,
        prune: bool = False,
        on_progress: Callable[[Progress], None] = _unwatched,
        default_max_file_size: int = MAX_FILE_SIZE,
        reembed: bool = False,
        stop: threading.Event | None = None,
        on_large: Callable[[tuple[LargeFile, ...]], None] = _unheard,
        on_notice: Callable[[str], None] = lambda notice: None,
        ray: str | None = None,
    ) -> Iterator[IngestReport]:
        """Ingest, then keep up with whatever changes, until `stop` is set.

        Yields a report of the first run, then one of each run that has news. Only what changed is
        looked at. Without `paths` all roots are watched, also those that are added meanwhile. Other
        processes may write between the runs. A cluster at `ray` does the first run alone. Raises as
        `ingest` does, IndexLocked in the first run only.
        """
        from .ingest.news import News

        given, news = [real(path) for path in paths], News()
        first = self.ingest(
            given,
            rules=rules,
            prune=prune,
            on_progress=on_progress,
            default_max_file_size=default_max_file_size,
            reembed=reembed,
            on_large=on_large,
            on_notice=on_notice,
            ray=ray,
        )
        news.is_in(first)
        yield first
        yield from filter(
            news.is_in, self._refresh().follow(given, on_progress, stop or threading.Event())
        )

    def query(
        self,
        text: str,
        *,
        limit: int = 10,
        mode: str = "hybrid",
        where: Filter | None = None,
        per_file: int | None = None,
        min_score: float | None = None,
        explain: bool = False,
        rerank: bool | None = None,
        candidates: int | None = None,
        rerank_budget: float | None = None,
        on_order: Callable[[QueryResult], None] | None = None,
        on_step: Callable[[], None] | None = None,
        on_fused: Callable[[QueryResult], None] | None = None,
    ) -> QueryResult:
        """The passages that answer `text`, best first.

        A hit must have each "quoted phrase" of the text and no -word.

        mode: hybrid, vector or text. `where` limits the documents, `per_file` the passages of each;
        `min_score` None cuts noise only. The best `candidates` (None: as many as the profile says)
        are reranked, within `rerank_budget` seconds: `rerank` None means in hybrid mode where the
        profile's reranker is present.

        Before the reranker reads, `on_fused` is given the hits in their order without it. While it
        reads, `on_order` is given the order so far now and then; `on_step` is called between the
        stages. What they raise ends the query.

        Raises NoIndex, ModelMismatch, and UsageError for an unknown mode and a query that is empty
        or only excludes.
        """
        from .query.request import NO_RERANKING, Request, Reranking, Watchers

        read = candidates or self.opened.profile.candidates
        request = Request(
            text, limit, mode, where, per_file, min_score, explain, read, rerank_budget
        )
        wanted = mode == "hybrid" if rerank is None else rerank
        reranking = (
            Reranking(*self.opened.reranker(explicit=bool(rerank))) if wanted else NO_RERANKING
        )
        watchers = Watchers(on_order, on_step, on_fused)
        state = self.opened.state
        try:
            result = self.engine.query(request, reranking, watchers)
        except IndexDamaged:
            self.home.look_again()
            if state == self.opened.state:
                raise
            # Another process changed the models meanwhile, and the table that was asked is gone, or
            # the version of it that belongs to an older snapshot.
            result = self.engine.query(request, reranking, watchers)
        self.home.note_query(self.opened.place)
        return result

    def document(self, path: str | os.PathLike[str]) -> StoredText:
        """A document's text as indexed. Raises UsageError where the index does not hold it."""
        return self._texts(self.catalog).document(path)

    def part(
        self,
        path: str | os.PathLike[str],
        chars: tuple[int, int] | None = None,
        lines: tuple[int, int] | None = None,
    ) -> StoredPart:
        """The text of the passages that a range of a document touches; no others are read.

        `chars` is a range [start, end) of characters, `lines` the first and the last line. The text
        is empty where no passage touches the range. Raises UsageError where the index does not hold
        the document.
        """
        return self._texts(self.catalog).part(path, chars, lines)

    def picture(
        self,
        path: str | os.PathLike[str],
        page: int = 1,
        size: tuple[int, int] = (1200, 1600),
        *,
        mark: str = "",
    ) -> Picture:
        """A page, counted from 1, of a PDF or TIFF, or another picture, drawn in red, green, blue.

        It is as large as fits into `size`, its width and height in pixels, and holds 4 million
        pixels at most. The words `mark` are tinted where they stand on the page of a PDF. A process
        of its own draws it from the file. Raises UsageError where the index does not hold the
        document or its kind has no pages to draw, Unreadable where it cannot be drawn within 10
        seconds.
        """
        from .readers.picture_process import picture

        kind = self.part(path, chars=(0, 0)).kind
        if is_url(os.fspath(path)):
            raise UsageError(
                "pages of a document in a store are not drawn",
                "its text is shown, or fetch the file with the store's own tools",
            )
        if kind not in DRAWN_KINDS:
            raise UsageError(f"a document of kind {kind} has no picture", "show its text")
        return picture(os.fspath(path), page, *size, mark=mark)

    def passage(self, passage_id: str) -> Passage:
        """A passage by its id. Raises UsageError for an id that the index does not hold."""
        passage = self.store.passage(passage_id)
        if passage is None:
            raise UsageError(
                f"there is no passage {passage_id}",
                "ids are in the output of: docsearch query --json",
            )
        return passage

    def status(self) -> Status:
        """Counts, roots and health, from the catalogue alone. Raises NoIndex."""
        from .storage.overview import overview

        return overview(self.catalog, self.home)

    def pulse(self) -> tuple[object, str | None]:
        """Two values that differ from those before after another process changed the index.

        They are the catalogue's folder with the version of its file as SQLite counts it (PRAGMA
        data_version), and who writes now, None where nobody does. Raises NoIndex.
        """
        catalog = self.catalog
        return (catalog.folder, catalog.data_version), self.home.holder()

    def skips(self) -> tuple[Skip, ...]:
        """What a run tried to read in vain, files and folders, each with its reason, by path.

        Files that a rule leaves out are counted in `status` only. Raises NoIndex.
        """
        from .storage.overview import skips_of

        return skips_of(self.catalog)

    def folder_size(
        self, path: str | os.PathLike[str], *, on_step: Callable[[], None] = lambda: None
    ) -> FolderSize:
        """How much `ingest` would find in a new folder, from names and sizes; no file is opened.

        `on_step` is called now and then, and what it raises ends the walk. A walk that takes long
        is given up: the size is then a part of the whole.
        """
        from .ingest.folder_size import folder_size
        from .ingest.rule_verdicts import WalkRules

        return folder_size(real(path), WalkRules(max_file_size=MAX_FILE_SIZE), on_step)

    def pace(self, models: ModelChoice | None = None) -> float:
        """Tokens a second that the embedder of a new index with these models takes here.

        It is measured in a moment, and the embedder is kept for the ingest that follows. Raises
        ModelError.
        """
        from .models.pace import pace

        opened = self.opened if models is None else self.opened.asking(models)
        return pace(opened.embedder_for_new)

    def newest(self, limit: int = 8) -> tuple[RecentDocument, ...]:
        """The documents whose files changed last, the newest first. Raises NoIndex."""
        from .storage.newest import newest

        return newest(self.catalog, limit)

    def documents(self, *, where: Filter | None = None, limit: int = 20) -> DocumentList:
        """The documents that `where` admits (None: all), the newest first, and how many they are.

        Raises NoIndex, and UsageError for a pattern that cannot be read.
        """
        from .storage.filters import Filter
        from .storage.newest import newest_admitted

        return newest_admitted(self.catalog, where or Filter(), limit)

    def headings(self, limit: int = 3) -> tuple[str, ...]:
        """Headings of different new documents, of which a question can be made.

        They are short and tell something, and only few passages are read for them. Raises NoIndex.
        """
        from .storage.newest import headings

        return headings(self.catalog, self.store, limit)

    def doctor(self) -> tuple[Check, ...]:
        """What is right and what is wrong with the index and this machine, area by area.

        It only reads, also where the index cannot be opened, and never waits for a writer.
        """
        from .health.examination import examine

        return examine(self.opened, self.backend)

    def check(self, path: str | os.PathLike[str], max_file_size: int = MAX_FILE_SIZE) -> Verdict:
        """Why a path is or is not in the index.

        A file that no run has met yet is read, to tell what an ingest would make of it.
        """
        from .ingest.check import judge

        with self._catalog_or_none_yet() as catalog:
            known = self._texts(catalog).known(path)
            return judge(catalog, self.home, known, max_file_size, self.marks)

    def passed_over(
        self, reason: str, limit: int = 200, *, on_step: Callable[[], None] = lambda: None
    ) -> tuple[Skip, ...]:
        """What the rules of the roots leave out for a reason such as "hidden", from names alone.

        The index counts these files and folders, but does not know their names, so the roots are
        walked, for 10 seconds at most. `on_step` is called now and then, and what it raises ends
        the walk. Raises NoIndex.
        """
        from .ingest.passed_over import passed_over

        return passed_over(self.catalog.roots(), reason, limit, on_step)

    def missing(self, paths: Iterable[str]) -> frozenset[str]:
        """Those of the paths at which there is no file now, as after it was deleted.

        A path that cannot be asked about is not missing: its folder may be closed to this user.
        """
        return frozenset(path for path in paths if is_missing(path))

    def absent(self, paths: Iterable[str]) -> frozenset[str]:
        """Those of the missing paths whose disk is not mounted now, so that they may come back."""
        from .ingest.absence import is_on_absent_disk

        roots = {root.path: root for root in self.catalog.roots()}
        entries = (self.catalog.entry(path) for path in paths)
        return frozenset(
            entry.file.path
            for entry in entries
            if entry is not None
            and entry.file.root in roots
            and is_missing(entry.file.path)
            and is_on_absent_disk(entry.file, roots[entry.file.root])
        )

    def forget(self, path: str | os.PathLike[str]) -> int:
        """Take a root, folder or file out of the index; returns the number of documents taken out.

        What lies inside a root that stays is kept out of it until it is named to `ingest`. Raises
        UsageError where the index holds nothing there.
        """
        return self._refresh().forget(self._texts(self.catalog).known(path))

    def move(
        self,
        old: str | os.PathLike[str],
        new: str | os.PathLike[str],
        *,
        on_progress: Callable[[Progress], None] = _unwatched,
    ) -> IngestReport:
        """Take a root along that was moved from `old` to `new`: it keeps its documents and vectors.

        Raises UsageError where `old` is no root or is still there, and where most of its files are
        not at `new`; IndexLocked while another process writes.
        """
        return self._refresh().move(index_place(old), real(new), on_progress)

    def export(self, folder: str | os.PathLike[str]) -> Transfer:
        """Write all that the index holds as Parquet files into a new or empty folder.

        They are the documents, and their passages with text, words and vectors; `import_` makes an
        index of them. Raises UsageError where the folder holds something, NoIndex, and IndexLocked
        while another process writes.
        """
        from .storage.transfer import export

        target = Path(os.path.abspath(os.path.expanduser(folder)))
        with self._refresh().writing() as catalog:
            return export(catalog, self.store, target)

    def import_(self, folder: str | os.PathLike[str]) -> Transfer:
        """Make this index, which holds no document yet, of an export; nothing is embedded.

        Raises UsageError where the index holds documents, or the folder is not a whole export, and
        IndexFailure where a newer program made it.
        """
        from .storage.transfer import check_export, make

        source = Path(os.path.abspath(os.path.expanduser(folder)))
        check_export(source)
        with self._refresh().writing(create=True) as catalog:
            transfer = make(catalog, self.home, source)
        # What was open before is of an empty index.
        self.close()
        return transfer

    def _texts(self, catalog: Catalog) -> StoredTexts:
        from .storage.stored_text import StoredTexts

        return StoredTexts(catalog, lambda: self.store)

    @contextmanager
    def _catalog_or_none_yet(self) -> Iterator[Catalog]:
        """The catalogue for reading, one of nothing before the first ingest."""
        from .storage.catalog import Catalog

        try:
            catalog = self.catalog
        except NoIndex:
            with Catalog.empty() as nothing:
                yield nothing
        else:
            yield catalog


def _revision_of(name: str) -> str:
    from .models.model_files import ModelFiles

    try:
        return ModelFiles.named(name).checkpoint.fingerprint()
    except ModelError:
        # A model that is not here, or not whole, is told by the query that needs it.
        return ""


def _targets(
    paths: Iterable[str | os.PathLike[str]], rules: RootRules | None, max_file_size: int
) -> Targets:
    from .ingest.scopes import RootRules, Targets

    return Targets(tuple(real(path) for path in paths), rules or RootRules(), max_file_size)
