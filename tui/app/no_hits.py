"""What to do where no passage answers a query."""

from __future__ import annotations

from search.results import QueryResult

from ..typed import Typed


def advice(typed: Typed, result: QueryResult) -> tuple[str, ...]:
    """The next steps: filters and quotation marks to take off, or other words.

    A warning of the query says itself what to do.
    """
    filters = [
        *(f"path:{path}" for path in typed.paths),
        *([f"type:{','.join(typed.types)}"] if typed.types else []),
        *([f"after:{typed.after}"] if typed.after else []),
        *([f"before:{typed.before}"] if typed.before else []),
    ]
    reasons = {reason for reason, count in result.cut if count}
    steps = [f"take off {' or '.join(filters)}"] if filters else []
    steps += ["take off the quotation marks"] if "phrase" in reasons else []
    steps += ["take off the words with a minus"] if "excluded" in reasons else []
    if steps:
        return (", or ".join(steps),)
    return () if result.warnings else ("other words may",)
