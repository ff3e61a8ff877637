"""Who may ask the HTTP service, and what every answer says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import httpx2
import pytest

from search.errors import UsageError
from search.index import Index
from tui.tokens import kept_token
from tui.web.address import Address

from .test_web import error_of
from .web_server import TOKEN, Served, served, until

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
ROUTES = ("/", "/search?q=tide", "/results?q=tide", "/preview", "/document", "/picture")
OTHERS = ("/status", "/metrics", "/openapi.json", "/static/page.js", "/nowhere")


@pytest.fixture
def web(index: Index, notes: Path) -> Iterator[Served]:
    index.ingest([notes])
    with served(lambda: nullcontext(index)) as web:
        yield web


def ask(web: Served, path: str, method: str = "GET", **headers: str | bytes) -> httpx2.Response:
    """Ask without the token, unless a header brings it."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx2.request(method, f"http://{web.address.name}{path}", headers=names)


@pytest.mark.parametrize("path", [*ROUTES, *OTHERS])
def test_every_route_but_two_wants_the_token(web: Served, path: str) -> None:
    wrong: list[dict[str, str | bytes]] = [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": f"Bearer {TOKEN}x"},
        {"Authorization": "Bearer é".encode("latin-1")},
        {"Cookie": f"docsearch={TOKEN}"},
        {"Cookie": f"docsearch-{web.address.port}=wrong"},
        {"Cookie": "a[=b; ;;"},
    ]
    for headers in wrong:
        response = ask(web, path, **headers)
        assert error_of(response) == (401, "token", "the token is missing or wrong")
        assert response.headers["www-authenticate"] == "Bearer"


def test_probes_need_no_token(web: Served) -> None:
    until(lambda: ask(web, "/health").status_code == 200)
    assert ask(web, "/health").json() == {"schema": 1, "health": "ok"}
    assert ask(web, "/live").json() == {"schema": 1, "live": True}


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": f"Bearer {TOKEN}"},
        {"Authorization": f"bearer  {TOKEN}"},
        {"Cookie": "other=1; docsearch-PORT=" + TOKEN},
    ],
)
def test_the_token_comes_in_a_header_or_the_cookie(web: Served, headers: dict[str, str]) -> None:
    port = str(web.address.port)
    given = {name: value.replace("PORT", port) for name, value in headers.items()}
    assert ask(web, "/status", **given).status_code == 200


def test_the_link_opens_the_page_and_the_token_leaves_the_address(web: Served) -> None:
    response = ask(web, f"/?q=tide&token={TOKEN}&type=rst")
    assert (response.status_code, response.headers["location"]) == (303, "/?q=tide&type=rst")
    assert response.headers["set-cookie"] == (
        f"docsearch-{web.address.port}={TOKEN}; Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000"
    )
    assert response.headers["referrer-policy"] == "no-referrer"
    assert ask(web, f"/?token={TOKEN}").headers["location"] == "/"
    assert error_of(ask(web, "/?token=wrong"))[0] == 401
    assert error_of(ask(web, f"/?token={TOKEN}&token=wrong"))[0] == 401
    # An old link in a browser that has the cookie leads on too, and changes no cookie.
    cookie = f"docsearch-{web.address.port}={TOKEN}"
    old = ask(web, "/?token=old", Cookie=cookie)
    assert (old.status_code, old.headers["location"]) == (303, "/")
    assert "set-cookie" not in old.headers
    # The token in an address opens nothing else.
    assert error_of(ask(web, f"/status?token={TOKEN}"))[0] == 401


def test_a_browser_without_the_token_sees_a_page_that_says_so(web: Served) -> None:
    response = ask(web, "/", Sec_Fetch_Dest="document", Sec_Fetch_Mode="navigate")
    assert (response.status_code, response.headers["content-type"]) == (
        401,
        "text/html; charset=utf-8",
    )
    assert "Open the link" in response.text
    assert response.headers["content-security-policy"] == POLICY


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "evil.example:PORT", "127.0.0.1", "127.0.0.1:1", "localhost.evil:PORT"),
        *("127.0.0.1:PORT.evil.example", "0.0.0.0:PORT", "127.0.0.2:PORT", "[::]:PORT"),
    ],
)
@pytest.mark.parametrize("path", ["/health", "/live", "/search?q=tide"])
def test_a_name_that_was_bound_to_this_machine_is_refused(
    web: Served, host: str, path: str
) -> None:
    port = str(web.address.port)
    headers = {"Host": host.replace("PORT", port), "Authorization": f"Bearer {TOKEN}"}
    assert error_of(ask(web, path, **headers)) == (
        *(421, "host", "the request names another host"),
    )


