"""Counts, roots and health of an index, from the catalogue alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from ..documents import Reason, Skip
from ..paths import may_be_at
from ..results import Check, CheckState, RootStatus, Status
from ..times import utc_text
from .catalog import Catalog
from .entries import EntryState, Group, Root
from .home import Home
from .index_models import change_of, models_in, reranker_of, table_in_use
from .recorded_checks import health_of, recorded_checks
from .vocabulary_file import VocabularyFile

NO_PASSAGES = Check(
    *("index", "table", CheckState.ERROR),
    "it is damaged: files of its passages are missing",
    "run: docsearch ingest; if that does not help, delete the index folder and ingest again",
)


def overview(catalog: Catalog, home: Home) -> Status:
    """The status of the index in `home`."""
    groups = catalog.groups()
    roots, unread = _roots(catalog, groups), _unread(catalog, groups)
    models = models_in(catalog)
    kinds, reasons = Counter[str](), Counter[Reason]()
    for group in groups:
        kinds[group.kind] += group.stored
        if group.reason is not None:
            reasons[group.reason] += group.files
    for root in catalog.roots():
        reasons.update(dict(root.passed_over))
    table = table_in_use(catalog)
    has_words = models is None or VocabularyFile(catalog.folder, table).is_readable()
    checks = _checks(catalog, home, groups, roots, unread, has_words)
    if any(group.passages for group in groups) and not home.has_passages(table):
        checks = chain([NO_PASSAGES], checks)
    return Status(
        index=home.name,
        model=models.name if models else "",
        dimensions=models.dimensions if models else 0,
        roots=roots,
        documents=sum(group.stored for group in groups),
        passages=sum(group.passages for group in groups),
        tokens=sum(group.tokens for group in groups),
        pending=_pending(groups),
        size_bytes=home.size(),
        kinds=tuple(sorted((+kinds).items())),
        skipped=_sorted(reasons, failed=False),
        failed=_sorted(reasons, failed=True),
        health=health_of(checks, home.holder()),
        models=replace(models, reranker=reranker_of(models)) if models else None,
        unread=unread,
        without_vectors=_without_vectors(groups),
        languages=catalog.languages.counts(),
    )


def recorded(catalog: Catalog, home: Home, has_words: bool) -> Iterator[Check]:
    """The checks that need the catalogue alone, the most urgent first."""
    groups = catalog.groups()
    return _checks(
        *(catalog, home, groups, _roots(catalog, groups), _unread(catalog, groups), has_words)
    )


def _checks(
    catalog: Catalog,
    home: Home,
    groups: Iterable[Group],
    roots: Iterable[RootStatus],
    unread: Sequence[Skip],
    has_words: bool,
) -> Iterator[Check]:
    return recorded_checks(
        *(_private_folder(home), _pending(groups), _without_vectors(groups), change_of(catalog)),
        *(roots, has_words, unread),
    )


def skips_of(catalog: Catalog) -> tuple[Skip, ...]:
    """What a run tried to read and what gave no document, files and folders, in order of path."""
    return tuple(
        Skip(entry.file.path, entry.reason, entry.message)
        for entry in catalog.set_aside()
        if entry.reason is not None
    )


def _pending(groups: Iterable[Group]) -> int:
    return sum(group.files for group in groups if group.state is EntryState.PENDING)


def _without_vectors(groups: Iterable[Group]) -> int:
    return sum(group.files for group in groups if group.state is EntryState.WORDS)


def _roots(catalog: Catalog, groups: Iterable[Group]) -> tuple[RootStatus, ...]:
    return tuple(_root_status(root, groups) for root in catalog.roots())


def _unread(catalog: Catalog, groups: Iterable[Group]) -> tuple[Skip, ...]:
    """The folders and files that the last runs could not read."""
    if not any(group.reason is Reason.UNREADABLE for group in groups):
        return ()
    return tuple(skip for skip in skips_of(catalog) if skip.reason is Reason.UNREADABLE)


def _root_status(root: Root, groups: Iterable[Group]) -> RootStatus:
    root_groups = [group for group in groups if group.root == root.path]
    documents = sum(group.stored for group in root_groups)
    passages = sum(group.passages for group in root_groups)
    ingested = utc_text(root.ingested_ns) if root.ingested_ns else None
    return RootStatus(root.path, documents, passages, ingested, may_be_at(root.path))


def _private_folder(home: Home) -> Path | None:
    """The folder that others should not read; None for a store, which has rights of its own."""
    return None if home.is_remote else home.folder


def _sorted(reasons: Counter[Reason], failed: bool) -> tuple[tuple[str, int], ...]:
    return tuple(
        sorted((str(reason), count) for reason, count in reasons.items() if reason.failed is failed)
    )
