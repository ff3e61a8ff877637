"""The built program in a real terminal: it reads, searches, opens the editor and tidies up."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

COMMAND = Path(sys.executable).with_name("docsearch")
PATIENCE_SECONDS = 60

pytestmark = pytest.mark.skipif(
    shutil.which("tmux") is None, reason="needs tmux: apt-get install tmux, or brew install tmux"
)


class Terminal:
    """A tmux server of its own with one shell.

    `wait` polls the screen, because a terminal does not tell when it changes.
    """

    def __init__(self, socket: Path, folder: Path, columns: int = 100, rows: int = 30) -> None:
        self.base = ["tmux", "-S", str(socket), "-f", "/dev/null"]
        size = ["-x", str(columns), "-y", str(rows)]
        self._tmux("new-session", "-d", *size, "-c", str(folder), "env PS1='ready> ' sh")

    def keys(self, *keys: str) -> None:
        self._tmux("send-keys", *keys)

    def line(self, text: str) -> None:
        self._tmux("send-keys", "-l", text)

    def screen(self, *options: str) -> str:
        return self._tmux("capture-pane", "-p", *options).stdout

    def wait(self, fits: Callable[[str], bool] | str) -> str:
        deadline = time.monotonic() + PATIENCE_SECONDS
        wanted = (lambda screen: fits in screen) if isinstance(fits, str) else fits
        while time.monotonic() < deadline:
            screen = self.screen()
            if wanted(screen):
                return screen
            time.sleep(0.05)
        pytest.fail(f"waited {PATIENCE_SECONDS} s for {fits!r}; the screen is:\n{self.screen()}")

    def modes(self) -> str:
        """The modes that a program may have left changed: alternate screen, mouse and cursor."""
        return self._tmux(
            "display", "-p", "#{alternate_on} #{mouse_any_flag} #{cursor_flag}"
        ).stdout.strip()

    def close(self) -> None:
        self._tmux("kill-server")

    def _tmux(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.base, *words], capture_output=True, text=True, check=True, timeout=30
        )


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    editor = tmp_path / "vim"
    editor.write_text('#!/bin/sh\necho "EDITING $1 $2"\nread answer\n')
    editor.chmod(0o755)
    for name, value in {
        "EDITOR": str(editor),
        "VISUAL": "",
        "LC_ALL": "C.UTF-8",
        "XDG_STATE_HOME": str(tmp_path / "state"),
    }.items():
        monkeypatch.setenv(name, value)
    # A socket's path may be 100 characters long, and a test's folder may have a longer one.
    socket = Path(f"/tmp/docsearch-{os.getpid()}")
    terminal = Terminal(socket, tmp_path)
    yield terminal
    terminal.close()
    socket.unlink(missing_ok=True)


def start(terminal: Terminal, tmp_path: Path, options: str = "") -> None:
    terminal.wait("ready>")
    terminal.line(f"clear; {COMMAND} --index {tmp_path}/index {options}; echo left with $?")
    terminal.keys("Enter")


def test_a_first_run_reads_searches_opens_and_leaves(
    terminal: Terminal, notes: Path, tmp_path: Path
) -> None:
    start(terminal, tmp_path)
    terminal.wait("Welcome to docsearch")
    terminal.line(str(notes))
    terminal.keys("Enter")
    terminal.wait("Documents: 4 added")
    terminal.keys("Escape")
    terminal.wait("4 documents ·")
    terminal.line("radiators stay cold")
    screen = terminal.wait("1 hit in 1 file · hybrid")
    assert "boiler loses pressure" in screen
    terminal.keys("Enter")
    # The path may be longer than the line: -J joins what the terminal has wrapped.
    terminal.wait(lambda _: f"EDITING +3 {notes}/house/boiler.md" in terminal.screen("-J"))
    terminal.keys("Enter")
    terminal.wait(lambda screen: "EDITING" not in screen and "boiler.md" in screen)
    terminal.keys("C-q")
    terminal.wait("left with 0")
    assert terminal.modes() == "0 0 1"


def test_plain_mode_draws_no_boxes_and_no_colours(terminal: Terminal, tmp_path: Path) -> None:
    start(terminal, tmp_path, "--plain --color never")
    assert "Models: starter" in terminal.wait("Escape: later")
    terminal.keys("Escape", "F5")
    screen = terminal.wait("Qwen/Qwen3-Embedding-0.6B")
    assert not set(screen) & set("╭─╮│╰╯━█▊▌▐●")
    colours = re.findall(r"[34]8;2;(\d+);(\d+);(\d+)", terminal.screen("-e"))
    assert {len(set(colour)) for colour in colours} <= {1}
    terminal.keys("C-q")
    terminal.wait("left with 0")
    assert terminal.modes() == "0 0 1"


def test_a_signal_leaves_the_terminal_as_it_was(terminal: Terminal, tmp_path: Path) -> None:
    start(terminal, tmp_path)
    terminal.wait("Welcome to docsearch")
    pane = terminal._tmux("display", "-p", "#{pane_pid}").stdout.strip()
    child = subprocess.run(
        ["pgrep", "-P", pane], capture_output=True, text=True, check=True
    ).stdout.split()[0]
    os.kill(int(child), signal.SIGTERM)
    terminal.wait("left with")
    assert terminal.modes() == "0 0 1"


def test_the_app_can_be_left_while_it_watches_folders(
    terminal: Terminal, notes: Path, tmp_path: Path
) -> None:
    start(terminal, tmp_path)
    terminal.wait("Welcome to docsearch")
    terminal.line(str(notes))
    terminal.keys("Enter")
    terminal.wait("NOW ASK")
    terminal.wait("Documents: 4 added")
    terminal.keys("F2")
    terminal.wait("w Watch")
    terminal.keys("w")
    terminal.wait("Watching: what changes")
    terminal.wait("Documents: 4 unchanged")
    (notes / "new.md").write_text("# New\n\nRent.\n")
    terminal.wait("Documents: 1 added")
    terminal.keys("C-q")
    terminal.wait("left with 0")
