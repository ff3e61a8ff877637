"""The app's switches: restored from earlier runs, and saved when the user changes them."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import replace
from pathlib import Path
from typing import Any

from search.errors import DocsearchError, UsageError

from ..preferences import Preferences, load_preferences, save_preferences
from .own import Own


class Switches:
    """Holds the preferences in force.

    `own` has the theme of the configuration, which holds at every start, and the theme that the
    terminal's background gives the app. `warn` shows an error of the file.
    """

    def __init__(self, file: Path, own: Own, warn: Callable[[DocsearchError], None]) -> None:
        self._file = file
        self._own = own
        self._warn = warn
        self.preferences = Preferences()

    def restore(self) -> None:
        """Take what earlier runs saved."""
        try:
            self.preferences = load_preferences(self._file)
        except DocsearchError as error:
            self._warn(error)

    def theme(self, available: Container[str]) -> str | None:
        """The theme to begin with; None is the app's default."""
        themes = (self._own.theme, self.preferences.theme, self._own.fallback)
        return next((theme for theme in themes if theme in available), None)

    @property
    def keeps_theme(self) -> bool:
        """True if the user's choice of a theme is kept."""
        return not self._own.theme

    def choose_theme(self, name: str) -> None:
        """Keep a theme, unless it is the one that the terminal's background gives the app."""
        if self.preferences.theme or name != self._own.fallback:
            self.keep(theme=name)

    def keep(self, **changes: Any) -> None:
        """Change preferences by their names, and save them."""
        preferences = replace(self.preferences, **changes)
        if preferences == self.preferences:
            return
        self.preferences = preferences
        try:
            save_preferences(self._file, preferences)
        except OSError as error:
            hint = "the app forgets it when it ends; check the permissions of that folder"
            self._warn(UsageError(f"{error.filename}: {error.strerror}", hint))
