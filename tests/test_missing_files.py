"""The index tells which files are no longer there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from search import Index
from search.storage.catalog import Catalog


def test_deleted_files_are_missing(index: Index, tmp_path: Path) -> None:
    there, gone = tmp_path / "there.md", tmp_path / "gone.md"
    there.write_text("x")
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    # A path that cannot be asked about is not missing: it leads in circles, or is too long.
    odd = {str(loop), f"{tmp_path}/{'n' * 300}"}
    inside_a_file = str(there / "x.md")
    paths = {str(there), str(gone), inside_a_file, *odd}
    assert index.missing(paths) == {str(gone), inside_a_file}
    assert index.missing([]) == frozenset()


def test_files_of_a_disk_that_is_not_mounted_are_absent(index: Index, tmp_path: Path) -> None:
    here, disk = tmp_path / "here", tmp_path / "disk"
    for folder in (here, disk):
        folder.mkdir()
        (folder / "a.md").write_text("The boiler.\n")
        (folder / "b.md").write_text("The pump.\n")
    index.ingest([here, disk])
    paths = [str(folder / name) for folder in (here, disk) for name in ("a.md", "b.md")]
    assert index.absent(paths) == frozenset()
    # A test cannot mount a disk, so it notes another mount point than the one of the root.
    with Catalog.open(index.path, write=True) as catalog:
        root = next(root for root in catalog.roots() if root.path == str(disk))
        catalog.put_root(replace(root, mount=str(disk)))
    for path in paths:
        Path(path).unlink()
    assert index.missing(paths) == frozenset(paths)
    assert index.absent([*paths, str(disk / "unknown.md")]) == {paths[2], paths[3]}


def test_what_a_rule_leaves_out_is_listed(index: Index, tmp_path: Path) -> None:
    notes, papers = tmp_path / "notes", tmp_path / "papers"
    for folder in (notes, papers):
        folder.mkdir()
        (folder / "a.md").write_text("The boiler.\n")
        (folder / ".secret.md").write_text("The pump.\n")
    (notes / ".gitignore").write_text("*.log\n")
    (notes / "x.log").write_text("x\n")
    index.ingest([notes, papers])
    hidden = [skip.path for skip in index.passed_over("hidden")]
    assert hidden == [f"{notes}/.gitignore", f"{notes}/.secret.md", f"{papers}/.secret.md"]
    assert [skip.path for skip in index.passed_over("ignored")] == [f"{notes}/x.log"]
    assert len(index.passed_over("hidden", limit=1)) == 1
    assert index.passed_over("empty") == ()
