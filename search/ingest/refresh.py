"""Keeps an index in step with its roots: by one run over parts of them, or by a watch."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from functools import cache
from typing import TYPE_CHECKING

from .. import readers
from ..errors import IndexDamaged, IndexLocked, StorageFull, UsageError
from ..opened import Opened
from ..paths import anchored, mount_of, within
from ..results import IngestReport, LargeFile, Progress
from ..storage.catalog import Catalog
from ..storage.index_models import models_in, remove_unused_tables, table_in_use
from ..storage.retention import RETENTION
from ..storage.vocabulary_file import VocabularyFile
from ..text import passages, terms
from ..text.passage_rules import PassageRules
from ..urls import is_url
from .baseline_estimate import note_baseline
from .moving import advice, moved_from, root_to_move
from .placeholders import SYSTEM_MARKS, CloudMarks
from .plan import Plan, changed_scopes, make_plan
from .removal import take_out
from .run import Cluster, Ingestion, unheard
from .scopes import RootRules, Scope, Targets, outermost
from .sources import source_of
from .tally import Tally
from .watch import Watch

if TYPE_CHECKING:
    from ..storage.writable_store import WritableStore

VERSIONS_KEY = "recipes"
"""The setting that holds, for each root's path, the versions of the last run over all of it.

Indexes hold the setting under this name, so the name stays.
"""

RECOGNISED_KEY = "recognised"
"""The setting that holds the paths of the roots whose pictures were read with text recognition."""


class Refresh:
    """The writing side of an index.

    `is_measured` tells of an embedder's name whether the scale of its scores is known.

    Threads of one process take turns. Another process that writes makes `writing` raise.
    """

    def __init__(
        self,
        opened: Opened,
        rules: PassageRules,
        is_measured: Callable[[str], bool],
        marks: CloudMarks = SYSTEM_MARKS,
    ) -> None:
        self.opened = opened
        self.rules = rules
        self.is_measured = is_measured
        self.marks = marks

    @contextmanager
    def writing(self, create: bool = False) -> Iterator[Catalog]:
        """The catalogue, with the right to write.

        Raises IndexLocked while another process has that right, and NoIndex.
        """
        home = self.opened.home
        with self.opened.writing, home.writing(create) as catalog:
            remove_unused_tables(home, catalog)
            yield catalog

    def change_models(
        self, catalog: Catalog, on_progress: Callable[[Progress], None]
    ) -> Tally | None:
        """Embed all documents with other models where that is due; None where it is not.

        To be called within `writing`.
        """
        if models_in(catalog) is None:
            return None
        from .reembedding import reembed

        change, embedder = self.opened.begin_change(catalog)
        if change is None:
            return None
        tally = reembed(
            self.opened.home,
            catalog,
            change,
            self.opened.open_for_writing(catalog),
            embedder,
            on_progress,
        )
        self.opened.keep_embedder(change.models, embedder)
        return tally

    def plans(self, catalog: Catalog, scopes: Iterable[Scope], prune: bool) -> list[Plan]:
        """The work to do in each scope."""
        versions_by_root, versions = catalog.setting(VERSIONS_KEY, {}), self._passage_versions()
        recognised_roots = catalog.setting(RECOGNISED_KEY, [])
        can_recognise = readers.can_recognise()
        return [
            make_plan(
                catalog,
                scope,
                prune,
                versions_changed=versions_by_root.get(scope.root.path, versions) != versions,
                can_recognise=can_recognise and scope.root.path not in recognised_roots,
                marks=self.marks,
            )
            for scope in scopes
        ]

    def run(
        self,
        catalog: Catalog,
        scopes: Collection[Scope],
        prune: bool,
        on_progress: Callable[[Progress], None],
        on_large: Callable[[tuple[LargeFile, ...]], None] = unheard,
        on_notice: Callable[[str], None] = lambda notice: None,
        cluster_for: Callable[[Catalog, Callable[[], WritableStore]], Cluster] | None = None,
    ) -> IngestReport:
        """Bring the scopes up to date. To be called within `writing`. Raises IndexDamaged.

        `on_large` is given the large files that are about to be read, where there are any, and
        `on_notice` each warning of the report that is known before anything is embedded.
        `cluster_for` makes the cluster that reads and embeds for this catalogue and store.
        """
        open_store = cache(lambda: self.opened.open_for_writing(catalog))
        # Opening the store repairs a damaged table, where that is possible, and flushes what a
        # killed run left.
        place = self.opened.home.place(table_in_use(catalog))
        if place.is_damaged() or place.is_unfinished():
            open_store()
            if place.is_damaged():
                hint = "delete that folder, then ingest again"
                raise IndexDamaged(f"files of the index in {place.shown} are torn", hint)
        # Opening the store also makes a vocabulary that is missing or damaged.
        vocabulary = VocabularyFile(place.folder, place.name)
        if place.version_on_disk() and not vocabulary.is_whole():
            open_store()
        # Each scope's root takes the place of the roots inside it.
        for scope in scopes:
            catalog.put_root(scope.root)
            for inner in scope.inner:
                catalog.forget_root(inner)
        plans = self.plans(catalog, scopes, prune)
        new_roots = [scope.root.path for scope in scopes if scope.root.ingested_ns == 0]
        notices: list[str] = []

        def choose(language: str) -> None:
            for notice in self.opened.suit(language):
                notices.append(notice)
                on_notice(notice)

        report = Ingestion(
            catalog,
            open_store,
            lambda: self.opened.embedder,
            self.rules,
            on_progress,
            marks=self.marks,
            on_language=choose if models_in(catalog) is None else None,
            cluster=None if cluster_for is None else cluster_for(catalog, open_store),
        ).run(plans, on_large, lambda: self._note_versions(catalog, scopes))
        # A run that embedded nothing needs no model, and changes little.
        models = models_in(catalog)
        if models is not None and self.opened.has_embedder and not self.is_measured(models.name):
            note_baseline(catalog, open_store, lambda: self.opened.embedder)
        # A run without any change leaves the table alone, but old versions have to go in time. To
        # drop them takes room on the disk; where there is none, a later run does it.
        if RETENTION.has_too_old(place.version_ages()):
            with suppress(StorageFull):
                open_store().maintain()
        # Forget pruned roots of which nothing is left.
        for scope in scopes:
            root = scope.root.path
            if prune and not catalog.holds(root) and not source_of(root).is_at(root):
                catalog.forget_root(root)
        moved = (advice(old, new) for new in new_roots if (old := moved_from(catalog, new)))
        warnings = [*notices, *report.warnings, *moved]
        if place.version_on_disk() and not vocabulary.is_whole():
            trouble = open_store().vocabulary.trouble
            warnings += [f"queries find whole words only: {trouble}"] if trouble else []
        return replace(report, warnings=tuple(warnings))

    def _note_versions(self, catalog: Catalog, scopes: Iterable[Scope]) -> None:
        """Note how whole roots were read."""
        versions_by_root, versions = catalog.setting(VERSIONS_KEY, {}), self._passage_versions()
        recognised_roots = set(catalog.setting(RECOGNISED_KEY, []))
        for scope in scopes:
            root = scope.root.path
            if scope.below is None:
                versions_by_root[root] = versions
                if readers.can_recognise():
                    recognised_roots.add(root)
                else:
                    recognised_roots.discard(root)
        catalog.put_setting(VERSIONS_KEY, versions_by_root)
        catalog.put_setting(RECOGNISED_KEY, sorted(recognised_roots))

    def move(self, old: str, new: str, on_progress: Callable[[Progress], None]) -> IngestReport:
        """Take the root `old` along to `new`, where its files are now.

        The documents keep their vectors, and the root its rules. Files that did not come along are
        forgotten. Raises UsageError as `root_to_move` does.
        """
        with self.writing() as catalog:
            root = root_to_move(catalog, old, new)
            if not any(within(new, other.path) for other in catalog.roots()):
                catalog.put_root(replace(root, path=new, mount=mount_of(new)))
            targets = Targets((new,), RootRules(), root.max_file_size)
            report = self.run(catalog, targets.scopes(catalog), False, on_progress)
            self._take_out(catalog, old)
            return report

    def forget(self, path: str) -> int:
        """Take a root, folder or file out of the index; the number of entries that went.

        Raises UsageError where the index holds nothing at or below `path`.
        """
        with self.writing() as catalog:
            roots = catalog.roots()
            if not catalog.holds(path) and not any(within(root.path, path) for root in roots):
                raise UsageError(
                    f"the index holds nothing under {path}", "see the folders: docsearch status"
                )
            return self._take_out(catalog, path)

    def _take_out(self, catalog: Catalog, path: str) -> int:
        entries = list(catalog.entries(path))
        # Delete the passages, then the entries.
        open_store = cache(lambda: self.opened.open_for_writing(catalog))
        if take_out(catalog, open_store, entries):
            open_store().maintain()
        catalog.remove(entry.file.path for entry in entries)
        # A root at or below the path goes too; a root above it leaves the path out from now on.
        for root in catalog.roots():
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
        """A report for each batch of changes that the watch brings, until `stop` is set.

        Most batches are empty, and so are their reports. The watch covers all known roots, or only
        the absolute `paths` in them. Everything is looked through at first. While another process
        writes, changed paths wait. Raises UsageError where there are only roots in stores, which
        cannot be watched.
        """
        watched, urls = self._watched(paths), self._unwatched(paths)
        if urls and not watched:
            raise UsageError(
                f"{urls[0]} cannot be watched, since a store tells nobody of its changes",
                "run docsearch ingest now and then",
            )
        for url in urls:
            warning = f"{url} cannot be watched; run docsearch ingest now and then"
            yield replace(NOTHING_DONE, warnings=(warning,))
        waiting: dict[str, None] = {}
        for changes in Watch(lambda: self._watched(paths), stop).changes():
            waiting |= dict.fromkeys(changes.paths)
            report = NOTHING_DONE
            try:
                if waiting and self._changed_scopes(self.opened.catalog, waiting):
                    with self.writing() as catalog:
                        report = self.run(
                            catalog,
                            self._changed_scopes(catalog, waiting),
                            False,
                            on_progress,
                        )
                waiting = {}
            except IndexLocked:
                pass
            yield replace(report, warnings=(*changes.warnings, *report.warnings))

    def _changed_scopes(self, catalog: Catalog, paths: Iterable[str]) -> list[Scope]:
        return changed_scopes(catalog, paths, self.opened.home.name, self.marks)

    def _passage_versions(self) -> str:
        """The versions and rules that decide which passages a file gives, as JSON.

        A file gives other passages where this text is another one.
        """
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
        """The paths to watch: all roots, or those of `paths` that lie in a root."""
        roots = [root.path for root in self.opened.catalog.roots() if not is_url(root.path)]
        return outermost(
            [path for path in paths if any(within(path, root) for root in roots)]
            if paths
            else roots
        )

    def _unwatched(self, paths: Collection[str]) -> list[str]:
        """The roots in stores, or those of them that are named by `paths`."""
        roots = [root.path for root in self.opened.catalog.roots() if is_url(root.path)]
        return [
            root
            for root in roots
            if not paths or any(within(path, root) or within(root, path) for path in paths)
        ]


NOTHING_DONE = IngestReport(0, 0, 0, 0, 0, 0, 0, 0.0, (), (), (), ())
