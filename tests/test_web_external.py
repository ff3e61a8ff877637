"""The HTTP service at URLs by which other machines reach it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from search.errors import UsageError
from search.index import Index
from tui.web.address import Address
from tui.web.external_url import ExternalUrl

from .commands import docsearch
from .test_web import error_of
from .test_web_guard import ask
from .web_server import TOKEN, Served, served

DOCS = ExternalUrl("https", "docs.example.org", 443)
INSIDE = ExternalUrl("http", "docsearch", 80)


@pytest.fixture
def web(index: Index, notes: Path) -> Iterator[Served]:
    index.ingest([notes])
    with served(lambda: nullcontext(index), external=(DOCS, INSIDE)) as web:
        yield web


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("https://docs.example.org", DOCS),
        ("https://Docs.Example.org:443/", DOCS),
        ("http://docsearch", INSIDE),
        ("http://10.0.0.7:8722", ExternalUrl("http", "10.0.0.7", 8722)),
        ("https://[2001:db8::1]", ExternalUrl("https", "[2001:db8::1]", 443)),
    ],
)
def test_a_url_is_read(typed: str, url: ExternalUrl) -> None:
    assert ExternalUrl.parsed(typed) == url


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("docs.example.org", "'docs.example.org' is no URL of http or https"),
        ("ftp://docs.example.org", "is no URL of http or https"),
        ("https://", "is no URL of http or https"),
        ("https://*.example.org:x", "is no URL"),
        ("https://docs.example.org/search", "has more than a scheme, a host and a port"),
        ("https://ida:secret@docs.example.org", "has more than a scheme, a host and a port"),
        ("https://docs.example.org?a", "has more than a scheme, a host and a port"),
    ],
)
def test_what_is_no_such_url_is_told(typed: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        ExternalUrl.parsed(typed)


def test_other_machines_reach_an_address_only_where_their_url_is_given() -> None:
    assert Address.parsed("0.0.0.0:80", (DOCS,)) == Address("0.0.0.0", 80, (DOCS,))
    assert Address.parsed("[::]", (DOCS,)) == Address("::", 8722, (DOCS,))
    with pytest.raises(UsageError, match="give the URL by which they reach it"):
        Address.parsed("0.0.0.0:80")


@pytest.mark.parametrize(
    "host",
    [
        *("docs.example.org", "DOCS.example.org:443", "docsearch", "docsearch:80"),
        *("127.0.0.1:PORT", "localhost:PORT"),
    ],
)
def test_its_names_are_answered(web: Served, host: str) -> None:
    assert ask(web, "/live", Host=host.replace("PORT", str(web.address.port))).status_code == 200


@pytest.mark.parametrize(
    "host", ["docs.example.org:80", "docsearch:8722", "evil.docs.example.org", "example.org"]
)
def test_other_names_are_refused(web: Served, host: str) -> None:
    response = ask(web, "/live", Host=host)
    assert error_of(response) == (421, "host", "the request names another host")
    assert response.json()["error"]["hint"] == "ask https://docs.example.org"


def test_the_address_of_a_pod_is_answered_and_no_other_one(index: Index) -> None:
    """A probe names the address that it reached, which the operator does not know."""
    address = Address("0.0.0.0", 8722, (DOCS,))
    assert address.is_reached_at("10.0.0.7:8722", ("10.0.0.7", 8722))
    assert address.is_reached_at("[fd00::7]:8722", ("fd00::7", 8722))
    assert not address.is_reached_at("evil.example:8722", ("10.0.0.7", 8722))
    assert not address.is_reached_at("10.0.0.8:8722", ("10.0.0.7", 8722))
    assert not Address("127.0.0.1", 8722).is_reached_at("127.0.0.1:8722", ("127.0.0.1", 8722))


def test_the_page_is_answered_behind_a_proxy_that_encrypts(web: Served) -> None:
    opened = ask(web, f"/?q=tide&token={TOKEN}", Host="docs.example.org")
    assert (opened.status_code, opened.headers["location"]) == (303, "/?q=tide")
    kept = f"docsearch-{web.address.port}={TOKEN}"
    assert opened.headers["set-cookie"] == (
        f"{kept}; Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000; Secure"
    )
    own = {"Host": "docs.example.org", "Cookie": kept, "Sec_Fetch_Site": "same-origin"}
    assert ask(web, "/search?q=tide", Origin=DOCS.origin, **own).status_code == 200
    for origin in ("http://docs.example.org", "https://docsearch", "https://evil.example"):
        assert error_of(ask(web, "/search?q=tide", Origin=origin, **own))[:2] == (403, "origin")


def test_the_page_does_not_say_that_nothing_leaves_the_machine(web: Served) -> None:
    page = ask(web, "/", Host="docsearch", Authorization=f"Bearer {TOKEN}").text
    assert "4 documents, 4 passages.</p>" in page


def test_a_cookie_without_encryption_is_not_marked_as_encrypted(web: Served) -> None:
    opened = ask(web, f"/?token={TOKEN}", Host="docsearch")
    assert opened.headers["set-cookie"].endswith("; Max-Age=31536000")


def test_health_is_all_that_is_open(web: Served) -> None:
    for path in ("/search?q=tide", "/status", "/metrics", "/openapi.json", "/"):
        assert error_of(ask(web, path, Host="docsearch"))[:2] == (401, "token")


@pytest.mark.parametrize(
    ("token", "has"), [("", "none"), ("short", "5"), ("  \n", "none"), ("x" * 19 + "\n", "19")]
)
def test_a_token_has_to_be_set(tmp_path: Path, token: str, has: str) -> None:
    done = docsearch(
        *("serve", "--http", "0.0.0.0:0", "--external-url", "http://docsearch"),
        cwd=tmp_path,
        env={"DOCSEARCH_HTTP_TOKEN": token},
    )
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "docsearch: --external-url needs a token of 20 characters or more, the same for all "
        f"replicas, and DOCSEARCH_HTTP_TOKEN has {has}; set DOCSEARCH_HTTP_TOKEN, for example to "
        "what openssl rand -hex 24 prints\n"
    )


def test_the_option_belongs_to_http(tmp_path: Path) -> None:
    done = docsearch("serve", "--external-url", "http://docsearch", cwd=tmp_path)
    assert (done.code, done.err) == (
        2,
        "docsearch: --external-url needs --http; see: docsearch serve --help\n",
    )


def test_the_own_addresses_of_this_machine_can_be_listened_at() -> None:
    with Address("0.0.0.0", 0, (DOCS,)).listener() as listener:
        assert listener.family == socket.AF_INET