@pytest.mark.parametrize("host", ["127.0.0.1:PORT", "localhost:PORT", "[::1]:PORT"])
def test_the_names_of_this_machine_are_answered(web: Served, host: str) -> None:
    assert ask(web, "/live", Host=host.replace("PORT", str(web.address.port))).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "https://127.0.0.1:PORT"},
        {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "cors"},
        # A page at another port of this machine is of the same site, and has the cookie.
        {"Sec_Fetch_Site": "same-site", "Sec_Fetch_Mode": "no-cors"},
        {"Sec_Fetch_Site": "same-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "iframe"},
    ],
)
def test_a_page_of_another_site_is_refused(web: Served, headers: dict[str, str]) -> None:
    port = str(web.address.port)
    given = {name: value.replace("PORT", port) for name, value in headers.items()}
    for path in ("/search?q=tide", "/health", "/live", "/static/page.js"):
        response = ask(web, path, Cookie=f"docsearch-{port}={TOKEN}", **given)
        assert error_of(response)[:2] == (403, "origin")
        assert "access-control-allow-origin" not in response.headers


def test_the_own_page_and_a_link_to_it_are_answered(web: Served) -> None:
    cookie = f"docsearch-{web.address.port}={TOKEN}"
    own = {"Origin": f"http://localhost:{web.address.port}", "Sec_Fetch_Site": "same-origin"}
    assert ask(web, "/search?q=tide", Cookie=cookie, **own).status_code == 200
    link = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Dest": "document"}
    assert ask(web, f"/?token={TOKEN}", **link).status_code == 303


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_nothing_but_reading_is_answered(web: Served, method: str) -> None:
    response = ask(web, "/search?q=tide", method, Authorization=f"Bearer {TOKEN}")
    assert error_of(response) == (405, "method", f"the method {method} is not answered")
    assert response.headers["allow"] == "GET, HEAD"


def test_a_body_is_refused(web: Served) -> None:
    for body in (b"x", iter([b"x"] * 10)):
        response = web.client.request("GET", "/search?q=tide", content=body)
        assert error_of(response) == (413, "body", "the request has a body")


def test_head_gives_the_same_without_a_body(web: Served) -> None:
    response = web.client.head("/status")
    assert (response.status_code, response.content) == (200, b"")
    assert int(response.headers["content-length"]) == len(web.get("/status").content)


@pytest.mark.parametrize("path", [*ROUTES, *OTHERS, "/health", "/live"])
def test_every_answer_has_the_headers_of_a_private_page(web: Served, path: str) -> None:
    for response in (web.get(path), ask(web, path), ask(web, path, Host="evil.example")):
        found = {
            name: response.headers[name]
            for name in (
                *("content-security-policy", "x-content-type-options", "referrer-policy"),
                *("cross-origin-resource-policy", "cross-origin-opener-policy", "cache-control"),
            )
        }
        assert found == {
            "content-security-policy": POLICY,
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
            "cross-origin-resource-policy": "same-origin",
            "cross-origin-opener-policy": "same-origin",
            "cache-control": "no-store",
        }
        assert "server" not in response.headers


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("9000", Address("127.0.0.1", 9000)),
        (":9000", Address("127.0.0.1", 9000)),
        ("127.0.0.1", Address("127.0.0.1", 8722)),
        ("127.0.0.5:0", Address("127.0.0.5", 0)),
        ("localhost:80", Address("127.0.0.1", 80)),
        ("[::1]:9000", Address("::1", 9000)),
        ("[::1]", Address("::1", 8722)),
    ],
)
def test_an_address_is_read(typed: str, address: Address) -> None:
    assert Address.parsed(typed) == address


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("0.0.0.0:9000", "0.0.0.0 can be reached from other machines"),
        ("192.168.1.5", "192.168.1.5 can be reached from other machines"),
        ("[::]:9000", r"\[::\] can be reached from other machines"),
        ("example.com:80", "'example.com' is no address of this machine"),
        ("127.0.0.1:x", "'127.0.0.1:x' has no port from 0 to 65535"),
        ("127.0.0.1:70000", "'127.0.0.1:70000' has no port from 0 to 65535"),
    ],
)
def test_only_this_machine_may_be_named(typed: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Address.parsed(typed)


def test_a_host_at_port_80_may_leave_it_out() -> None:
    assert {"localhost", "localhost:80"} < Address("127.0.0.1", 80).names
    assert "localhost" not in Address("127.0.0.1", 8722).names


def test_a_token_is_kept_for_its_owner_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    token = kept_token("http-token")
    file = tmp_path / "docsearch/http-token"
    assert (len(token), file.stat().st_mode & 0o777) == (32, 0o600)
    assert kept_token("http-token") == token
    file.chmod(0o644)
    with pytest.raises(UsageError, match="can be read by other users"):
        kept_token("http-token")
    file.unlink()
    assert kept_token("http-token") != token
