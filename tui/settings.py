"""The global options and the configuration in force, as every command receives them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from search.config import Config

if TYPE_CHECKING:
    from search import Index

JSON_WANTED = "docsearch.json"
"""The key in click's `meta` that says whether the answer is to be JSON; absent until the command's options were understood."""

ABOUT_AN_INDEX = re.compile(r"docsearch (?=(?:ingest|query|show|status|check|forget)\b(?! --help))")


@dataclass(frozen=True, slots=True)
class Settings:
    """`color` is auto, always or never; `place` is the options that name the index, as words of a command line."""

    config: Config
    verbose: bool
    quiet: bool
    color: str
    place: str = ""

    def open_index(
        self, profile: str | None = None, embedder: str | None = None, reranker: str | None = None, dimensions: int | None = None
    ) -> Index:  # fmt: skip
        """The index that the settings name. The models given here are what the user asks of it, the configured ones are for new indexes."""
        from search import Index, ModelChoice

        own = self.config
        default = ModelChoice(
            own.profile or None, own.embedder or None, own.reranker or None, own.dimensions or None
        )
        return Index.open(
            own.index,
            profile=profile,
            backend=own.backend,
            default=default,
            embedder=embedder,
            reranker=reranker,
            dimensions=dimensions,
        )

    def note(self, text: str) -> None:
        """A line of narration on stderr, unless --quiet."""
        if not self.quiet:
            click.echo(text, err=True)

    def placed(self, text: str) -> str:
        """The text with every command in it made to act on the index in use.

        >>> Settings(Config(), False, False, "auto", "--index work ").placed("run: docsearch ingest FOLDER")
        'run: docsearch --index work ingest FOLDER'
        """
        return ABOUT_AN_INDEX.sub(lambda match: match[0] + self.place, text)


pass_settings = click.make_pass_decorator(Settings)


def json_flag(
    name: str, variable: str, text: str
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A flag that asks for JSON; errors too are JSON where it is given."""
    # Eager, so that it is known when another option's value is refused.
    return click.option(
        name, variable, is_flag=True, is_eager=True, callback=_remembered, help=text
    )


def _remembered(context: click.Context, _: click.Parameter, given: bool) -> bool:
    context.meta[JSON_WANTED] = given or context.meta.get(JSON_WANTED, False)
    return given
