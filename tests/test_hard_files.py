"""An index of all hard files finds the readable ones and reports the others with a reason.

Nothing else gets into the index.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from search.documents import Reason
from search.index import Index
from search.results import IngestReport
from search.text.passages import PassageRules

from .hard_documents import Hard
from .hard_files import hard_files, make_hard_places
from .toys import ToyEmbedder

FILES = list(hard_files())


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hard")


@pytest.fixture(scope="module")
def root(place: Path) -> Path:
    root = place / "root"
    for file in FILES:
        path = root / file.path
        # The deepest file lies in 300 nested folders.
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
    for path in root.rglob("*"):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    make_hard_places(root)
    for path in (root / "links/real/target.md", *root.glob("special/*")):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    return root


@pytest.fixture(scope="module")
def index(place: Path) -> Iterator[Index]:
    embedder = ToyEmbedder()
    with Index(str(place / "index"), None, lambda name: embedder, PassageRules()) as index:
        yield index


@pytest.fixture(scope="module", autouse=True)
def report(index: Index, root: Path) -> IngestReport:
    return index.ingest([root])


def named(file: Hard) -> str:
    return ascii(file.path)[1:60]


@pytest.mark.parametrize("file", [file for file in FILES if file.expect == "find"], ids=named)
def test_a_readable_file_is_found(index: Index, root: Path, file: Hard) -> None:
    path = str(root / file.path)
    assert index.check(path).code == "indexed"
    hits = index.query(file.marker, mode="text", limit=20).hits
    twins = {str(root / other.path) for other in FILES if other.marker == file.marker}
    assert twins & {path for hit in hits for path in (hit.path, *hit.copies)}
    assert [
        word
        for word in file.absent
        if any(path in (hit.path, *hit.copies) for hit in index.query(word, mode="text").hits)
    ] == []


@pytest.mark.parametrize("file", [file for file in FILES if file.expect == "meta"], ids=named)
def test_an_unreadable_file_is_reported_with_its_reason(
    index: Index, report: IngestReport, root: Path, file: Hard
) -> None:
    verdict = index.check(root / file.path)
    assert (verdict.indexed, verdict.code in list(Reason)) == (False, True), verdict
    assert verdict.message
    listed = {skip.path for skip in (*report.failed, *report.skipped)}
    by_name = verdict.code in (Reason.BINARY, Reason.EMPTY) and dict(report.passed_over).get(
        verdict.code
    )
    assert str(root / file.path) in listed or by_name


@pytest.mark.parametrize("file", [file for file in FILES if file.expect == "either"], ids=named)
def test_a_file_of_either_kind_is_indexed_or_reported(index: Index, root: Path, file: Hard) -> None:
    verdict = index.check(root / file.path)
    assert verdict.code in ("indexed", *Reason), verdict
    assert verdict.code not in (Reason.CRASHED, Reason.UNREADABLE), verdict


def test_a_hit_in_a_long_pdf_says_its_page(index: Index) -> None:
    assert [hit.page for hit in index.query("papayanine needle", mode="text", limit=1).hits] == [
        301
    ]


def test_letters_drawn_one_by_one_are_joined_to_words(index: Index) -> None:
    [hit] = index.query("annual papayaseventeen", mode="text", limit=1).hits
    assert hit.text == "ANNUAL REPORT\npapayaseventeen"


def test_links_pipes_and_outside_files_stay_out(index: Index, root: Path) -> None:
    inside = [
        entry.file.path for entry in index.catalog.entries(str(root / "links")) if entry.passages
    ]
    assert inside == [str(root / "links/real/target.md")]
    codes = {
        "special/fifo.md": "special",
        "special/socket.txt": "special",
        "links/dangling.md": "symlink",
        "links/outside.txt": "symlink",
        "links/self": "symlink",
    }
    assert {name: index.check(root / name).code for name in codes} == codes
    assert not index.query("nologin", mode="text").hits


def test_times_before_the_epoch_and_far_ahead_are_kept(index: Index, root: Path) -> None:
    years = {"future": "2106", "epoch": "1970", "before": "1960"}
    for name, year in years.items():
        [hit] = index.query(f"lychee{name}", mode="text").hits
        assert (hit.path, hit.modified[:4]) == (str(root / "times" / f"{name}.md"), year)


def test_a_second_run_would_read_nothing(index: Index) -> None:
    plan = index.dry_run()
    assert (plan.read, plan.removed) == ((), ())
    assert index.status().health == "ok"
