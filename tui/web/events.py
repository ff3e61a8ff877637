"""An answer as server-sent events: the fused hits first, then the hits as they are reranked.

The format is that of https://html.spec.whatwg.org/multipage/server-sent-events.html.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

from starlette.responses import StreamingResponse

from search.errors import DocsearchError

from ..jsont import error_json
from .faults import unexpected
from .turns import Check, GivenUp, Turns

if TYPE_CHECKING:
    from search import QueryResult

    Tell = Callable[[QueryResult], None]
    Ask = Callable[[Check, Tell, Tell], QueryResult]

EVENTS = "text/event-stream"


def event(name: str, data: str) -> bytes:
    """An event; `data` is one line.

    >>> event("answer", "{}")
    b'event: answer\\ndata: {}\\n\\n'
    """
    return f"event: {name}\ndata: {data}\n\n".encode()


def streamed(turns: Turns, ask: Ask, shown: Callable[[QueryResult], str]) -> StreamingResponse:
    """The events of a question: fused, then order (any number of them), then answer; or else error.

    `ask` is given a check, and who is told of the fused hits and of the orders. `shown` makes the
    line of an event. A client that goes away ends the question. Raises Fault where too many wait.
    """
    loop, told = asyncio.get_running_loop(), asyncio.Queue[bytes | None]()

    def work(check: Check) -> str:
        def tell(name: str) -> Tell:
            def put(result: QueryResult) -> None:
                check()
                loop.call_soon_threadsafe(told.put_nowait, event(name, shown(result)))

            return put

        return shown(ask(check, tell("fused"), tell("order")))

    turn = turns.begin(work)

    async def events() -> AsyncIterator[bytes]:
        answer = asyncio.ensure_future(turn.answer(turns.seconds))
        answer.add_done_callback(lambda _: told.put_nowait(None))
        try:
            while (heard := await told.get()) is not None:
                yield heard
            yield event("answer", answer.result())
        except DocsearchError as error:
            yield event("error", error_json(error))
        except GivenUp:
            return
        except Exception as error:
            yield event("error", error_json(unexpected(error)))
        finally:
            turn.give_up()
            answer.cancel()

    return StreamingResponse(events(), media_type=EVENTS)
