"""The commands that open a document: the user's editor at a line, or a viewer at a page."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from search.errors import UsageError

from .editor_forms import FORMS, UNKNOWN, command_lines, filled

COMMON_EDITORS = ("nano", "vim", "nvim", "vi", "micro", "emacs", "hx", "code")
"""The editors that the advice names if one of them is installed."""

PAGERS = ("less", "more")
PAGERS_AT_LINE = frozenset({"less", "more", "most"})
"""The pagers that take +LINE."""

PAGE_VIEWERS: Mapping[str, tuple[str, ...]] = {
    "evince": ("--page-index={page}", "{path}"),
    "papers": ("--page-index={page}", "{path}"),
    "okular": ("--page", "{page}", "{path}"),
    "atril": ("--page-label={page}", "{path}"),
    "xreader": ("--page-label={page}", "{path}"),
    "qpdfview": ("--unique", "{path}#{page}"),
    "zathura": ("--page={page}", "{path}"),
    "mupdf": ("{path}", "{page}"),
    "xpdf": ("{path}", "{page}"),
}
SKIM = "/Applications/Skim.app"
SKIM_SCRIPT = (
    "on run {path, number}",
    'tell application "Skim" to open POSIX file path',
    'tell application "Skim" to tell front document to go to page (number as integer)',
    'tell application "Skim" to activate',
    "end run",
)
"""Skim, a viewer for macOS, can be told a page; Preview, the system's own viewer, cannot."""


class NoViewer(UsageError):
    """No program is installed that shows the document."""


@dataclass(frozen=True, slots=True)
class Command:
    """The program to run, with its arguments.

    `window` is false if the program needs the terminal. `at_page` is true if it opens at the page
    that was asked for.
    """

    argv: tuple[str, ...]
    window: bool
    at_page: bool = False


def editor_commands(
    places: Sequence[tuple[str, int]], environment: Mapping[str, str]
) -> tuple[Command, ...]:
    """The user's editor ($VISUAL, else $EDITOR, else vi) at each path's 1-based line.

    An editor that cannot take several files with their lines has a command for each. Raises
    UsageError if the variable holds no valid command.

    >>> [command] = editor_commands([("/a/b.md", 12), ("/c.md", 1)], {"EDITOR": "code -n"})
    >>> command.argv
    ('code', '-n', '--goto', '/a/b.md:12', '/c.md:1')
    """
    words = environment.get("VISUAL") or environment.get("EDITOR") or "vi"
    try:
        argv = shlex.split(words)
    except ValueError as error:
        raise UsageError(
            f"the editor {words!r} is no command: {error}", "set EDITOR, such as EDITOR=vim"
        ) from error
    if not argv:
        raise UsageError("the editor's name is empty", "set EDITOR, such as EDITOR=vim")
    name = os.path.basename(argv[0]).removesuffix(".exe")
    form = FORMS.get(name, UNKNOWN)
    # Emacs opens a window if there is a display and no flag keeps it in the terminal.
    emacs_window = (
        name in ("emacs", "emacsclient")
        and bool(environment.get("DISPLAY"))
        and not _in_terminal(argv)
    )
    return tuple(
        Command((*argv, *words), form.window or emacs_window)
        for words in command_lines(form, places)
    )


def editor_advice(which: Callable[[str], str | None] = shutil.which) -> str:
    """How to get an editor that works, with one that is installed as the example.

    >>> editor_advice({"nano": "/usr/bin/nano"}.get)
    'set EDITOR to one that is, such as EDITOR=nano'
    """
    here = next((name for name in COMMON_EDITORS if which(name)), None)
    if here is None:
        return "install an editor, such as nano, and set EDITOR to it"
    return f"set EDITOR to one that is, such as EDITOR={here}"


def pager_command(
    line: int,
    environment: Mapping[str, str],
    which: Callable[[str], str | None] = shutil.which,
) -> Command:
    """The user's pager ($PAGER, else less or more), which reads its standard input, at a line.

    Raises NoViewer if there is none.

    >>> pager_command(12, {"PAGER": "less -R"}, {"less": "/usr/bin/less"}.get).argv
    ('less', '-R', '+12')
    """
    wanted = [words for words in (environment.get("PAGER"), *PAGERS) if words]
    for words in wanted:
        try:
            argv = shlex.split(words)
        except ValueError:
            continue  # A PAGER that is no command is passed over for one that works.
        if argv and which(argv[0]):
            at_line = os.path.basename(argv[0]) in PAGERS_AT_LINE
            return Command((*argv, *([f"+{line}"] if at_line else [])), window=False)
    raise NoViewer(
        "there is no program here that shows this document",
        "install a viewer, such as evince, or a pager, such as less; the preview shows its text",
    )


def viewer_command(
    path: str,
    page: int | None,
    platform: str = sys.platform,
    which: Callable[[str], str | None] = shutil.which,
    exists: Callable[[str], bool] = os.path.exists,
) -> Command:
    """A viewer at a 1-based page if one that can be told a page is installed, else the system's.

    Raises NoViewer if there is none.

    >>> viewer_command("/a.pdf", 3, "linux", {"evince": "/usr/bin/evince"}.get).argv
    ('evince', '--page-index=3', '/a.pdf')
    """
    if platform == "darwin" and page is not None and exists(SKIM):
        lines = tuple(word for line in SKIM_SCRIPT for word in ("-e", line))
        return Command(("osascript", *lines, path, str(page)), window=True, at_page=True)
    for name, arguments in PAGE_VIEWERS.items() if page is not None else ():
        if which(name):
            return Command((name, *filled(arguments, path, page or 1)), window=True, at_page=True)
    if platform == "darwin":
        return Command(("open", path), window=True)
    if which("xdg-open"):
        return Command(("xdg-open", path), window=True)
    raise NoViewer("there is no program here that opens documents", "install xdg-utils")


def _in_terminal(argv: list[str]) -> bool:
    return any(word in ("-nw", "-t", "-tty", "--tty", "--no-window-system") for word in argv[1:])
