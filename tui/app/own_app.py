"""An app with the user's own themes and keys, with colours or without."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from textual.app import App
from textual.filter import LineFilter, Monochrome, NoColor

from search.errors import DocsearchError

from ..terminal import printable
from .alt_digits import know_alt_digits
from .colourless import Colourless
from .own import Own
from .switches import Switches
from .themes import check_theme

TOAST_SECONDS = 8


class OwnApp(App[None]):
    """Looks as `own` and the preferences in the `state` folder want it.

    `plain` is for screen readers: no boxes, no icons, no animation. Raises ConfigError for a theme
    that does not exist.
    """

    def __init__(self, own: Own, state: Path, color: bool, plain: bool) -> None:
        super().__init__()
        know_alt_digits()
        self.own = own
        for theme in own.themes:
            self.register_theme(theme)
        check_theme(own.theme, self.available_themes)
        self.no_color = not color
        self.set_class(plain, "-plain")
        if plain:
            self.animation_level = "none"
        self.set_class(self.no_color, "-no-color")
        self._colourless = Colourless()
        self.switches = Switches(state / "preferences.json", own, self.warn)

    def use_own(self) -> None:
        """Use the user's own keys, and the switches of earlier runs."""
        self.set_keymap(dict(self.own.keys.keymap))
        for action, key in self.own.keys.unbound.items():
            self.bind(key, action, show=False)
        self.switches.restore()
        if (theme := self.switches.theme(self.available_themes)) is not None:
            self.theme = theme
        if self.switches.keeps_theme:
            self.theme_changed_signal.subscribe(
                self, lambda theme: self.switches.choose_theme(theme.name)
            )

    def action_switch_light(self) -> None:
        """Change between the light and the dark theme."""
        self.theme = "textual-light" if self.current_theme.dark else "textual-dark"

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's filters, with colour switched by `no_color` alone.

        Textual asks the environment too, but the command line has taken it into account already.
        """
        filters = [
            line_filter
            for line_filter in super().get_line_filters()
            if not isinstance(line_filter, (Monochrome, NoColor))
        ]
        return [*filters, self._colourless] if self.no_color else filters

    def warn(self, error: DocsearchError) -> None:
        """Show a toast with what happened and what to do next."""
        title, hint = (printable(text, one_line=True) for text in (error.message, error.hint))
        self.notify(hint, title=title, severity="error", timeout=TOAST_SECONDS, markup=False)
