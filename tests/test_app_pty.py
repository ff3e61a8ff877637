"""The app in a real terminal, which it hands to other programs and takes back."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from .conftest import NOTES
from .pty_driver import ENTERED_SCREEN, LEFT_SCREEN, Pty

COMMAND = Path(sys.executable).with_name("docsearch")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with notes, an index of them, and an empty folder for programs."""
    home = tmp_path_factory.mktemp("home")
    for name, text in NOTES.items():
        file = home / "notes" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (home / "bin").mkdir()
    subprocess.run(
        [COMMAND, "--index", home / "index", "--quiet", "ingest", home / "notes"],
        env={"HOME": str(home)},
        check=True,
        timeout=120,
    )
    return home


def app_in(home: Path, **environment: str) -> Pty:
    """The app over the index of `home`, with the programs of `home`/bin alone on its path."""
    everything: Mapping[str, str] = {
        "HOME": str(home),
        "PATH": str(home / "bin"),
        "LC_ALL": "C.UTF-8",
        **environment,
    }
    return Pty([str(COMMAND), "--index", str(home / "index")], everything)


def ask(app: Pty, query: str = "radiators") -> None:
    app.wait("4 documents")
    app.keys(query)
    app.wait("boiler.md", "hybrid")


def program(folder: Path, name: str, script: str) -> Path:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return file


def still_works(app: Pty) -> None:
    """The app takes keys, shows hits, and leaves a tidy terminal."""
    app.press_until("\x15", "Search: words or a question")
    app.keys("rent")
    app.wait("lease.txt")
    app.keys("\x11")
    assert app.wait_for_end() == 0
    assert app.bytes.rindex(LEFT_SCREEN) > app.bytes.rindex(ENTERED_SCREEN)
    assert b"Traceback" not in app.bytes


def test_a_missing_editor_leaves_the_app_intact(home: Path) -> None:
    with app_in(home, EDITOR="no-such-editor --wait") as app:
        ask(app)
        app.keys("\r")
        app.wait("the editor no-such-editor is not installed", "install an editor, such as nano")
        assert LEFT_SCREEN not in app.bytes
        still_works(app)


def test_an_editor_that_fails_or_cannot_start_leaves_the_app_intact(home: Path) -> None:
    program(home / "bin", "failing-editor", 'echo "no $2" >&2; exit 3')
    broken = home / "bin" / "broken-editor"
    broken.write_bytes(b"\x7fELF no program")
    broken.chmod(0o755)
    for editor, message in (
        ("failing-editor -x", "failing-editor ended with exit status 3"),
        ("broken-editor", "broken-editor could not be started: Exec format error"),
    ):
        with app_in(home, EDITOR=editor) as app:
            ask(app)
            app.keys("\r")
            app.wait(message)
            assert LEFT_SCREEN in app.bytes
            still_works(app)


def test_the_editor_gets_the_terminal_its_arguments_and_the_line(home: Path) -> None:
    program(home / "bin", "vim", 'echo "EDITING $*"; read answer')
    with app_in(home, EDITOR="vim -n") as app:
        ask(app)
        app.keys("\r")
        app.wait(f"EDITING -n +3 {home}/notes/house/boiler.md")
        app.keys("\r")
        app.wait_for_bytes(ENTERED_SCREEN)
        still_works(app)


def test_without_any_editor_the_app_says_so(home: Path) -> None:
    (home / "bin" / "vim").unlink(missing_ok=True)
    with app_in(home) as app:
        ask(app)
        app.keys("\r")
        app.wait("the editor vi is not installed here", "install an editor, such as nano")
        still_works(app)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, None])
@pytest.mark.parametrize("editing", [True, False])
def test_a_signal_or_a_closed_window_ends_the_app(
    home: Path, number: signal.Signals | None, editing: bool
) -> None:
    program(home / "bin", "stubborn", 'trap "" HUP TERM; echo EDITING; while read x; do :; done')
    with app_in(home, EDITOR="stubborn") as app:
        ask(app)
        if editing:
            app.keys("\r")
            app.wait("EDITING")
        if number is None:
            app.hang_up()
        else:
            os.kill(app.pid, number)
        app.wait_for_end(10)


