"""The terminal is asked for its background: light or dark, with and without an answer."""

from __future__ import annotations

import json
import os
import pty
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual import events

from tui.app import asking_driver
from tui.app.asking_driver import ReplyDroppingParser
from tui.background import BACKGROUND_QUESTION, Background
from tui.graphics import PICTURE_QUESTION, Graphics
from tui.preferences import has_chosen_theme

from .pty_driver import Pty
from .test_app_pty import COMMAND, home, still_works

__all__ = ["home"]

LIGHT, DARK = "rgb:fdfd/f6f6/e3e3", "rgb:1e1e/1e1e/1e1e"


def reply(colour: str, end: str = "\x1b\\") -> bytes:
    return f"\x1b]11;{colour}{end}".encode()


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """The two sides of a terminal: the user's and the program's."""
    user, program = pty.openpty()
    yield user, program
    os.close(user)
    os.close(program)


def asked(program: int, **environment: str) -> Background:
    return Background(program, program, {"TERM": "xterm-256color", **environment})


@pytest.mark.parametrize(
    ("answer", "light"),
    [
        (reply(LIGHT), True),
        (reply(DARK, "\x07"), False),
        (reply("rgb:ff/ff/ff"), True),
        (reply("rgba:0000/0000/0000/ffff"), False),
    ],
)
def test_the_answer_is_understood(terminal: tuple[int, int], answer: bytes, light: bool) -> None:
    user, program = terminal
    with asked(program, COLORFGBG="15;0") as background:
        assert os.read(user, 100) == BACKGROUND_QUESTION + PICTURE_QUESTION
        assert not termios.tcgetattr(program)[3] & termios.ECHO
        os.write(user, b"bo" + answer + b"iler")
        assert background.is_light() is light
    assert termios.tcgetattr(program)[3] & termios.ECHO


def test_what_is_not_wanted_is_not_asked(terminal: tuple[int, int]) -> None:
    user, program = terminal
    environment = {"TERM": "xterm-256color", "COLORFGBG": "0;15"}
    with Background(program, program, environment, wanted=False) as background:
        assert os.read(user, 100) == PICTURE_QUESTION
        os.write(user, b"\x1b[6;16;8t\x1b[?62;4;22c")
        assert background.is_light() is None
        assert background.graphics() == Graphics("sixel", (8, 16))


@pytest.mark.parametrize(
    ("colours", "light"), [("0;15", True), ("15;0", False), ("0;default;7", True), ("", None)]
)
def test_the_environment_tells_it_where_the_terminal_does_not(
    terminal: tuple[int, int], colours: str, light: bool | None
) -> None:
    with asked(terminal[1], COLORFGBG=colours) as background:
        assert background.is_light() is light


@pytest.mark.parametrize("kind", ["dumb", "linux", "screen"])
def test_a_terminal_without_an_answer_is_not_asked(terminal: tuple[int, int], kind: str) -> None:
    with asked(terminal[1], TERM=kind) as background:
        assert not background.asked
        assert termios.tcgetattr(terminal[1])[3] & termios.ECHO
    with asked(terminal[1], TERM=kind, TMUX="/tmp/tmux") as background:
        assert background.asked is (kind == "screen")


def test_what_is_no_terminal_is_not_asked() -> None:
    read, write = os.pipe()
    with Background(read, write, {"TERM": "xterm"}) as background:
        assert not background.asked
    os.close(read)
    os.close(write)


@pytest.mark.parametrize("end", ["\x1b\\", "\x07"])
def test_a_late_answer_is_no_key_wherever_it_is_cut(end: str) -> None:
    text = reply(LIGHT, end).decode() + "\x1b[6;16;8t\x1b[?62;4;22c"
    for cut in range(2, len(text)):
        if text[cut - 1] == "\x1b" and text[cut] == "[":
            # What looks like the Escape key is not held.
            continue
        parser = ReplyDroppingParser()
        read = [*parser.feed(f"a{text[:cut]}"), *parser.feed(f"{text[cut:]}b]11")]
        keys = [event.key for event in read if isinstance(event, events.Key)]
        assert keys == ["a", "b", "right_square_bracket", "1", "1"]


def test_a_key_that_begins_like_an_answer_is_held_for_a_moment_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(asking_driver, "HELD_SECONDS", 0)
    parser = ReplyDroppingParser()
    assert list(parser.feed("\x1b[")) == []
    read: list[object] = []
    while not read:
        read += parser.tick()
    assert [event.key for event in read if isinstance(event, events.Key)] == ["left_square_bracket"]
    later = [*parser.feed("\x1b[6;"), *parser.feed("5~")]
    assert [event.key for event in later if isinstance(event, events.Key)] == ["ctrl+pagedown"]


def test_a_theme_that_was_chosen_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "preferences.json"
    assert not has_chosen_theme(file)
    for text, chosen in (("{", False), ("[]", False), ('{"theme": "", "rerank": true}', False)):
        file.write_text(text)
        assert has_chosen_theme(file) is chosen
    file.write_text('{"theme": "nord", "rerank": true}')
    assert has_chosen_theme(file)


def app_in(home: Path, state: Path, **environment: str) -> Pty:
    everything = {
        "HOME": str(home),
        "PATH": str(home / "bin"),
        "LC_ALL": "C.UTF-8",
        "COLORTERM": "truecolor",
        "XDG_STATE_HOME": str(state),
        **environment,
    }
    return Pty([str(COMMAND), "--index", str(home / "index")], everything)


LIGHT_GROUND, DARK_GROUND = b"48;2;224;224;224", b"48;2;18;18;18"
"""The backgrounds of Textual's themes."""


@pytest.mark.parametrize(
    ("colour", "ground"), [(LIGHT, LIGHT_GROUND), (DARK, DARK_GROUND)], ids=["light", "dark"]
)
def test_the_app_is_as_the_terminal_is(
    home: Path, tmp_path: Path, colour: str, ground: bytes
) -> None:
    with app_in(home, tmp_path) as app:
        app.wait_for_bytes(BACKGROUND_QUESTION)
        app.keys(reply(colour).decode())
        app.wait("4 documents")
        app.wait_for_bytes(ground)
        assert "rgb" not in app.text
        still_works(app)
    assert not (tmp_path / "docsearch" / "preferences.json").exists()


def test_a_terminal_that_answers_too_late_leaves_nothing_in_the_input(
    home: Path, tmp_path: Path
) -> None:
    with app_in(home, tmp_path) as app:
        app.wait("4 documents")
        app.keys(f"ti{reply(LIGHT).decode()}de")
        app.wait("sea.rst")
        assert "rgb" not in app.text
        assert "11;" not in app.text
        assert DARK_GROUND in app.bytes
        still_works(app)


def test_a_chosen_theme_is_not_asked_for(home: Path, tmp_path: Path) -> None:
    preferences = tmp_path / "docsearch" / "preferences.json"
    preferences.parent.mkdir()
    preferences.write_text(json.dumps({"theme": "textual-light", "rerank": True}))
    with app_in(home, tmp_path) as app:
        app.wait("4 documents")
        app.wait_for_bytes(LIGHT_GROUND)
        assert BACKGROUND_QUESTION not in app.bytes
        still_works(app)
