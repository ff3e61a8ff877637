"""Completion as shells ask for it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from .commands import COMMAND, docsearch
from .test_architecture import HEAVY, loaded_by

ASK = """
eval "$(docsearch completion bash)"
compopt() { COMPREPLY+=("<$2>"); }
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_docsearch_completion docsearch
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an index of the roots `notes` and `plans`."""
    place = tmp_path_factory.mktemp("completion")
    for name in ("notes", "plans"):
        (place / name).mkdir()
        (place / name / "a.md").write_text("# Tides\n\nThe tide turns.\n")
    assert docsearch("--index", "index", "ingest", "notes", "plans", cwd=place).code == 0
    return place


def suggestions(place: Path, *words: str) -> list[str]:
    """What bash suggests for the last of the words."""
    path = f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "DOCSEARCH_INDEX": str(place / "index")}
    done = subprocess.run(
        ["bash", "--norc", "-c", ASK, "bash", "docsearch", *words],
        capture_output=True,
        text=True,
        cwd=place,
        env=environment,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["mo"], ["models", "move"]),
        (["models", "te"], ["test"]),
        (["p"], ["pick"]),
        (["pick", "--n"], ["--null"]),
        (["pick", "radiators", "--qu"], ["--quiet"]),
        (["app", "--ind"], ["--index"]),
        (["completion", ""], ["bash", "zsh", "fish"]),
        (
            ["ingest", "--profile", ""],
            ["starter", "fast", "balanced", "best", "max", "multilingual"],
        ),
        (["query", "tide", "--mode", ""], ["hybrid", "vector", "text"]),
        (["query", "tide", "--type", "pd"], ["pdf"]),
        (["query", "tide", "--reranker", "starter-"], ["starter-reranker"]),
        (["models", "test", "starter"], ["starter", "starter-reranker"]),
        (["models", "pull", "fa"], ["fast"]),
        # Global options stand behind the command too.
        (["query", "tide", "--ind"], ["--index"]),
        (["models", "test", "--qu"], ["--quiet"]),
        (["query", "tide", "--color", "a"], ["auto", "always"]),
        (["--color", "a"], ["auto", "always"]),
        (["query", "tide", "--index", ""], ["<default>"]),
        (["query", "tide", "--", "--ind"], []),
        # Paths are completed by the shell.
        (["ingest", "no"], ["<default>"]),
        (["models", "test", "./x"], ["<dirnames>"]),
    ],
)
def test_bash_suggests(place: Path, words: list[str], expected: list[str]) -> None:
    assert suggestions(place, *words) == expected


def test_roots_come_from_the_index_in_use(place: Path) -> None:
    root = place.resolve()
    assert suggestions(place, "forget", f"{root}/") == [f"{root}/notes", f"{root}/plans"]
    assert suggestions(place, "query", "tide", "--path", f"{root}/n") == [f"{root}/notes"]
    assert suggestions(place, "forget", "notes/a") == ["<default>"]
    assert suggestions(place, "--index", "none", "move", f"{root}/") == ["<default>"]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_read_their_script(place: Path, shell: str) -> None:
    done = docsearch("completion", shell, cwd=place)
    assert (done.code, done.err) == (0, "")
    assert "_docsearch_completion" in done.out
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not here to run the script")
    subprocess.run([shell, "-n"], input=done.out.encode(), check=True)


def test_other_shells_get_their_answers(place: Path) -> None:
    words = {"COMP_WORDS": "docsearch query tide --ind", "COMP_CWORD": "3"}
    zsh = docsearch(cwd=place, env=words | {"_DOCSEARCH_COMPLETE": "zsh_complete"})
    help_text = "The index's folder, or its URL in a store (also DOCSEARCH_INDEX)."
    assert (zsh.code, zsh.out) == (0, f"plain\n--index\n{help_text}\n")
    words["COMP_CWORD"] = "--ind"
    fish = docsearch(cwd=place, env=words | {"_DOCSEARCH_COMPLETE": "fish_complete"})
    assert (fish.code, fish.out) == (0, f"plain,--index\t{help_text}\n")


@pytest.mark.parametrize(
    "line", ["docsearch forget /", "docsearch query x --type p", "docsearch ingest --reranker s"]
)
def test_completing_loads_nothing_heavy(place: Path, line: str) -> None:
    code = (
        "import os; from tui.cli import main\n"
        f"os.environ |= {{'_DOCSEARCH_COMPLETE': 'bash_complete', 'COMP_WORDS': {line!r},"
        f" 'COMP_CWORD': '{line.count(' ')}', 'DOCSEARCH_INDEX': {str(place / 'index')!r}}}\n"
        "try:\n    main([])\nexcept SystemExit:\n    pass"
    )
    assert loaded_by(code, place) & HEAVY == set()
