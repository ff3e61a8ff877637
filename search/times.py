"""Times as results have them."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_text(nanoseconds: int) -> str:
    """A time since 1970 as UTC in ISO 8601, to the second.

    >>> utc_text(1_700_000_000_999_999_999)
    '2023-11-14T22:13:20Z'
    """
    moment = datetime.fromtimestamp(nanoseconds // 10**9, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
