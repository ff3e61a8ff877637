"""The themes of the configuration, checked and made into Textual's own."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from textual.color import Color, ColorParseError
from textual.theme import Theme

from search.config_tables import OwnTheme
from search.errors import ConfigError
from search.wording import closest, did_you_mean


def made_themes(own: Sequence[OwnTheme]) -> list[Theme]:
    """The user's themes. Raises ConfigError for a colour that is none."""
    for theme in own:
        for name, colour in theme.colours:
            try:
                Color.parse(colour)
            except ColorParseError as error:
                raise ConfigError(
                    f"the colour {name} of your theme {theme.name} is {colour!r}",
                    'write it as "#0178D4", "rgb(1, 120, 212)" or a name such as "teal"',
                ) from error
    return [
        Theme(name=theme.name, dark=theme.dark, **dict(theme.colours))  # type: ignore[arg-type]
        for theme in own
    ]


def check_theme(name: str, names: Collection[str]) -> None:
    """Raise ConfigError unless `name` is empty or one of the themes' `names`."""
    if name and name not in names:
        raise ConfigError(
            f"there is no theme {name}",
            did_you_mean(closest(name, names), f"the themes are {', '.join(sorted(names))}"),
        )
