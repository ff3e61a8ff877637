"""The failures of object stores as errors of docsearch, each with its cure.

LanceDB reaches a store through the same Rust library as the client does, so the messages of both
are read by one table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..errors import DocsearchError, RemoteFailure, StorageFull
from .clouds import in_words_of

_LATER = "run the command again later"
_OTHER_KEYS = "check the key in {keys}, and the endpoint (docs/remote.md)"


class OtherRegion(RemoteFailure):
    """The bucket is in another region than the one that the request was signed for."""


@dataclass(frozen=True, slots=True)
class _Failure:
    """What a message of the library that matches `pattern` means."""

    pattern: str
    message: str
    hint: str
    kind: type[DocsearchError] = RemoteFailure


_FAILURES = (
    _Failure(
        "instance credentials|169\\.254\\.169\\.254|metadata\\.google|[Mm]issing.?credential|"
        "CredentialsNotLoaded|no providers in chain|MissingAccessKeyId",
        "no credentials for the store were found",
        "{credentials} (docs/remote.md)",
    ),
    _Failure(
        "NoSuchBucket|BucketNotFound|bucket does not exist|ContainerNotFound",
        "there is no such bucket",
        "check its name, and the endpoint ({endpoint})",
    ),
    _Failure(
        "InvalidBucketName",
        "a bucket cannot have that name",
        "check the name of the bucket",
    ),
    _Failure(
        "AuthorizationHeaderMalformed|PermanentRedirect|IllegalLocationConstraint|"
        "incorrectly configured region|301 Moved|BareRedirect",
        "the bucket is in another region",
        "set AWS_REGION to the bucket's region",
        OtherRegion,
    ),
    _Failure(
        "ExpiredToken|TokenRefreshRequired|Signature not valid in the specified time frame",
        "the credentials have expired",
        "get new ones, then run the command again",
    ),
    _Failure(
        "RequestTimeTooSkewed|RequestExpired|Request date header too old",
        "the clock of this machine is wrong",
        "set it, then run the command again",
    ),
    _Failure(
        "InvalidAccessKeyId|InvalidToken|InvalidClientTokenId",
        "the store does not know the access key",
        _OTHER_KEYS,
    ),
    _Failure(
        "SignatureDoesNotMatch|AuthenticationFailed|Server failed to authenticate",
        "the secret key does not belong to the access key",
        _OTHER_KEYS,
    ),
    _Failure(
        "AccessDenied|403 Forbidden|401 Unauthorized|PermissionDenied|Unauthenticated|"
        "AuthorizationFailure|AuthorizationPermissionMismatch|status: 40[13]\\b",
        "the store refuses access",
        "check the credentials in the environment, and what they allow (docs/remote.md)",
    ),
    _Failure(
        "Account must be specified|MissingAccount",
        "the account of the store is not named",
        "set AZURE_STORAGE_ACCOUNT_NAME",
    ),
    _Failure(
        "QuotaExceeded|StorageFull|InsufficientStorage|507 |EntityTooLarge",
        "the store has no room left",
        "free some space there, then run the command again",
        StorageFull,
    ),
    _Failure(
        "SlowDown|ServiceUnavailable|InternalError|50\\d [A-Z]|TooManyRequests|429 |"
        "status: (50\\d|429)\\b",
        "the store is overloaded or out of order",
        _LATER,
    ),
    _Failure(
        "URL scheme is not allowed",
        "the endpoint has no encryption",
        "set {http}=true where that is meant, else an endpoint with https://",
    ),
    _Failure(
        "status code: \\d+ [^:]{1,40}: \\s*<(!DOCTYPE|!doctype|html|HTML)",
        "what answers is a web page, and no object store",
        "check the endpoint ({endpoint})",
    ),
    _Failure(
        "error sending request|dns error|error decoding response body|HttpError \\{|timed out|"
        "[Cc]onnection (refused|reset|closed)|operation was canceled|IncompleteMessage|"
        "request or response body error",
        "the store cannot be reached",
        "check the network and the endpoint ({endpoint}), then run the command again",
    ),
)
_CAUSE = re.compile(r"<Message>([^<\n]{1,500})|HTTP error: ([^\n]{1,120})")
_REGION = re.compile("expecting '([a-z0-9-]+)'|<Region>([a-z0-9-]+)</Region>")
_ACTION = re.compile(r"(?:Error performing |method: )([A-Z]+)(?:, uri: Some\(| )(\S+)")
_ACTIONS = {
    "list": ("list objects", "s3:ListBucket"),
    "GET": ("read objects", "s3:GetObject and s3:ListBucket"),
    "HEAD": ("read objects", "s3:GetObject and s3:ListBucket"),
    "PUT": ("write objects", "s3:PutObject"),
    "POST": ("delete objects", "s3:DeleteObject"),
    "DELETE": ("delete objects", "s3:DeleteObject"),
}
"""What a request does, and the right that it takes; S3 hides from who may not list what is missing.
"""
_UNREACHED = (
    ("onnection refused", "nothing listens there"),
    ("dns error|failed to lookup", "nobody knows that name"),
    ("InvalidContentType|wrong version number", "it does not speak TLS, as https:// asks"),
    ("UnknownIssuer|certificate", "its certificate is not trusted"),
)
"""What else a message says of an endpoint that cannot be reached."""


def failure_of(error: BaseException | str, url: str) -> DocsearchError | None:
    """The error that a message of the library means; None for one that is not about the store.

    >>> str(failure_of("...<Code>NoSuchBucket</Code>...", "s3://nowhere"))
    'there is no such bucket (s3://nowhere); check its name, and the endpoint (AWS_ENDPOINT_URL)'
    """
    text = str(error)
    # What obstore appends to its message has the headers of the request too.
    message = text.partition("Debug source:")[0]
    for failure in _FAILURES:
        if re.search(failure.pattern, message):
            return _told(failure, text, url)
    return None


def _told(failure: _Failure, text: str, url: str) -> DocsearchError:
    if failure.kind is OtherRegion and (region := _REGION.search(text)):
        return other_region(url, region[1] or region[2])
    message, hint, cause = failure.message, failure.hint, _cause(text)
    if message == "the store refuses access" and (action := _ACTION.search(text)):
        _, _, asked = action[2].partition("?")
        kind = "list" if "list-type=" in asked else action[1]
        if kind in _ACTIONS:
            does, right = _ACTIONS[kind]
            message = f"the store refuses to {does}"
            if url.startswith("s3"):
                hint = f"allow {right} there, or use other credentials (docs/remote.md)"
    if message == "the store cannot be reached":
        reasons = (told for pattern, told in _UNREACHED if re.search(pattern, text))
        cause = next((f": {told}" for told in reasons), cause)
    return failure.kind(f"{message} ({url}{cause})", in_words_of(url, hint))


def other_region(url: str, region: str) -> OtherRegion:
    """The error for a bucket that is in this region."""
    return OtherRegion(f"the bucket is in the region {region} ({url})", f"set AWS_REGION={region}")


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
