"""Ignore files leave out the same files as Git does, for any tree and any rules."""

from __future__ import annotations

import os
import random
import subprocess
from pathlib import Path

import pytest

from search.documents import File
from search.ingest.rule_verdicts import WalkRules
from search.ingest.walker import walk

FOLDERS = ("a", "b", "deep", "build")
FILES = ("x.md", "y.md", "z.log", "a", "deep.md", "build.txt")
NAMES = ("a", "b", "deep", "build", "x.md", "*.md", "*.log", "*", "?", "[ab]", "y.*", "d*p")


def gits_files(root: Path) -> list[str]:
    """The files that Git would add, without hidden ones."""
    listed = subprocess.run(
        ["git", "-c", "core.excludesFile=", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    return sorted(name for name in listed if name and "/." not in f"/{name}")


def our_files(root: Path) -> list[str]:
    found = walk(str(root), WalkRules())
    return sorted(os.path.relpath(item.path, root) for item in found if isinstance(item, File))


def repository(root: Path, rules: dict[str, str], files: list[str]) -> Path:
    """A Git repository with these files, and with .gitignore files of these rules by folder."""
    root.mkdir()
    subprocess.run(["git", "init", "-q", "."], cwd=root, check=True)
    for name in files:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    for folder, lines in rules.items():
        (root / folder).mkdir(parents=True, exist_ok=True)
        (root / folder / ".gitignore").write_text(lines)
    return root


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("*\n!*/\n!*.md\n", ["deep/a/x.md", "deep/x.md", "x.md"]),
        ("**\n!**/\n!*.md\n", ["deep/a/x.md", "deep/x.md", "x.md"]),
        ("*\n!deep/\n!deep/**\n", ["deep/a/x.md", "deep/a/y.log", "deep/x.md"]),
        ("/*\n!/deep\n", ["deep/a/x.md", "deep/a/y.log", "deep/x.md"]),
        ("deep/**\n!deep/x.md\n", ["deep/x.md", "x.md", "y.log"]),
        ("deep/**\n!deep/a/x.md\n", ["x.md", "y.log"]),
        ("deep/*\n!deep/a/\n", ["deep/a/x.md", "deep/a/y.log", "x.md", "y.log"]),
        ("deep/**/\n", ["deep/x.md", "x.md", "y.log"]),
        ("*.md\n!x.md\n", ["deep/a/x.md", "deep/a/y.log", "deep/x.md", "x.md", "y.log"]),
    ],
    ids=repr,
)
def test_a_rule_takes_back_files_that_a_star_leaves_out(
    tmp_path: Path, rules: str, expected: list[str]
) -> None:
    files = ["x.md", "y.log", "deep/x.md", "deep/a/x.md", "deep/a/y.log"]
    root = repository(tmp_path / "root", {"": rules}, files)
    assert our_files(root) == expected
    assert gits_files(root) == expected


def a_rule(chance: random.Random) -> str:
    parts = [chance.choice((*NAMES, "**")) for _ in range(chance.choice((1, 1, 1, 2, 2, 3)))]
    beginning = chance.choice(("", "", "", "/", "**/"))
    return chance.choice(("", "", "!")) + beginning + "/".join(parts) + chance.choice(("", "", "/"))


@pytest.mark.parametrize("seed", range(60))
def test_random_trees_and_rules_give_the_files_that_git_would_add(
    tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    folders = [""]
    for _ in range(8):
        folders.append(os.path.join(chance.choice(folders), chance.choice(FOLDERS)))
    files = {os.path.join(chance.choice(folders), chance.choice(FILES)) for _ in range(30)}
    files = {name for name in files if not any(other.startswith(f"{name}/") for other in files)}
    files -= set(folders)
    rules = {
        folder: "".join(f"{a_rule(chance)}\n" for _ in range(chance.randint(1, 5)))
        for folder in {"", chance.choice(folders)}
        if folder not in files
    }
    rules = {folder: lines for folder, lines in rules.items() if not _lies_in_a_file(folder, files)}
    root = repository(tmp_path / "root", rules, sorted(files))
    assert our_files(root) == gits_files(root), rules


def _lies_in_a_file(folder: str, files: set[str]) -> bool:
    return any(folder == name or folder.startswith(f"{name}/") for name in files)
