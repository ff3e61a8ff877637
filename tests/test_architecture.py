"""Imports happen only where they are needed, and the public names are as documented."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import search
import tui

ROOT = Path(__file__).parent.parent
HEAVY = {
    "mlx",
    "mlx_lm",
    "mlx_embeddings",
    "lancedb",
    "pyarrow",
    "numpy",
    "textual",
    "tokenizers",
    "transformers",
    "torch",
    "pypdf",
}


def loaded_by(code: str, cwd: Path) -> set[str]:
    """The top-level modules that a fresh interpreter has after running `code`."""
    script = (
        "import sys\n"
        f"{code}\n"
        "import json; "
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=cwd
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def run(arguments: list[str]) -> str:
    return f"from tui.cli import main\ntry:\n    main({arguments!r})\nexcept SystemExit:\n    pass"


def test_both_packages_are_imported_from_this_checkout() -> None:
    assert Path(search.__file__).parent == ROOT / "search"
    assert Path(tui.__file__).parent == ROOT / "tui"


def test_public_names_are_sorted_and_importable() -> None:
    assert search.__all__ == sorted(search.__all__)
    for name in search.__all__:
        assert getattr(search, name).__name__ == name
    with pytest.raises(AttributeError, match="module 'search' has no attribute 'Nothing'"):
        search.Nothing  # noqa: B018


def test_the_version_is_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == search.__version__
    assert f"## {search.__version__}" in (ROOT / "CHANGELOG.md").read_text()


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["query", "--help"], ["status"], ["check", "x"]]
)
def test_light_commands_load_nothing_heavy(arguments: list[str], tmp_path: Path) -> None:
    assert (
        loaded_by(run(["--index", str(tmp_path / "none"), *arguments]), tmp_path) & HEAVY == set()
    )


def test_ingest_and_query_load_nothing_of_the_app(tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "a.md").write_text("# Tides\n\nThe tide turns every six hours.\n")
    index = ["--index", str(tmp_path / "index")]
    loaded = loaded_by(
        run([*index, "ingest", str(folder)]) + "\n" + run([*index, "query", "tide"]), tmp_path
    )
    assert (
        loaded & {"textual", "rich", "mlx_lm", "mlx_embeddings", "transformers", "torch", "pypdf"}
        == set()
    )


def test_a_folder_of_the_same_name_does_not_shadow_the_packages(tmp_path: Path) -> None:
    (tmp_path / "search").mkdir()
    (tmp_path / "search" / "__init__.py").write_text("raise SystemExit('shadowed')")
    command = Path(sys.executable).with_name("docsearch")
    done = subprocess.run([command, "--version"], capture_output=True, text=True, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"docsearch {search.__version__}\n")


@pytest.mark.parametrize(("user_setting", "frames"), [({}, "120"), ({"TEXTUAL_FPS": "30"}, "30")])
def test_the_app_sets_the_rate_of_frames_unless_the_user_did(
    user_setting: dict[str, str], frames: str
) -> None:
    code = "import tui.app; from textual.constants import MAX_FPS; print(MAX_FPS)"
    environment = {
        name: value for name, value in os.environ.items() if name != "TEXTUAL_FPS"
    } | user_setting
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout == f"{frames}\n"
