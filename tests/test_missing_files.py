"""The index tells which files are no longer there."""

from __future__ import annotations

from pathlib import Path

from search import Index


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
