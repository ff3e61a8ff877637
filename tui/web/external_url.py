"""The URLs by which other machines reach the service."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from search.errors import UsageError

PORTS = {"http": 80, "https": 443}
"""The port of each scheme that a URL may leave out."""
FORM = "write it like https://docs.example.org or http://docsearch:8722"


@dataclass(frozen=True, slots=True)
class ExternalUrl:
    """A scheme of PORTS, a host in lower case as a URL has it, and a port."""

    scheme: str
    host: str
    port: int

    @classmethod
    def parsed(cls, typed: str) -> ExternalUrl:
        """The URL that is written `SCHEME://HOST` or `SCHEME://HOST:PORT`.

        Raises UsageError for one with a path or a password, and for what is no such URL.

        >>> ExternalUrl.parsed("https://Docs.example.org/")
        ExternalUrl(scheme='https', host='docs.example.org', port=443)
        """
        try:
            parts = urlsplit(typed)
            host, port = parts.hostname or "", parts.port or PORTS.get(parts.scheme, 0)
        except ValueError:
            raise UsageError(f"{typed!r} is no URL", FORM) from None
        if not host or not port or any(sign.isspace() for sign in typed):
            raise UsageError(f"{typed!r} is no URL of http or https", FORM)
        if parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc:
            raise UsageError(f"{typed!r} has more than a scheme, a host and a port", FORM)
        return cls(parts.scheme, f"[{host}]" if ":" in host else host, port)

    @property
    def origin(self) -> str:
        """The URL as a browser names it in the header Origin."""
        return f"{self.scheme}://{self.host}{self._port}"

    @property
    def names(self) -> frozenset[str]:
        """What a request to this URL has in its header Host, in lower case.

        >>> sorted(ExternalUrl("http", "docsearch", 80).names)
        ['docsearch', 'docsearch:80']
        """
        return frozenset({self.host + self._port, f"{self.host}:{self.port}"})

    @property
    def _port(self) -> str:
        return "" if self.port == PORTS[self.scheme] else f":{self.port}"
