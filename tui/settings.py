"""The global options and the configuration in force, as every command receives them."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from search.config import Config

from .surroundings import Surroundings
from .terminal import Style

if TYPE_CHECKING:
    from search import Index
    from search.protocols import ModelSource

JSON_WANTED = "docsearch.json"
"""The key in click's `meta` that tells whether the answer is to be JSON.

It is absent until the command's options are parsed.
"""

ABOUT_AN_INDEX = re.compile(
    r"docsearch (?=(?:ingest|query|app|pick|show|status|check|forget|move|"
    r"export|import|doctor)\b(?! --help))"
)


@dataclass(frozen=True, slots=True)
class Settings:
    """`color` is auto, always or never.

    `index_options` are the options that name the index in use, as words of a command line. `plain`
    is for the app: no boxes, icons and animation. `around` is where the command was typed.
    """

    config: Config
    verbose: bool
    quiet: bool
    color: str
    index_options: str = ""
    plain: bool = False
    around: Surroundings = field(default_factory=Surroundings.of_process)

    def open_index(
        self,
        folder: Path | None = None,
        *,
        profile: str | None = None,
        embedder: str | None = None,
        reranker: str | None = None,
        dimensions: int | None = None,
        loaded: ModelSource | None = None,
    ) -> AbstractContextManager[Index]:
        """Open the index in `folder`, without it the index that the settings name.

        The models given here are those that the user asks for in this command. The configured
        models are the default of a new index. They are taken from `loaded` where it is given.
        """
        from search import ModelChoice

        config = self.config
        default = ModelChoice(
            config.profile or None,
            config.embedder or None,
            config.reranker or None,
            config.dimensions or None,
        )
        return self.around.open_index(
            folder or config.index,
            profile=profile,
            backend=config.backend,
            default=default,
            embedder=embedder,
            reranker=reranker,
            dimensions=dimensions,
            loaded=loaded,
            cache_size=config.cache_size,
        )

    @property
    def style(self) -> Style:
        """The style for text on stdout."""
        return Style(self.color, self.around.is_terminal, self.around.environment)

    def note(self, text: str) -> None:
        """Write a line of narration to stderr, unless --quiet is given."""
        if not self.quiet:
            click.echo(text, err=True)

    def with_index_options(self, text: str) -> str:
        """The text, with every command in it made to act on the index in use.

        >>> settings = Settings(Config(), False, False, "auto", "--index work ")
        >>> settings.with_index_options("run: docsearch ingest FOLDER")
        'run: docsearch --index work ingest FOLDER'
        """
        return ABOUT_AN_INDEX.sub(lambda match: match[0] + self.index_options, text)


pass_settings = click.make_pass_decorator(Settings)


def json_flag(
    name: str, variable: str, text: str
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A flag that asks for JSON. With it, errors are JSON too."""
    # The flag is eager, so that it is known when the value of another option is refused.
    return click.option(
        name, variable, is_flag=True, is_eager=True, callback=_remembered, help=text
    )


def _remembered(context: click.Context, _: click.Parameter, given: bool) -> bool:
    context.meta[JSON_WANTED] = given or context.meta.get(JSON_WANTED, False)
    return given
