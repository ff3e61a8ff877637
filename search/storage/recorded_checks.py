"""The checks of an index that need its catalogue alone; `status` and `doctor` share them."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ..documents import Skip
from ..private_files import is_private
from ..results import Check, CheckState, RootStatus
from ..wording import counted
from .index_models import Change


def health_of(checks: Iterable[Check], writer: str | None) -> str:
    """The most urgent thing to know about an index, as one sentence; "ok" where all is well.

    `writer` is who writes to it now, None where nobody does.
    """
    if writer is not None:
        return f"{writer} is writing to it now"
    for check in checks:
        if check.state is not CheckState.OK:
            return f"{check.message}; {check.advice}"
    return "ok"


def recorded_checks(
    folder: Path | None,
    pending: int,
    without_vectors: int,
    change: Change | None,
    roots: Iterable[RootStatus],
    has_words: bool,
    unread: Sequence[Skip],
) -> Iterator[Check]:
    """What the catalogue tells of an index, the most urgent first.

    `folder` is that of the index; None where it lies in a store.
    """
    if folder is not None:
        yield _check(
            *("permissions", "privacy", is_private(folder), "nobody else may read the index"),
            "other users of this machine may read it",
            "take that from them with: docsearch ingest",
        )
    yield _check(
        *("index", "documents", not pending, "no document is half done"),
        f"{counted(pending, 'document is', 'documents are')} half done after an interrupted run",
        "go on with: docsearch ingest",
    )
    yield _check(
        *("index", "vectors", not without_vectors, "every document has its vectors"),
        f"{counted(without_vectors, 'document has', 'documents have')} no vectors yet, "
        f"so that only words find {'it' if without_vectors == 1 else 'them'}",
        "go on with: docsearch ingest",
    )
    yield _check(
        *("index", "change", change is None, "no change of models is under way"),
        f"its change to {change.models.name if change else ''} was interrupted",
        "go on with: docsearch ingest --reembed",
    )
    yield _check(
        *("index", "words", has_words, "the list of words is there"),
        "queries find whole words only, since its list of words is missing or damaged",
        "make it anew with: docsearch ingest",
    )
    yield from _root_checks(roots)
    yield _unread_check(unread)


def _root_checks(roots: Iterable[RootStatus]) -> Iterator[Check]:
    present = 0
    for root in roots:
        present += root.present
        if not root.present:
            yield Check(
                *("index", "root", CheckState.WARNING),
                f"{root.path} is not there now",
                f"its documents are kept until: docsearch forget {shlex.quote(root.path)}",
            )
    if present:
        word = "root is" if present == 1 else "roots are"
        yield Check("index", "roots", CheckState.OK, f"{present} {word} there")


def _unread_check(unread: Sequence[Skip]) -> Check:
    others = f" and {len(unread) - 1} more" if len(unread) > 1 else ""
    return _check(
        *("permissions", "unread", not unread, "everything could be read"),
        f"{unread[0].path}{others} could not be read: {unread[0].message}" if unread else "",
        "once that is mended, run: docsearch ingest",
    )


def _check(area: str, name: str, is_right: bool, right: str, wrong: str, advice: str) -> Check:
    if is_right:
        return Check(area, name, CheckState.OK, right)
    return Check(area, name, CheckState.WARNING, wrong, advice)
