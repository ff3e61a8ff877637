"""A question from a URL, and its answer from the index: the same as `docsearch query` gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from search.config import Config

from ..asked import FilterOptions, asked, cleaned
from .faults import Fault
from .parameters import Parameter, values

if TYPE_CHECKING:
    from search import Index, QueryResult

    Tell = Callable[[QueryResult], None]

MOST_CHARS = 4_000
"""The longest question: a long paragraph. The models read less."""
OPTIONS = frozenset(
    {
        *("limit", "mode", "min_score", "path", "type", "after", "before", "per_file"),
        *("explain", "rerank", "candidates", "rerank_budget"),
    }
)
"""The options of `docsearch query` that a URL may have."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: the text with its filter words, and the options by their names in a URL."""

    text: str
    options: dict[str, Any]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to look for."""
        return not self.text.strip()


class Questions:
    """Reads questions from URLs, and asks the index; `config` has what a question leaves open."""

    def __init__(self, options: Iterable[click.Parameter], config: Config) -> None:
        self.config = config
        text: Parameter[str] = Parameter(
            "q",
            click.STRING,
            "What to look for, with filter words such as type:pdf.",
            required=True,
        )
        known = [Parameter.of(each) for each in options if isinstance(each, click.Option)]
        self.parameters = (text, *(each for each in known if each.name in OPTIONS))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the parameters."""
        return tuple(each.name for each in self.parameters)

    def read(self, query: bytes) -> Question:
        """The question of a URL. Raises UsageError, and Fault where the question is too long."""
        return self._question(values(self.parameters, query))

    def read_page(
        self, query: bytes, own: Iterable[Parameter[Any]]
    ) -> tuple[Question, dict[str, Any]]:
        """The question of the page, which may be empty, and the values of the page's `own`."""
        text, *others = self.parameters
        found = values((replace(text, required=False), *others, *own), query)
        question = self._question({name: found.pop(name) for name in self.names})
        return question, found

    def _question(self, found: dict[str, Any]) -> Question:
        text = cleaned(found.pop("q") or "")
        if len(text) > MOST_CHARS:
            raise Fault(
                414,
                "too_long",
                f"the question has {len(text):,} characters",
                f"ask in {MOST_CHARS:,} characters at most",
            )
        return Question(text, found)

    def ask(
        self,
        index: Index,
        question: Question,
        check: Callable[[], None],
        on_fused: Tell | None = None,
        on_order: Tell | None = None,
    ) -> QueryResult:
        """The answer. Raises what `Index.query` raises, and what `check` raises between its steps.

        `on_fused` and `on_order` are told the hits before and while the reranker reads.
        """
        options, config = question.options, self.config
        filters = FilterOptions(
            options["mode"],
            options["rerank"],
            options["path"],
            options["type"],
            options["after"],
            options["before"],
        )
        # A pattern is seen from the root of the file system: a URL has no working folder.
        words = asked(question.text, filters, "/")
        score = options["min_score"]
        result = index.query(
            words.text,
            limit=options["limit"] or config.limit,
            mode=words.mode or config.mode,
            where=words.where,
            per_file=options["per_file"],
            min_score=score if score is not None else config.min_score or None,
            explain=bool(options["explain"]),
            rerank=words.rerank,
            candidates=options["candidates"],
            rerank_budget=options["rerank_budget"],
            on_step=check,
            on_fused=on_fused,
            on_order=on_order,
        )
        # The answer repeats the question as it was asked, with its filter words.
        return replace(result, query=question.text)
