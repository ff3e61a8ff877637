"""The newest documents, all or filtered, and headings of them that a question can name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ..documents import Passage
from ..results import DocumentList, RecentDocument
from ..times import utc_text
from .catalog import Catalog
from .entries import Entry
from .filters import Filter

if TYPE_CHECKING:
    from .store import Store

SEEN_DOCUMENTS = 24
"""Among how many of the newest documents headings are looked for."""

SEEN_PASSAGES = 12
"""How many of the first passages of a document are asked for their headings."""

MOST_WORDS = 7
MOST_CHARS = 44
LEAST_CHARS = 5

SAYS_NOTHING = re.compile(
    "abstract|acknowledgements|appendix|bibliography|changelog|changes|conclusion|contents|"
    "description|discussion|documentation|example|examples|features|general|index|"
    "installation|introduction|license|links|methods|more|notes|options|other|overview|"
    "preface|readme|reference|references|results|see also|summary|synopsis|"
    "table of contents|todo|unreleased|usage",
    re.IGNORECASE,
)
"""Headings that many documents have: a question of them finds anything."""

NO_PROSE = frozenset({"code", "json", "yaml", "xml", "po", "ldif"})
"""The kinds of document whose headings are names that a program has."""

_NUMBER = re.compile(r"^(?:§ ?)?\d+(?:\.\d+)*[.):]? +")


def newest(catalog: Catalog, limit: int) -> tuple[RecentDocument, ...]:
    """The documents whose files changed last, the newest first."""
    return tuple(map(_recent, catalog.newest(limit)))


def newest_admitted(catalog: Catalog, where: Filter, limit: int) -> DocumentList:
    """The newest documents that the filter admits, and how many it admits.

    Raises UsageError for a pattern that cannot be read.
    """
    admitted = catalog.documents(where)
    if admitted is None:
        total = sum(group.stored for group in catalog.groups())
        return DocumentList(newest(catalog, limit), total)
    docs = admitted.docs | admitted.ordinals_by_doc.keys()
    entries = sorted(catalog.by_doc(docs).values(), key=lambda entry: -entry.file.mtime_ns)
    return DocumentList(tuple(map(_recent, entries[:limit])), len(docs))


def _recent(entry: Entry) -> RecentDocument:
    file = entry.file
    return RecentDocument(file.path, file.root, entry.title, entry.kind, utc_text(file.mtime_ns))


def headings(catalog: Catalog, store: Store, limit: int) -> tuple[str, ...]:
    """Headings of different documents among the newest ones, at most `limit`.

    Only the headings of their first passages are read.
    """
    entries = [entry for entry in catalog.newest(SEEN_DOCUMENTS) if entry.kind not in NO_PROSE]
    by_doc = store.first_passages([entry.doc for entry in entries], SEEN_PASSAGES)
    chosen: list[str] = []
    for entry in entries:
        candidates = [
            heading
            for heading in _candidates(entry.title, by_doc.get(entry.doc, ()))
            if heading not in chosen
        ]
        if candidates:
            # A heading of several words says more than a single word.
            chosen.append(next((one for one in candidates if " " in one), candidates[0]))
        if len(chosen) == limit:
            break
    return tuple(chosen)


def _candidates(title: str, passages: Sequence[Passage]) -> Iterator[str]:
    """The headings of a document that a question can name, and its title if there are none.

    The title has to stand in the text, so that a question that quotes it has an answer.
    """
    has_any = False
    for passage in passages:
        heading = _bare(passage.headings[-1]) if passage.headings else ""
        if heading.casefold() != title.casefold() and says_something(heading):
            has_any = True
            yield heading
    title = _bare(title)
    if not has_any and says_something(title) and any(title in one.text for one in passages):
        yield title


def says_something(heading: str) -> bool:
    """True for a heading that is short and particular.

    A heading with signs of its own would be read as a part of the query's language.

    >>> [says_something(heading) for heading in ("Fault codes", "Introduction", "path: a")]
    [True, False, False]
    """
    return (
        LEAST_CHARS <= len(heading) <= MOST_CHARS
        and len(heading.split()) <= MOST_WORDS
        and heading[0].isalpha()
        and SAYS_NOTHING.fullmatch(heading) is None
        and not any(sign in heading for sign in '"*`<>[]{}\\|=@#:/_')
    )


def _bare(heading: str) -> str:
    """The heading in one line, without its number."""
    return _NUMBER.sub("", " ".join(heading.split()))
