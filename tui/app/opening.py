"""Opens a hit in another program."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Mapping
from typing import Any

from textual.app import App, SuspendNotSupported

from search.errors import UsageError
from search.results import Hit

from .editor import Command, editor_command, viewer_command


def open_in_editor(app: App[Any], hit: Hit, environment: Mapping[str, str]) -> None:
    """Open the hit's line in the user's editor, or a PDF, which no editor shows, in a viewer.

    Raises UsageError if the program cannot be started.
    """
    if hit.kind == "pdf":
        open_in_viewer(app, hit)
    else:
        _run(app, editor_command(hit.path, hit.line, environment))


def open_in_viewer(app: App[Any], hit: Hit) -> None:
    """Open the hit's page in a viewer. If the viewer cannot be told the page, the app names it.

    Raises UsageError if the program cannot be started.
    """
    command = viewer_command(hit.path, hit.page)
    _run(app, command)
    if hit.page is not None and not command.at_page:
        app.notify(f"The passage is on page {hit.page:,}: this viewer cannot be told")


def _run(app: App[Any], command: Command) -> None:
    try:
        if command.window:
            null = subprocess.DEVNULL
            process = subprocess.Popen(
                command.argv, stdin=null, stdout=null, stderr=null, start_new_session=True
            )
            # A thread waits for the process, which would else stay as a zombie. The thread is a
            # daemon, since the app may end first.
            threading.Thread(target=process.wait, daemon=True).start()
        else:
            with app.suspend():
                subprocess.run(command.argv, check=False)
            app.refresh(layout=True)
    except OSError as error:
        raise UsageError(
            f"{command.argv[0]} could not be started: {error.strerror}",
            "set EDITOR, such as EDITOR=vim",
        ) from error
    except SuspendNotSupported as error:
        raise UsageError(
            "this terminal cannot be handed to an editor",
            "use one with a window of its own, such as EDITOR=code",
        ) from error
