"""Opens a hit in another program. The app stays intact if the program is missing or fails."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import threading
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from textual.app import App, SuspendNotSupported

from search.errors import UsageError
from search.results import Hit
from search.urls import is_url

from .. import messages
from .editor import (
    Command,
    NoViewer,
    editor_advice,
    editor_commands,
    pager_command,
    viewer_command,
)
from .endings import ENDING_SECONDS, end_within
from .foreground import Ended, run_in_terminal

VIEWER_ADVICE = "install another viewer, such as evince; the preview shows the text"


def open_in_editor(
    app: App[Any],
    hits: Sequence[Hit],
    environment: Mapping[str, str],
    absent: Collection[str] = (),
) -> None:
    """Open the hits' files in the user's editor, each at the line of its first hit.

    PDFs, which no editor shows, are opened in a viewer. Files in `absent` lie on a disk that is not
    mounted. Raises UsageError if a file is not there, after the others are opened, and if the
    program is missing or fails.
    """
    firsts: dict[str, Hit] = {}
    for hit in hits:
        firsts.setdefault(hit.path, hit)
    gone = [hit for hit in firsts.values() if not os.path.lexists(hit.path)]
    here = [hit for hit in firsts.values() if hit not in gone]
    for hit in here:
        if hit.kind == "pdf":
            open_in_viewer(app, hit)
    if places := [(hit.path, hit.line) for hit in here if hit.kind != "pdf"]:
        for command in editor_commands(places, environment):
            program = command.argv[0]
            if shutil.which(program) is None:
                raise UsageError(f"the editor {program} is not installed here", editor_advice())
            path = places[0][0]
            _run(app, command, "look at its message with: " + shlex.join((program, path)))
    for hit in gone:
        _check_presence(hit, absent)


def open_in_viewer(app: App[Any], hit: Hit, absent: Collection[str] = ()) -> None:
    """Open the hit's page in a viewer. If the viewer cannot be told the page, the app names it.

    Without a viewer, the app is asked for the document's text, which `show_in_pager` then shows.
    Raises UsageError if the file is gone, and if the program cannot be started.
    """
    _check_presence(hit, absent)
    try:
        command = viewer_command(hit.path, hit.page)
    except NoViewer:
        app.post_message(messages.ReadText(hit))
        return
    _run(app, command, VIEWER_ADVICE)
    if hit.page is not None and not command.at_page:
        app.notify(f"The passage is on page {hit.page:,}: this viewer cannot be told")


def show_in_pager(app: App[Any], hit: Hit, text: str, environment: Mapping[str, str]) -> None:
    """Show a document's text in the user's pager, at the hit.

    Raises UsageError if the pager is missing or fails.
    """
    line = text.count("\n", 0, hit.char_start + hit.offset) + 1
    advice = "set PAGER to another one, such as PAGER=less"
    _run(app, pager_command(line, environment), advice, text)


def _check_presence(hit: Hit, absent: Collection[str]) -> None:
    if is_url(hit.path):
        raise UsageError(
            f"{hit.path} is in a store, where no program can open it",
            "the preview shows its text, or fetch it with the store's own tools",
        )
    if os.path.lexists(hit.path):
        return
    if hit.path in absent:
        raise UsageError(f"{hit.path} is on a disk that is not mounted", "mount it, and try again")
    raise UsageError(
        f"{hit.path} is gone",
        "press F2, then r, to bring the index up to date with the folders",
    )


def _run(app: App[Any], command: Command, advice: str, text: str | None = None) -> None:
    """Run the command; `advice` says what to do if it fails."""
    program = command.argv[0]
    try:
        if command.window:
            _start(app, command, advice)
            return
        status = run_in_terminal(app, command.argv, text)
    except OSError as error:
        raise UsageError(
            f"{program} could not be started: {error.strerror}", editor_advice()
        ) from error
    except SuspendNotSupported as error:
        raise UsageError(
            "this terminal cannot be handed to another program",
            "use an editor with a window of its own, such as EDITOR=code",
        ) from error
    except Ended:
        end_within(ENDING_SECONDS)
        app.exit()
        return
    if status:
        raise _failure(program, status, advice)


def _start(app: App[Any], command: Command, advice: str) -> None:
    """Start a program with a window of its own."""
    null = subprocess.DEVNULL
    process = subprocess.Popen(
        command.argv, stdin=null, stdout=null, stderr=null, start_new_session=True
    )

    def wait() -> None:
        if (status := process.wait()) and app.is_running:
            app.post_message(messages.Failed(_failure(command.argv[0], status, advice)))

    # A thread waits for the process, which would else stay as a zombie. The thread is a daemon,
    # since the app may end first.
    threading.Thread(target=wait, daemon=True).start()


def _failure(program: str, status: int, advice: str) -> UsageError:
    # Popen gives a signal as its negative number.
    how = f"by {signal.Signals(-status).name}" if status < 0 else f"with exit status {status}"
    return UsageError(f"{program} ended {how}", advice)
