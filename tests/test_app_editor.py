"""The commands that open editors and viewers."""

from collections.abc import Mapping

import pytest

from search.errors import UsageError
from tui.app.editor import SKIM, SKIM_SCRIPT, Command, editor_commands, viewer_command

PATH = "/notes/a b.md"


def editor_command(path: str, line: int, environment: Mapping[str, str]) -> Command:
    [command] = editor_commands([(path, line)], environment)
    return command


@pytest.mark.parametrize(
    ("editor", "expected"),
    [
        ("vim", Command(("vim", "+12", PATH), window=False)),
        ("nvim", Command(("nvim", "+12", PATH), window=False)),
        ("/usr/bin/nano", Command(("/usr/bin/nano", "+12", PATH), window=False)),
        ("emacs -nw", Command(("emacs", "-nw", "+12", PATH), window=False)),
        ("emacsclient -t", Command(("emacsclient", "-t", "+12", PATH), window=False)),
        ("hx", Command(("hx", f"{PATH}:12"), window=False)),
        ("helix", Command(("helix", f"{PATH}:12"), window=False)),
        ("code --wait", Command(("code", "--wait", "--goto", f"{PATH}:12"), window=True)),
        ("codium", Command(("codium", "--goto", f"{PATH}:12"), window=True)),
        ("zed", Command(("zed", f"{PATH}:12"), window=True)),
        ("subl -n", Command(("subl", "-n", f"{PATH}:12"), window=True)),
        (
            "'/opt/my editors/kate'",
            Command(("/opt/my editors/kate", "--line", "12", PATH), window=True),
        ),
        ("something", Command(("something", PATH), window=False)),
    ],
)
def test_each_editor_opens_at_the_line(editor: str, expected: Command) -> None:
    assert editor_command(PATH, 12, {"EDITOR": editor}) == expected


def test_visual_comes_first_and_vi_last() -> None:
    assert editor_command(PATH, 1, {"VISUAL": "vim", "EDITOR": "nano"}).argv == ("vim", "+1", PATH)
    assert editor_command(PATH, 1, {"VISUAL": "", "EDITOR": ""}).argv == ("vi", "+1", PATH)


def test_emacs_has_a_window_of_its_own_only_under_a_display() -> None:
    assert not editor_command(PATH, 1, {"EDITOR": "emacs"}).window
    assert editor_command(PATH, 1, {"EDITOR": "emacs", "DISPLAY": ":0"}).window


@pytest.mark.parametrize("editor", ["vim 'x", " "])
def test_an_editor_that_is_not_a_command_is_refused(editor: str) -> None:
    with pytest.raises(UsageError, match="editor"):
        editor_command(PATH, 1, {"EDITOR": editor})


@pytest.mark.parametrize(
    ("platform", "page", "installed", "argv", "at_page"),
    [
        ("darwin", 3, (), ("open", "/a.pdf"), False),
        ("darwin", 3, ("zathura",), ("zathura", "--page=3", "/a.pdf"), True),
        ("darwin", None, (SKIM,), ("open", "/a.pdf"), False),
        ("linux", 3, ("xdg-open", "okular"), ("okular", "--page", "3", "/a.pdf"), True),
        ("linux", 3, ("xdg-open", "zathura"), ("zathura", "--page=3", "/a.pdf"), True),
        ("linux", 3, ("xdg-open", "qpdfview"), ("qpdfview", "--unique", "/a.pdf#3"), True),
        ("linux", 3, ("xdg-open",), ("xdg-open", "/a.pdf"), False),
        ("linux", None, ("xdg-open", "evince"), ("xdg-open", "/a.pdf"), False),
    ],
)
def test_a_viewer_opens_at_the_page_where_it_can(
    platform: str,
    page: int | None,
    installed: tuple[str, ...],
    argv: tuple[str, ...],
    at_page: bool,
) -> None:
    which = dict(zip(installed, installed, strict=True)).get
    assert viewer_command("/a.pdf", page, platform, which, installed.__contains__) == Command(
        argv, True, at_page
    )


def test_skim_is_told_the_page_and_the_path_as_arguments_of_its_script() -> None:
    command = viewer_command('/a"b.pdf', 3, "darwin", lambda name: None, lambda path: path == SKIM)
    assert (command.argv[0], command.argv[-2:], command.at_page) == (
        "osascript",
        ('/a"b.pdf', "3"),
        True,
    )
    assert command.argv[1:-2:2] == ("-e",) * len(SKIM_SCRIPT)
    assert command.argv[2:-2:2] == SKIM_SCRIPT


def test_a_missing_viewer_is_an_error() -> None:
    with pytest.raises(UsageError, match="no program here that opens documents"):
        viewer_command("/a.pdf", 1, "linux", lambda name: None)
