"""Sizes of files that other processes may be removing."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from search.storage import disk_use
from search.storage.disk_use import file_bytes, folder_bytes


def test_all_files_below_a_folder_count(tmp_path: Path) -> None:
    (tmp_path / "table" / "data").mkdir(parents=True)
    (tmp_path / "catalog").write_bytes(bytes(3))
    (tmp_path / "table" / "data" / "rows").write_bytes(bytes(40))
    assert folder_bytes(tmp_path) == 43
    assert (folder_bytes(tmp_path / "gone"), file_bytes(tmp_path / "gone")) == (0, 0)


def test_what_goes_meanwhile_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "staged" / "data").mkdir(parents=True)
    (tmp_path / "catalog").write_bytes(bytes(3))
    (tmp_path / "staged" / "data" / "rows").write_bytes(bytes(40))

    def after_removal(path: str | os.PathLike[str]) -> int:
        shutil.rmtree(tmp_path / "staged", ignore_errors=True)
        return file_bytes(path)

    monkeypatch.setattr(disk_use, "file_bytes", after_removal)
    assert folder_bytes(tmp_path) == 3
