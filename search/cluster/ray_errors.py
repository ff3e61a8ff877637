"""What Ray raises, as errors of docsearch."""

from __future__ import annotations

from ..errors import ClusterFailure, DocsearchError

AGAIN = "run docsearch ingest again, which goes on where it ended"


def failure_of(error: BaseException, message: str, hint: str = AGAIN) -> DocsearchError:
    """The error of docsearch's that a worker raised, where Ray brings one.

    Any other error becomes a ClusterFailure with this message, and with the last line of what Ray
    tells, which is the cause.
    """
    if (own := own_error(error)) is not None:
        return own
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    cause = lines[-1][:200] if lines else type(error).__name__
    return ClusterFailure(f"{message}: {cause}", hint)


def own_error(error: BaseException | None) -> DocsearchError | None:
    """The error of docsearch's among the causes of an error; None without one."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, DocsearchError):
            return error
        error = getattr(error, "cause", None) or error.__cause__ or error.__context__
    return None
