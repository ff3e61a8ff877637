"""Opening a hit in another program."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Mapping
from typing import Any

from textual.app import App, SuspendNotSupported

from search.errors import UsageError
from search.results import Hit

from .editor import Command, editor_command, viewer_command
from .widgets.hit_row import matched_line


def open_in_editor(app: App[Any], hit: Hit, environment: Mapping[str, str]) -> None:
    """The user's editor at the hit's line; a document with pages, which no editor shows, in the viewer. Raises UsageError."""
    if hit.kind == "pdf":
        open_in_viewer(app, hit)
    else:
        _run(app, editor_command(hit.path, matched_line(hit), environment))


def open_in_viewer(app: App[Any], hit: Hit) -> None:
    """A viewer at the hit's page, or the system's own and a word about the page. Raises UsageError."""
    command = viewer_command(hit.path, hit.page)
    _run(app, command)
    if hit.page is not None and not command.at_page:
        app.notify(f"The passage is on page {hit.page:,}: this viewer cannot be told")


def _run(app: App[Any], command: Command) -> None:
    try:
        if command.window:
            none = subprocess.DEVNULL
            process = subprocess.Popen(
                command.argv, stdin=none, stdout=none, stderr=none, start_new_session=True
            )
            # Its end is to be noticed, or the process stays as a zombie; the app may be gone before.
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
