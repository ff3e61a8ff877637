"""What the user has set of the app's looks and keys."""

from __future__ import annotations

from dataclasses import dataclass

from textual.theme import Theme

from search.config import Config

from .own_keys import KeyPlan, plan_keys


@dataclass(frozen=True, slots=True)
class Own:
    """The user's own themes, the name of the theme to start with, and the keys.

    An empty `theme` is the one that was chosen in the app before, and `fallback` the one before any
    was chosen.
    """

    themes: tuple[Theme, ...]
    theme: str
    keys: KeyPlan
    fallback: str = ""


NOTHING_OWN = Own((), "", plan_keys(()))


def own_of(config: Config, light: bool | None = None) -> Own:
    """The user's own themes and keys, and the theme for a light or dark terminal.

    Raises ConfigError for themes and keys that cannot be used.
    """
    from .themes import made_themes

    themes, keys = tuple(made_themes(config.themes)), plan_keys(config.bindings)
    return Own(themes, config.theme, keys, "textual-light" if light else "")
