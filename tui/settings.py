"""The global options and the configuration in force, as every command receives them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from search.config import Config

if TYPE_CHECKING:
    from search import Index


@dataclass(frozen=True, slots=True)
class Settings:
    """`color` is auto, always or never."""

    config: Config
    verbose: bool
    quiet: bool
    color: str

    def open_index(self, profile: str | None = None) -> Index:
        """The index that the settings name."""
        from search import Index

        return Index.open(self.config.index, profile=profile, backend=self.config.backend)

    def note(self, text: str) -> None:
        """A line of narration on stderr, unless --quiet."""
        if not self.quiet:
            click.echo(text, err=True)


pass_settings = click.make_pass_decorator(Settings)
