"""The question in the input: what is asked, which answers belong to it, what is told of them."""

from __future__ import annotations

from search.results import QueryResult
from search.wording import counted

from .. import messages
from ..typed import Typed, parse

FELT_MS = 200
"""An answer that takes longer is told with the time of the first hits, which stood before it."""


class Questions:
    """Numbers the questions, so that the answers to older ones are known.

    `rerank` is the user's switch, `reranker` the name of the index's reranker, empty without one,
    and `model_is_ready` is true once the model is loaded.
    """

    def __init__(self) -> None:
        self.typed = parse("")
        self.rerank = True
        self.reranker = ""
        self.model_is_ready = False
        self._number = 0
        self._shown: Typed | None = None
        """The question whose hits are shown."""
        self._is_final = False
        """True if its last answer is shown."""
        self._first_ms = 0.0
        """The time that its first answer took."""

    def put(self, line: str) -> bool:
        """Take the line in the input; true if it asks something else than before."""
        before, self.typed = self.typed, parse(line)
        return self.typed != before

    def next(self, again: bool = False) -> messages.Ask | None:
        """The question with a number of its own, to be asked; None where nothing is asked.

        It is asked `again` if the index has changed.
        """
        self._number += 1
        if not self.typed.text:
            self._shown = None
            return None
        return messages.Ask(self._number, self.typed, self.reranks, again)

    def is_current(self, number: int) -> bool:
        """True if the question of that number is the one in the input."""
        return number == self._number

    def show(self, final: bool, took_ms: float) -> bool:
        """Take note that hits of the question are shown; true if others of it were before."""
        before, self._shown, self._is_final = self._shown, self.typed, final
        if before != self.typed:
            self._first_ms = took_ms
        return before == self.typed

    @property
    def is_answered(self) -> bool:
        """True if the last answer to the question in the input is shown."""
        return self.is_shown and self._is_final

    @property
    def is_shown(self) -> bool:
        """True if the hits that are shown are those of the question in the input."""
        return self._shown == self.typed

    @property
    def reranks(self) -> bool:
        """True if the question in the input is to be reranked."""
        if self.typed.rerank is not None:
            return self.typed.rerank
        return self.rerank and bool(self.reranker) and self.typed.mode == "hybrid"

    @property
    def rerank_state(self) -> str:
        """Whether the question is reranked: on, off, or empty where nothing can rerank it."""
        if not self.reranker and self.typed.rerank is None:
            return ""
        return "on" if self.reranks else "off"

    def summary(self, result: QueryResult, final: bool) -> str:
        """The line about an answer: its counts, the mode, the time, warnings, the next step."""
        if not result.hits:
            from .no_hits import advice

            return " · ".join(
                ("no passage answers that", *result.warnings, *advice(self.typed, result))
            )
        hits, files = len(result.hits), len({hit.path for hit in result.hits})
        counts = f"{counted(hits, 'hit')} in {counted(files, 'file')}"
        if result.weak and final:
            counts += ", none of which may answer that"
        step = "reranked" if result.reranked and final else result.mode
        took = f"{step} {result.took_ms:.0f} ms"
        if result.took_ms > max(FELT_MS, self._first_ms):
            took = f"first hits {self._first_ms:.0f} ms · {took}"
        next_step = "" if final else self._next_step(result)
        return " · ".join([counts, took, *result.warnings]) + next_step

    def _next_step(self, result: QueryResult) -> str:
        if result.reranked or result.mode == self.typed.mode:
            return " · reranking …"
        return " · by meaning …" if self.model_is_ready else " · the model is loading …"
