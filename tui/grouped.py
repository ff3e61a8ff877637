"""Hits grouped by file, with the weaker ones of each file folded away.

The command line and the app show the same groups. Nothing here knows a terminal.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from search.results import Hit

FILE_SHARE = 1 / 4
"""A hit folds where it scores less than this share of its file's best hit.

On the questions of `sample_corpus`, passages that answer beside the best one score more than a
quarter of it, and passages that merely share a word with the question score less.
"""
ANSWER_SHARE = 1 / 10
"""A hit is weak where it scores less than this share of the best hit of the whole answer.

On the same questions, the files that fill up a list behind one right answer score about 0.02 to
0.05 beside 0.4 and more.
"""


@dataclass(frozen=True, slots=True)
class FileGroup:
    """The hits of one file, in their own order.

    `hits` are to be shown, and there is at least one. `folded` are the weaker ones. `score` is the
    best score, and `title` and `kind` are those of the first hit. `modified` is the newest date
    of the hits: the messages of a mailbox have dates of their own. `weak` is true where even
    the best hit is weak beside the rest of the answer.
    """

    path: str
    root: str
    kind: str
    title: str
    modified: str
    score: float
    hits: tuple[Hit, ...]
    folded: tuple[Hit, ...] = ()
    weak: bool = False


def grouped(hits: Iterable[Hit], fold: bool = True) -> tuple[FileGroup, ...]:
    """The hits by file; files stand in the order of their first hits.

    A hit folds where it scores less than FILE_SHARE of its file's best hit, or less than
    ANSWER_SHARE of the best hit of all. The best hit of a file never folds, so a file that has
    nothing but weak hits shows one of them and is `weak`. Without `fold` all hits are shown, and
    no file is weak.

    A file with the scores 0.9, 0.6 and 0.2 shows the first two, since 0.2 < 0.9 / 4.
    """
    files: dict[str, list[Hit]] = {}
    for hit in hits:
        files.setdefault(hit.path, []).append(hit)
    top = max((hit.score for found in files.values() for hit in found), default=0.0)
    least = top * ANSWER_SHARE if fold else 0.0
    return tuple(_group(found, least, fold) for found in files.values())


def _group(hits: list[Hit], least: float, fold: bool) -> FileGroup:
    """The group of one file's hits; those under `least` are weak."""
    first, best = hits[0], max(hit.score for hit in hits)
    bound = min(best, max(best * FILE_SHARE, least)) if fold else 0.0
    return FileGroup(
        path=first.path,
        root=first.root,
        kind=first.kind,
        title=first.title,
        modified=max(hit.modified for hit in hits),
        score=best,
        hits=tuple(hit for hit in hits if hit.score >= bound),
        folded=tuple(hit for hit in hits if hit.score < bound),
        weak=best < least,
    )
