"""The second stage: the legs bring candidates, and the catalogue says what each belongs to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..paths import may_be_at
from ..storage.catalog import Catalog
from ..storage.entries import Entry
from ..text.passages import headed_text
from ..wording import counted
from .legs import Legs, run_legs
from .sources import Source, sources_of
from .understanding import Understood

if TYPE_CHECKING:
    from ..documents import Vectors
    from ..storage.store import Store

DEPTH = 100
"""Candidates of each leg.

A perfect order of the 50 best fused candidates would win 30 points of nDCG; deeper candidates add
next to nothing.
"""

STRICT_FACTOR = 10
"""How much deeper the legs go where phrases and exclusions take many candidates away."""


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What the legs brought, without the passages that the query refuses.

    entries: the catalogue's entries by document id. sources: what each candidate belongs to, by the
    candidate's id. refused: why each refused passage is no hit ("phrase" or "excluded"). warnings:
    what the user is to be told, such as which word left passages out. missing_roots: the
    candidates' roots that are not there now: moved, deleted, or on a disk that is not plugged in.
    """

    legs: Legs
    entries: Mapping[int, Entry]
    sources: Mapping[str, Source]
    refused: tuple[str, ...]
    warnings: tuple[str, ...]
    missing_roots: frozenset[str]

    def root_of(self, key: str) -> str:
        """The root of the candidate with that id."""
        return self.sources[key].entry.file.root


def retrieve(
    understood: Understood,
    catalog: Catalog,
    store: Store,
    embed_query: Callable[[str], Vectors],
    on_legs: Callable[[], None],
) -> Retrieved:
    """Run the legs, and keep the candidates that may be hits.

    `on_legs` is called as soon as the legs have run.
    """
    request, query = understood.request, understood.query
    warnings: tuple[str, ...] = ()
    only = catalog.documents(request.where) if request.where is not None else None
    if only is not None and not only:
        warnings = ("no document of the index has such a path, type or date",)
    elif understood.mode != "text" and (waiting := catalog.words_only.count(only)):
        documents = counted(waiting, "document has", "documents have")
        warnings = (
            f"{documents} no vectors yet, so that only words find "
            f"{'it' if waiting == 1 else 'them'}; run: docsearch ingest",
        )
    legs = run_legs(store, embed_query, query, understood.mode, _depth(understood), only)
    on_legs()
    entries = catalog.by_doc({candidate.doc for candidate in legs.candidates.values()})
    # A document that a running ingest has just taken out has no entry any more.
    found = [candidate for candidate in legs.candidates.values() if candidate.doc in entries]
    sources = sources_of(catalog, found, entries)
    found = [
        candidate if number is None else replace(candidate, message=number)
        for candidate in found
        for number in (sources[candidate.id].message,)
    ]
    # Of candidates that score the same, the newest comes first.
    found.sort(key=lambda candidate: -sources[candidate.id].modified_ns)
    refusals = {
        candidate.id: query.refusal(headed_text(candidate.passage)) if query.is_strict else ""
        for candidate in found
    }
    contents = {doc: entry.content for doc, entry in entries.items()}
    return Retrieved(
        legs=legs.only(
            candidate for candidate in found if not refusals[candidate.id]
        ).with_contents(contents),
        entries=entries,
        sources=sources,
        refused=tuple(
            "phrase" if reason == "phrase" else "excluded" for reason in refusals.values() if reason
        ),
        warnings=(*warnings, *legs.warnings, *_left_out(refusals.values())),
        missing_roots=frozenset(
            root for root in {entry.file.root for entry in entries.values()} if not may_be_at(root)
        ),
    )


def _depth(understood: Understood) -> int:
    request = understood.request
    reranked = request.candidates if understood.reranker else 0
    depth = max(DEPTH, 5 * request.limit, reranked)
    return depth * STRICT_FACTOR if understood.query.is_strict else depth


def _left_out(refusals: Iterable[str]) -> list[str]:
    """How many passages each excluded word left out, as sentences."""
    counts = Counter(reason for reason in refusals if reason not in ("", "phrase"))
    return [
        f"{word} left out {count} {'passage' if count == 1 else 'passages'}"
        for word, count in counts.items()
    ]
