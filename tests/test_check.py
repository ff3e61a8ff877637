"""`check` and `ingest --dry-run` say before an ingest what it will do with files."""

from __future__ import annotations

import os
from pathlib import Path

from search.index import Index
from search.results import DryRun, Planned, Verdict

from .settled import settle
from .test_readers_pdf import locked, pdf


def verdict(index: Index, path: Path) -> tuple[bool, str, str]:
    found = index.check(path)
    assert found.path == str(path)
    return found.indexed, found.code, found.message


def test_a_file_that_no_run_has_met_is_read_to_try(index: Index, tmp_path: Path) -> None:
    files = {
        "report.pdf": (
            pdf(["One"], ["Two"]),
            "outside",
            "it is under no ingested folder and would be read as pdf of 2 pages; add it with: ",
        ),
        "locked.pdf": (
            locked("secret"),
            "encrypted",
            "it would not be read: the PDF needs a password",
        ),
        "scan.pdf": (pdf([]), "no_text", "it would not be read: the PDF holds no text"),
        "torn.pdf": (b"%PDF-1.4", "corrupt", "it would not be read: the PDF is damaged: "),
        "film.mp4": (b"words", "binary", ".mp4 files are videos, which are not read"),
        ".plan": (
            b"words",
            "outside",
            (
                "it is under no ingested folder and would be read as text; "
                "add it with: docsearch ingest PATH"
            ),
        ),
        "large.txt": (
            b"word " * 200,
            "too_large",
            "the file has 1.0 kB, more than the limit of 0.9 kB",
        ),
    }
    for name, (data, code, message) in files.items():
        (tmp_path / name).write_bytes(data)
        found = index.check(
            tmp_path / name, max_file_size=900 if name == "large.txt" else 1_000_000
        )
        assert (found.indexed, found.code) == (False, code), found
        assert found.message.startswith(message) or code == "too_large", found
    os.mkfifo(tmp_path / "pipe.md")
    assert verdict(index, tmp_path / "pipe.md")[1] == "special"
    assert verdict(index, tmp_path / "none.md") == (False, "missing", "there is no such file")
    message = (
        "it is under no ingested folder; to see which of its files would be read, run: "
        "docsearch ingest --dry-run PATH"
    )
    assert verdict(index, tmp_path) == (False, "outside", message)
    assert not Path(index.path).exists()


def test_a_new_file_under_a_root_is_read_to_try(index: Index, notes: Path) -> None:
    index.ingest([notes])
    (notes / "new.md").write_text("# Words")
    (notes / "torn.pdf").write_bytes(b"%PDF-1.4")
    assert verdict(index, notes / "new.md") == (
        False,
        "new",
        "it has not been read yet and would be read as markdown; run: docsearch ingest",
    )
    assert verdict(index, notes / "torn.pdf")[:2] == (False, "corrupt")


def test_flaws_are_kept_with_the_document(index: Index, tmp_path: Path) -> None:
    file = tmp_path / "report.pdf"
    file.write_bytes(pdf(["Annual report"], [r"\001\002\003"]))
    settle(tmp_path)
    flaw = "page 2 has fonts that do not say which letters they draw"
    report = index.ingest([file])
    assert (report.added, report.failed, report.warnings) == (1, (), (f"{file}: {flaw}",))
    assert index.check(file) == Verdict(
        str(file), True, "indexed", f"it is in the index, with 1 passage; {flaw}"
    )


def test_a_dry_run_says_what_the_next_run_does(index: Index, notes: Path) -> None:
    def planned(name: str, why: str) -> Planned:
        return Planned(str(notes / name), (notes / name).stat().st_size, why)

    names = ("house/boiler.md", "house/lease.txt", "kitchen/bread.md", "sea.rst")
    first = index.dry_run([notes])
    assert first == DryRun(tuple(planned(name, "new") for name in names), (), 0, (), (), (), ())
    assert not Path(index.path).exists()
    index.ingest([notes])
    settle(notes)
    index.ingest()
    (notes / "sea.rst").write_text("Changed\n")
    (notes / "new.txt").write_text("New\n")
    (notes / "house/lease.txt").unlink()
    (notes / "house/.hidden").write_text("Hidden\n")
    before = sorted(
        (path, path.stat().st_mtime_ns)
        for path in Path(index.path).rglob("*")
        if path.name[-4:] != "-shm"
    )
    assert index.dry_run() == DryRun(
        (planned("new.txt", "new"), planned("sea.rst", "changed")),
        (str(notes / "house/lease.txt"),),
        2,
        (),
        (),
        (("hidden", 1),),
        (),
    )
    assert before == sorted(
        (path, path.stat().st_mtime_ns)
        for path in Path(index.path).rglob("*")
        if path.name[-4:] != "-shm"
    )
    report = index.ingest()
    assert (report.added, report.changed, report.removed, report.unchanged) == (1, 1, 1, 2)
