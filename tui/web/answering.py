"""What the routes ask the index for, each in a turn of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from ..app.pictures.inline import png
from .documents import document_part, page_picture
from .events import streamed

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import StreamingResponse

    from search import Index, QueryResult, StoredPart

    from .questions import Question, Questions
    from .turns import Turn, Turns

    OpenIndex = Callable[[], AbstractContextManager[Index]]

PICTURE_SIZE = (1200, 1600)
"""The width and the height, in pixels, into which a page is drawn."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answering:
    """Answers from the one index that `open_index` gives, and from no other.

    What is asked is computed in `turns`. Pages are drawn in `drawing`: a page may take seconds, and
    questions do not wait for it.
    """

    open_index: OpenIndex
    questions: Questions
    turns: Turns
    drawing: Turns

    async def read(self, request: Request, reading: Callable[[Index], T]) -> T:
        """What `reading` makes of the open index. Raises what it raises, and Fault."""
        return await self.turns.answer(request, lambda check: self._with_index(reading))

    async def glance(self, reading: Callable[[Index], T]) -> T:
        """What `reading` makes of the catalogue: it takes no turn, and is no question."""
        return await asyncio.to_thread(self._with_index, reading)

    async def result(self, request: Request, question: Question) -> QueryResult:
        """The answer to a question."""
        return await self.turns.answer(
            request,
            lambda check: self._with_index(
                lambda index: self.questions.ask(index, question, check)
            ),
        )

    def events(self, question: Question, shown: Callable[[QueryResult], str]) -> StreamingResponse:
        """The answer to a question as events, whose lines `shown` makes."""
        return streamed(
            self.turns,
            lambda check, on_fused, on_order: self._with_index(
                lambda index: self.questions.ask(index, question, check, on_fused, on_order)
            ),
            shown,
        )

    async def part(self, request: Request, values: Mapping[str, Any]) -> StoredPart:
        """The part of a document that the parameters DOCUMENT name."""
        return await self.read(request, lambda index: document_part(index, values))

    async def picture(self, request: Request, values: Mapping[str, Any]) -> bytes:
        """The page that the parameters PICTURE name, as a PNG.

        Its pixels are drawn anew: nothing of the file itself is sent.
        """

        def draw(index: Index) -> bytes:
            return png(page_picture(index, values, PICTURE_SIZE))

        return await self.drawing.answer(request, lambda check: self._with_index(draw))

    def warm(self) -> Turn[QueryResult]:
        """A question of its own, whose answer loads what other questions need."""
        return self.turns.begin(
            lambda check: self._with_index(lambda index: index.query("warm", limit=1))
        )

    def close(self) -> None:
        """Begin nothing more."""
        self.turns.close()
        self.drawing.close()

    def _with_index(self, reading: Callable[[Index], T]) -> T:
        with self.open_index() as index:
            return reading(index)
