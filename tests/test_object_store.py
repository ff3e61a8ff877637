"""The client of object stores: what its failures mean, and what it takes from the environment."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from search.errors import ConfigError, RemoteFailure, StorageFull
from search.object_store.client import ObjectStore, StoredObject
from search.object_store.failures import failure_of
from search.object_store.options import is_http_allowed, lance_options
from search.urls import is_url, parted, tidied

URL = "s3://bucket/index"


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (
            "Server returned non-2xx status code: 404 Not Found: <Error><Code>NoSuchBucket</Code>"
            "<Message>The specified bucket does not exist</Message></Error>",
            "there is no such bucket (s3://bucket/index: The specified bucket does not exist); "
            "check its name, and the endpoint (AWS_ENDPOINT_URL)",
        ),
        (
            "400 Bad Request: <Error><Code>AuthorizationHeaderMalformed</Code><Message>The region "
            "'us-east-1' is wrong; expecting 'eu-central-1'</Message></Error>",
            "the bucket is in the region eu-central-1 (s3://bucket/index); set "
            "AWS_REGION=eu-central-1",
        ),
        (
            "Received redirect without LOCATION, this normally indicates an incorrectly configured "
            "region",
            "the bucket is in another region (s3://bucket/index); set AWS_REGION to the bucket's "
            "region",
        ),
        (
            "403 Forbidden: <Error><Code>ExpiredToken</Code><Message>The provided token has "
            "expired.</Message></Error>",
            "the credentials have expired (s3://bucket/index: The provided token has expired); get "
            "new ones, then run the command again",
        ),
        (
            "Error performing PUT http://169.254.169.254/latest/api/token in 1s",
            "no credentials for the store were found (s3://bucket/index); put them into the "
            "environment, such as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile with "
            "AWS_PROFILE, or set AWS_SKIP_SIGNATURE=true for a public bucket (docs/remote.md)",
        ),
        (
            "Generic MicrosoftAzure error: Account must be specified",
            "the account of the store is not named (s3://bucket/index); set "
            "AZURE_STORAGE_ACCOUNT_NAME",
        ),
        (
            "after 6 retries - Server returned non-2xx status code: 503 Service Unavailable: ",
            "the store is overloaded or out of order (s3://bucket/index); run the command again "
            "later",
        ),
        (
            "Generic S3 error: HTTP error: error sending request\n\nDebug source: ...",
            "the store cannot be reached (s3://bucket/index: error sending request); check the "
            "network and the endpoint (AWS_ENDPOINT_URL), then run the command again",
        ),
        (
            "Generic S3 error: HTTP error: error sending request\n\nDebug source: ConnectError("
            '"tcp connect error", 127.0.0.1:1, Os { code: 111, kind: ConnectionRefused, '
            'message: "Connection refused" })',
            "the store cannot be reached (s3://bucket/index: nothing listens there); check the "
            "network and the endpoint (AWS_ENDPOINT_URL), then run the command again",
        ),
        (
            "404 Not Found: <Error><Code>NoSuchKey</Code></Error>: Error performing PUT "
            "http://127.0.0.1/a/connection.md in 1ms - Server returned non-2xx status code: 403 "
            "Forbidden: <Error><Code>AccessDenied</Code></Error>",
            "the store refuses to write objects (s3://bucket/index); allow s3:PutObject there, or "
            "use other credentials (docs/remote.md)",
        ),
        (
            'IO { source: Generic { store: "S3", source: ListRequest { source: RetryError('
            "RetryErrorImpl { method: GET, uri: Some(http://127.0.0.1/archive?list-type=2&prefix=i"
            "), retries: 0, retry_timeout: 2s, inner: Status { status: 403, body: None } }) } } }",
            "the store refuses to list objects (s3://bucket/index); allow s3:ListBucket there, or "
            "use other credentials (docs/remote.md)",
        ),
        (
            "RetryErrorImpl { method: GET, uri: Some(http://127.0.0.1/archive/i), retries: 0, "
            "retry_timeout: 2s, inner: BareRedirect }",
            "the bucket is in another region (s3://bucket/index); set AWS_REGION to the bucket's "
            "region",
        ),
    ],
)
def test_failures(message: str, told: str) -> None:
    failure = failure_of(message, URL)
    assert isinstance(failure, RemoteFailure)
    assert str(failure) == told


@pytest.mark.parametrize(
    ("url", "message", "hint"),
    [
        (
            "gs://bucket",
            "Error performing token request: Error performing GET http://169.254.169.254/token",
            "name their file with GOOGLE_APPLICATION_CREDENTIALS, or run: gcloud auth "
            "application-default login (docs/remote.md)",
        ),
        (
            "az://box",
            "404 Not Found: <Error><Code>ContainerNotFound</Code></Error>",
            "check its name, and the endpoint (AZURE_STORAGE_ENDPOINT)",
        ),
        (
            "az://box",
            "403: <Error><Code>AuthorizationFailure</Code><Message>Server failed to authenticate",
            "check the key in AZURE_STORAGE_ACCOUNT_KEY, and the endpoint (docs/remote.md)",
        ),
    ],
)
def test_hints_for_other_clouds(url: str, message: str, hint: str) -> None:
    failure = failure_of(message, url)
    assert failure is not None
    assert failure.hint == hint


def test_a_full_store() -> None:
    assert isinstance(failure_of("<Code>QuotaExceeded</Code>", URL), StorageFull)


def test_what_is_no_failure_of_a_store() -> None:
    assert failure_of("lance error: the table has no column x", URL) is None


def test_obstore_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore", None)
    with pytest.raises(RemoteFailure) as missing:
        ObjectStore(URL)
    assert str(missing.value) == (
        "s3://bucket/index needs the extra remote; install it: pip install 'docsearch[remote]'"
    )


def test_what_is_missing_is_no_failure() -> None:
    missing = "404 Not Found: <Error><Code>NoSuchKey</Code></Error>"
    assert failure_of(f"{missing}\n\nDebug source: headers: connection", URL) is None


def test_unencrypted_endpoints_are_those_that_the_user_names() -> None:
    http, https = "http://127.0.0.1:9000", "https://store.example"
    assert [
        is_http_allowed(URL, environment)
        for environment in (
            {},
            {"AWS_ENDPOINT_URL": http},
            {"AWS_ENDPOINT_URL": https},
            {"AWS_ENDPOINT_URL_S3": https, "AWS_ENDPOINT_URL": http},
            {"AWS_ALLOW_HTTP": "true"},
        )
    ] == [False, True, False, False, True]
    assert "allow_http" not in lance_options(URL, {})
    assert lance_options(URL, {"AWS_ENDPOINT_URL": http})["allow_http"] == "true"


@pytest.mark.parametrize("endpoint", ["127.0.0.1:9000", "http://", "https://a b", "http://a:x"])
def test_an_endpoint_that_names_no_server(endpoint: str) -> None:
    with pytest.raises(ConfigError) as wrong:
        is_http_allowed(URL, {"AWS_ENDPOINT_URL": endpoint})
    assert str(wrong.value) == (
        f"AWS_ENDPOINT_URL is {endpoint}, which names no server; write it as https://HOST or "
        "http://HOST:PORT"
    )


def test_options_of_lancedb_hold_no_credentials() -> None:
    secrets = {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret"}
    assert sorted(lance_options(URL, secrets)) == [
        "aws_region",
        "client_max_retries",
        "client_retry_timeout",
        "connect_timeout",
    ]


def test_objects(store_url: str, tmp_path: Path) -> None:
    store = ObjectStore(store_url)
    assert store.read("a/b") is None
    first = store.create("a/b", b"one")
    assert first is not None
    assert store.create("a/b", b"two") is None
    assert store.read("a/b") == (b"one", first)
    assert store.read_if_other("a/b", first) == (b"", first)
    second = store.replace("a/b", b"three", first)
    assert second is not None
    assert store.replace("a/b", b"four", first) is None
    assert store.replace("missing", b"", first) is None
    assert store.read_if_other("a/b", first) == (b"three", second)
    assert store.read_first("a/b", 2) == b"th"
    assert store.read_first("a/b", 0) == b""
    with pytest.raises(FileNotFoundError):
        store.read_first("missing", 2)
    (tmp_path / "file").write_bytes(bytes(3 << 20))
    store.upload(tmp_path / "file", "big")
    assert b"".join(store.pieces("big")) == bytes(3 << 20)
    found = store.head("a/b")
    assert found == StoredObject("a/b", 5, found.modified_ns if found else 0, second)
    assert {each.name for each in store.objects()} == {"a/b", "big"}
    assert {each.name for each in store.objects("a")} == {"a/b"}
    objects, folders = store.children()
    assert ([each.name for each in objects], folders) == (["big"], ["a"])
    store.delete(["a/b", "missing"])
    assert {each.name for each in store.objects()} == {"big"}


def test_urls() -> None:
    assert [is_url(path) for path in ("s3://b", "gs://b/c", "az://c/d", "s3:/b", "http://h/p")] == [
        True,
        True,
        True,
        False,
        False,
    ]
    assert parted("s3://b/c/d e.md") == ("s3://b", "c/d e.md")
    assert tidied("s3://b/c//") == "s3://b/c"
