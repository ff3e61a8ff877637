"""Hits by file: which are shown, and which are folded away."""

from dataclasses import replace

from search.results import Hit, Scores
from tui.grouped import FileGroup, grouped

HIT = Hit(
    rank=1,
    score=0.9,
    id="0123456789abcdef-0",
    path="/docs/boiler.md",
    root="/docs",
    title="Boiler",
    headings=("Boiler",),
    page=None,
    line_start=1,
    line_end=3,
    char_start=0,
    char_end=9,
    kind="markdown",
    modified="2026-11-02T10:00:00Z",
    text="Boiler",
    highlights=(),
    scores=Scores(None, None, 0.9, None),
)


def boiler(score: float) -> Hit:
    return replace(HIT, score=score)


def lease(score: float) -> Hit:
    return replace(HIT, score=score, path="/docs/lease.txt", title="Lease", kind="text")


def test_no_hits_are_no_groups() -> None:
    assert grouped(()) == ()


def test_hits_far_below_their_files_best_fold() -> None:
    hits = [boiler(0.8), boiler(0.2), boiler(0.19), lease(0.4), lease(0.11), lease(0.09)]
    assert grouped(hits) == (
        FileGroup(
            path="/docs/boiler.md",
            root="/docs",
            kind="markdown",
            title="Boiler",
            modified="2026-11-02T10:00:00Z",
            score=0.8,
            hits=(boiler(0.8), boiler(0.2)),
            folded=(boiler(0.19),),
        ),
        FileGroup(
            path="/docs/lease.txt",
            root="/docs",
            kind="text",
            title="Lease",
            modified="2026-11-02T10:00:00Z",
            score=0.4,
            hits=(lease(0.4), lease(0.11)),
            folded=(lease(0.09),),
        ),
    )


def test_a_file_of_weak_hits_shows_its_best_one_and_is_weak() -> None:
    strong, weak = grouped([boiler(0.8), lease(0.07), lease(0.06)])
    assert (strong.weak, strong.hits, strong.folded) == (False, (boiler(0.8),), ())
    assert (weak.weak, weak.hits, weak.folded) == (True, (lease(0.07),), (lease(0.06),))


def test_hits_that_are_all_alike_stay_however_low_they_score() -> None:
    groups = grouped([boiler(0.06), lease(0.05), lease(0.0)])
    assert [(group.weak, len(group.hits), len(group.folded)) for group in groups] == [
        (False, 1, 0),
        (False, 1, 1),
    ]
    (nought,) = grouped([boiler(0.0), boiler(0.0)])
    assert (nought.weak, len(nought.hits), nought.folded) == (False, 2, ())


def test_without_folding_all_hits_are_shown() -> None:
    groups = grouped([boiler(0.8), boiler(0.01), lease(0.01)], fold=False)
    assert [(group.weak, group.hits, group.folded) for group in groups] == [
        (False, (boiler(0.8), boiler(0.01)), ()),
        (False, (lease(0.01),), ()),
    ]


def test_hits_of_one_mailbox_are_one_group_wherever_they_stand() -> None:
    old = replace(boiler(0.9), path="/docs/mail.mbox", message=1, modified="2020-01-01T00:00:00Z")
    new = replace(boiler(0.5), path="/docs/mail.mbox", message=2)
    groups = grouped([old, lease(0.7), new])
    assert [(group.path, group.score, group.hits, group.modified) for group in groups] == [
        ("/docs/mail.mbox", 0.9, (old, new), "2026-11-02T10:00:00Z"),
        ("/docs/lease.txt", 0.7, (lease(0.7),), "2026-11-02T10:00:00Z"),
    ]
