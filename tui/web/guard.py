"""The gate in front of all routes: who may ask, from where, and what every answer says."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, RedirectResponse, Response

from search.errors import DocsearchError

from .faults import Fault, answer_of, unexpected
from .parameters import parsed
from .turns import GivenUp

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from .address import Address

OPEN = ("/health", "/live")
"""The paths that need no token."""
METHODS = ("GET", "HEAD")
POLICY = "; ".join(
    f"{directive} '{source}'"
    for directive, source in {
        "default-src": "none",
        "script-src": "self",
        "style-src": "self",
        "img-src": "self",
        "connect-src": "self",
        "form-action": "self",
        "frame-ancestors": "none",
        "base-uri": "none",
    }.items()
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    # Passages of the user's documents stay out of the browser's cache on the disk.
    "Cache-Control": "no-store",
}
LOCKED = """<!doctype html><html lang="en"><meta charset="utf-8"><title>docsearch</title>
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<h1>docsearch</h1><p>This page needs its token. Open the link that
<code>docsearch serve --http</code> printed, or write <code>/?token=TOKEN</code> behind the
address.</p></html>
"""


class Guard:
    """Lets requests through to `app` that name this service and bring the token.

    A page of another site cannot ask: it has another Host where its name was bound to this machine
    (DNS rebinding), another Origin, or says in Sec-Fetch-Site that it is another site.
    """

    def __init__(self, app: ASGIApp, address: Address, token: str) -> None:
        self.app = app
        self.address = address
        self.token = token

    @property
    def cookie(self) -> str:
        """The name of the cookie: browsers keep one jar for all ports of a host."""
        return f"docsearch-{self.address.port}"

    def cookie_header(self, is_encrypted: bool) -> str:
        """The cookie that the page keeps: no script reads it, and no other site sends it.

        One that came over https never goes over http.
        """
        kept = f"{self.cookie}={self.token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000"
        return f"{kept}; Secure" if is_encrypted else kept

    def is_token(self, given: str) -> bool:
        """Whether the text is the token, in a time that tells nothing about it."""
        return secrets.compare_digest(given.encode("utf-8", "replace"), self.token.encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        headers = Headers(scope=scope)
        try:
            self._check_sender(headers, scope.get("server"))
            self._check_request(scope["method"], headers)
            opened = self._opened(scope["path"], scope["query_string"], headers)
            if opened is not None:
                await opened(scope, receive, sending)
                return
            self._check_token(scope["path"], headers)
            await self.app(scope, receive, sending)
        except GivenUp:
            # The client has gone: nobody hears an answer.
            return
        except Exception as error:
            if begun:
                # The answer is cut off, which its client sees.
                raise
            known = error if isinstance(error, DocsearchError) else unexpected(error)
            await self._refusal(known, headers)(scope, receive, sending)

    def _check_sender(self, headers: Headers, reached: tuple[str, int] | None) -> None:
        named = headers.getlist("host")
        if not (len(named) == 1 and self._is_own(named[0].lower(), reached)):
            raise Fault(
                421,
                "host",
                "the request names another host",
                f"ask {self.address.url}",
            )
        origin = headers.get("origin")
        if origin is not None and origin not in self.address.origins:
            raise Fault(403, "origin", "the request comes from a page of another site")
        site, target = headers.get("sec-fetch-site", "none"), headers.get("sec-fetch-dest")
        # A link on another page may be followed; what it opens is a page of its own.
        if site not in ("same-origin", "none") and target != "document":
            raise Fault(403, "origin", "the request comes from a page of another site")

    def _is_own(self, name: str, reached: tuple[str, int] | None) -> bool:
        return name in self.address.names or self.address.is_reached_at(name, reached)

    def _check_request(self, method: str, headers: Headers) -> None:
        if method not in METHODS:
            raise Fault(
                405,
                "method",
                f"the method {method} is not answered",
                "use GET",
                {"Allow": ", ".join(METHODS), "Connection": "close"},
            )
        if headers.get("content-length", "0") != "0" or "transfer-encoding" in headers:
            raise Fault(
                413, "body", "the request has a body", "leave it out", {"Connection": "close"}
            )

    def _opened(self, path: str, query: bytes, headers: Headers) -> Response | None:
        """The way on to the page, for the link that brings the token; None for another request.

        The page keeps the token in its cookie, and it leaves the address.
        """
        texts = dict(parsed(query)) if path == "/" and b"token=" in query else {}
        given = texts.pop("token", ())
        is_right = len(given) == 1 and self.is_token(given[0])
        if not given or not (is_right or self._is_known(headers)):
            return None
        pairs = [(name, text) for name, each in texts.items() for text in each]
        rest = urlencode(pairs, errors="surrogateescape")
        is_encrypted = self.address.is_encrypted(headers["host"].lower())
        keeping = {"Set-Cookie": self.cookie_header(is_encrypted)} if is_right else {}
        return RedirectResponse(f"/?{rest}" if rest else "/", 303, keeping)

    def _is_known(self, headers: Headers) -> bool:
        """Whether the request brings the token in a header or in the page's cookie."""
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self.is_token(given.strip()):
            return True
        try:
            kept = SimpleCookie(headers.get("cookie", "")).get(self.cookie)
        except CookieError:
            return False
        return kept is not None and self.is_token(kept.value)

    def _check_token(self, path: str, headers: Headers) -> None:
        if path in OPEN or self._is_known(headers):
            return
        raise Fault(
            401,
            "token",
            "the token is missing or wrong",
            "send the header Authorization: Bearer TOKEN, or open the page at /?token=TOKEN",
            {"WWW-Authenticate": "Bearer"},
        )

    def _refusal(self, error: DocsearchError, headers: Headers) -> Response:
        """The error as JSON; to a browser that opens a page without the token, as a page."""
        is_page = headers.get("sec-fetch-dest") == "document"
        if isinstance(error, Fault) and error.status == 401 and is_page:
            return HTMLResponse(LOCKED, 401)
        return answer_of(error)