def test_ctrl_c_in_the_editor_is_the_editors(home: Path) -> None:
    program(home / "bin", "vim", 'trap "echo INTERRUPTED; exit 0" INT; echo EDITING; read answer')
    with app_in(home, EDITOR="vim") as app:
        ask(app)
        app.keys("\r")
        app.wait("EDITING")
        app.keys("\x03")
        app.wait("INTERRUPTED")
        app.wait_for_bytes(ENTERED_SCREEN)
        still_works(app)


def test_ctrl_z_stops_the_app_until_it_is_continued(home: Path) -> None:
    with app_in(home) as app:
        ask(app)
        app.keys("\x1a")
        app.wait_for_stop()
        assert app.bytes.rindex(LEFT_SCREEN) > app.bytes.rindex(ENTERED_SCREEN)
        os.kill(app.pid, signal.SIGCONT)
        app.wait("boiler.md")
        still_works(app)


COLOUR = re.compile(rb"\x1b\[(?:\d*;)*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;\d*)*m")


@pytest.mark.parametrize("keys", ["\x1bOP", "\x18", "\x1bOQ", "\x1b[15~", "\x12", "\x05"])
def test_no_color_sends_no_colour_at_all(home: Path, keys: str) -> None:
    with app_in(home, NO_COLOR="1") as app:
        ask(app)
        assert re.search(r"> +\d+ ", app.text)
        app.keys(keys)
        app.wait_for_bytes(b"\x1b[")
        still_there = app.text
        app.keys("\x11")
        app.wait_for_end()
        assert still_there
        assert COLOUR.findall(app.bytes) == []


def test_colours_are_sent_otherwise(home: Path) -> None:
    with app_in(home) as app:
        ask(app)
        assert COLOUR.findall(app.bytes)


def test_the_counts_follow_another_process(home: Path) -> None:
    (home / "notes" / "new.md").unlink(missing_ok=True)
    with app_in(home) as app:
        app.wait("4 documents")
        (home / "notes" / "new.md").write_text("# New\n\nRent.\n")
        ingest = [COMMAND, "--index", home / "index", "--quiet", "ingest"]
        subprocess.run(ingest, env={"HOME": str(home)}, check=True, timeout=120)
        app.wait("5 documents")
        (home / "notes" / "new.md").unlink()
        subprocess.run(ingest, env={"HOME": str(home)}, check=True, timeout=120)
        app.keys("x\x7f")
        app.wait("4 documents")


@pytest.mark.parametrize("broken", ["passages.lance", "catalog.sqlite"])
def test_a_damaged_index_is_said_for_good(home: Path, tmp_path: Path, broken: str) -> None:
    shutil.copytree(home / "index", tmp_path / "index")
    for file in tmp_path.glob(f"index/{broken}*"):
        if file.is_dir():
            shutil.rmtree(file)
            file.mkdir()
        elif file.suffix == ".sqlite":
            file.write_text("no catalogue " * 1000)
        else:
            file.unlink()
    environment = {"HOME": str(home), "LC_ALL": "C.UTF-8"}
    with Pty([str(COMMAND), "--index", str(tmp_path / "index")], environment) as app:
        app.wait("The index is damaged: ", "What to do: ")
        app.keys("\x11")
        assert app.wait_for_end() == 0


def test_alt_with_a_digit_runs_a_saved_search(home: Path, tmp_path: Path) -> None:
    (tmp_path / "docsearch").mkdir()
    (tmp_path / "docsearch" / "saved").write_text("tide\nwarm rooms\tradiators\n")
    with app_in(home, XDG_STATE_HOME=str(tmp_path)) as app:
        app.wait("4 documents")
        app.keys("\x1b2")
        app.wait("boiler.md", "hybrid")
        still_works(app)
