"""The failures of object stores as errors of docsearch, each with its cure.

LanceDB reaches a store through the same Rust library as the client does, so the messages of both
are read by one table.
"""

from __future__ import annotations

import re

from ..errors import DocsearchError, RemoteFailure, StorageFull

_CREDENTIALS = "check the credentials in the environment, and what they allow (docs/remote.md)"
_LATER = "run the command again later"

# A pattern of the library's message, and the error, message and hint that it becomes.
_FAILURES: tuple[tuple[str, type[DocsearchError], str, str], ...] = (
    (
        "NoSuchBucket|BucketNotFound|bucket does not exist|ContainerNotFound",
        RemoteFailure,
        "there is no such bucket",
        "check its name, and the endpoint (AWS_ENDPOINT_URL)",
    ),
    (
        "InvalidBucketName",
        RemoteFailure,
        "a bucket cannot have that name",
        "check the name of the bucket",
    ),
    (
        "AuthorizationHeaderMalformed|PermanentRedirect|IllegalLocationConstraint|"
        "incorrectly configured region|301 Moved",
        RemoteFailure,
        "the bucket is in another region",
        "set AWS_REGION to the bucket's region",
    ),
    (
        "InvalidAccessKeyId|SignatureDoesNotMatch|AccessDenied|ExpiredToken|InvalidToken|"
        "403 Forbidden|401 Unauthorized|PermissionDenied|Unauthenticated",
        RemoteFailure,
        "the store refuses access",
        _CREDENTIALS,
    ),
    (
        "instance credentials|169\\.254\\.169\\.254|metadata\\.google|[Mm]issing.?credential|"
        "CredentialsNotLoaded|no providers in chain|MissingAccessKeyId",
        RemoteFailure,
        "no credentials for the store were found",
        "put them into the environment, such as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "
        "set AWS_SKIP_SIGNATURE=true for a public bucket (docs/remote.md)",
    ),
    (
        "Account must be specified|MissingAccount",
        RemoteFailure,
        "the account of the store is not named",
        "set AZURE_STORAGE_ACCOUNT_NAME",
    ),
    (
        "QuotaExceeded|StorageFull|InsufficientStorage|507 |EntityTooLarge",
        StorageFull,
        "the store has no room left",
        "free some space there, then run the command again",
    ),
    (
        "SlowDown|ServiceUnavailable|InternalError|50\\d [A-Z]|TooManyRequests|429 ",
        RemoteFailure,
        "the store is overloaded or out of order",
        _LATER,
    ),
    (
        "URL scheme is not allowed",
        RemoteFailure,
        "the endpoint has no encryption",
        "set AWS_ALLOW_HTTP=true where that is meant, else an endpoint with https://",
    ),
    (
        "error sending request|dns error|error decoding response body|connection|timed? ?out|"
        "operation was canceled|IncompleteMessage|request or response body error",
        RemoteFailure,
        "the store cannot be reached",
        "check the network and the endpoint (AWS_ENDPOINT_URL), then run the command again",
    ),
)
_CAUSE = re.compile(r"<Message>([^<]{1,500})</Message>|HTTP error: ([^\n]{1,120})")


def failure_of(error: BaseException | str, url: str) -> DocsearchError | None:
    """The error that a message of the library means; None for one that is not about the store.

    >>> str(failure_of("...<Code>NoSuchBucket</Code>...", "s3://nowhere"))
    'there is no such bucket (s3://nowhere); check its name, and the endpoint (AWS_ENDPOINT_URL)'
    """
    text = str(error)
    for pattern, kind, message, hint in _FAILURES:
        if re.search(pattern, text):
            return kind(f"{message} ({url}{_cause(text)})", hint)
    return None


def failure(error: BaseException, url: str) -> DocsearchError:
    """The error of docsearch for any error of the library."""
    known = failure_of(error, url)
    if known is not None:
        return known
    first = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
    return RemoteFailure(f"the store failed ({url}: {first})", _LATER)


def _cause(text: str) -> str:
    """What the store itself says, behind a colon."""
    match = _CAUSE.search(text)
    said = (match[1] or match[2] or "").strip() if match else ""
    return f": {said.rstrip('.')}" if said else ""
