"""What the user has set of the app's looks and keys."""

from __future__ import annotations

from dataclasses import dataclass

from textual.theme import Theme

from search.config import Config

from .own_keys import KeyPlan, plan_keys


@dataclass(frozen=True, slots=True)
class Own:
    """The user's own themes, the name of the theme to start with, and the keys.

    An empty `theme` is the one that was chosen in the app before.
    """

    themes: tuple[Theme, ...]
    theme: str
    keys: KeyPlan


NOTHING_OWN = Own((), "", plan_keys(()))


def own_of(config: Config) -> Own:
    """The user's own themes and keys. Raises ConfigError for those that cannot be used."""
    from .themes import made_themes

    return Own(tuple(made_themes(config.themes)), config.theme, plan_keys(config.bindings))
