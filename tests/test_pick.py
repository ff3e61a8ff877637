"""`docsearch app QUERY` and `docsearch pick` in a real terminal, with stdout in a pipe."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from .commands import COMMAND, docsearch
from .pty_driver import LEFT_SCREEN, Pty

ODD = {
    b"plain.md": "# Tides\n\nThe tide in the harbour turns every six hours.\n",
    b"two words.md": "# Oven\n\nBake the sourdough in a hot oven.\n",
    b"two\nlines.md": "# Rent\n\nThe landlord may raise the rent once a year.\n",
    b"caf\xe9.md": "# Boiler\n\nThe radiators stay cold when the boiler loses pressure.\n",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with files that have odd names, and an index of them."""
    home = tmp_path_factory.mktemp("home").resolve()
    (home / "notes").mkdir()
    for name, text in ODD.items():
        (home / "notes" / os.fsdecode(name)).write_text(text)
    subprocess.run(
        [COMMAND, "--index", home / "index", "--quiet", "ingest", home / "notes"],
        env={"HOME": str(home)},
        check=True,
        timeout=120,
    )
    return home


class Picking:
    """A shell that runs a command line in a terminal; what that prints goes to a file."""

    def __init__(self, home: Path, words: str, **environment: str) -> None:
        self.home = home
        line = f"{COMMAND} --index {home}/index {words} >{home}/out; echo ended with $?; read x"
        everything: Mapping[str, str] = {
            "HOME": str(home),
            "PATH": os.environ["PATH"],
            "LC_ALL": "C.UTF-8",
            **environment,
        }
        self.app = Pty(["/bin/sh", "-c", line], everything)

    def __enter__(self) -> Picking:
        self.app.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self.app.__exit__(None, None, None)

    def ended(self, code: int) -> bytes:
        """Wait for the command's end with this exit code; returns what it has printed."""
        self.app.wait(f"ended with {code}")
        return (self.home / "out").read_bytes()


def path(home: Path, name: bytes) -> bytes:
    return os.fsencode(home / "notes") + b"/" + name


def test_enter_prints_the_selected_path(home: Path) -> None:
    with Picking(home, "pick") as picking:
        picking.app.wait("4 documents")
        picking.app.keys("tide harbour")
        picking.app.wait("plain.md", "hybrid")
        picking.app.keys("\r")
        assert picking.ended(0) == path(home, b"plain.md") + b"\n"
        assert LEFT_SCREEN in picking.app.bytes


@pytest.mark.parametrize(
    ("query", "name"),
    [("sourdough oven", b"two words.md"), ("rent", b"two\nlines.md"), ("boiler", b"caf\xe9.md")],
)
def test_names_of_any_bytes_are_printed_as_they_are(home: Path, query: str, name: bytes) -> None:
    with Picking(home, f"pick -0 {query} mode:text") as picking:
        picking.app.wait("1 hit in 1 file", query)
        picking.app.keys("\r")
        assert picking.ended(0) == path(home, name) + b"\0"


def test_marks_of_several_queries_are_printed_with_their_lines(home: Path) -> None:
    with Picking(home, "pick --line tide mode:text") as picking:
        picking.app.wait("1 hit in 1 file")
        picking.app.keys("\t")
        picking.app.wait("1 marked")
        picking.app.keys("\x1b")
        picking.app.wait("4 documents")
        picking.app.keys("oven mode:text")
        picking.app.wait("1 hit in 1 file", "words.md")
        picking.app.keys("\t")
        picking.app.wait("2 marked")
        picking.app.keys("\r")
        plain, words = path(home, b"plain.md"), path(home, b"two words.md")
        assert picking.ended(0) == plain + b":3\n" + words + b":3\n"


def test_stdin_may_be_something_else(home: Path) -> None:
    with Picking(home, "pick --json tide mode:text --quiet </dev/null 2>/dev/null") as picking:
        picking.app.wait("1 hit in 1 file")
        picking.app.keys("\r")
        chosen = json.loads(picking.ended(0))
        assert [(hit["path"], hit["line"]) for hit in chosen["hits"]] == [
            (str(home / "notes" / "plain.md"), 3)
        ]
        assert list(chosen) == ["schema", "hits"]


@pytest.mark.parametrize(
    ("keys", "code"), [(["\x1b"], 1), (["\x11"], 1), (["rent", "\x1b", "\x1b"], 1), (["\x03"], 130)]
)
def test_leaving_chooses_nothing(home: Path, keys: list[str], code: int) -> None:
    with Picking(home, "pick") as picking:
        picking.app.wait("4 documents")
        for some in keys:
            picking.app.keys(some)
            if some == "rent":
                picking.app.wait("1 hit in 1 file")
            elif some == "\x1b" and some is not keys[-1]:
                picking.app.wait("4 documents")
        assert picking.ended(code) == b""


def test_the_app_knows_the_size_of_the_terminal(home: Path) -> None:
    with Picking(home, "pick") as picking:
        picking.app.wait("4 documents")
        # The terminal has 120 columns, and a guess would have 80.
        assert b"\xe2\x94\x80" * 100 in picking.app.bytes


def test_the_app_opens_with_the_query(home: Path) -> None:
    index = ["--index", str(home / "index")]
    environment = {"HOME": str(home), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    with Pty([str(COMMAND), "app", "tide", "harbour", "mode:text", *index], environment) as app:
        app.wait("tide harbour mode:text", "1 hit in 1 file", "plain.md")
        app.keys("\x11")
        assert app.wait_for_end() == 0


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (
            ["pick", "x"],
            "docsearch: the app needs a terminal, and there is none here; print paths without the "
            "app: docsearch --index none query -l TEXT\n",
        ),
        (
            ["app"],
            "docsearch: the app needs a terminal, and there is none here; ask on the command line: "
            "docsearch --index none query TEXT\n",
        ),
    ],
)
def test_without_a_terminal_one_line_says_what_to_do(
    tmp_path: Path, words: list[str], line: str
) -> None:
    done = subprocess.run(
        [COMMAND, *words, "--index", "none"],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        cwd=tmp_path,
        text=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (2, "", line)


def test_options_that_exclude_each_other(tmp_path: Path) -> None:
    done = docsearch("pick", "--json", "-0", cwd=tmp_path)
    assert (done.code, json.loads(done.out)["error"]["message"]) == (
        2,
        "--json excludes --line and --null",
    )
