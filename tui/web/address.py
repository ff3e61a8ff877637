"""Where the service listens, and by which names it is asked."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass, replace
from ipaddress import ip_address

from search.errors import UsageError

from .external_url import ExternalUrl

HOST = "127.0.0.1"
PORT = 8722
FORMS = f"write it like {HOST}:{PORT}, localhost:{PORT}, [::1]:{PORT} or {PORT}"


@dataclass(frozen=True, slots=True)
class Address:
    """A host of this machine and a port; port 0 stands for any that is free.

    `external` are the URLs by which other machines reach it, through a proxy or by themselves.
    """

    host: str
    port: int
    external: tuple[ExternalUrl, ...] = ()

    @classmethod
    def parsed(cls, typed: str, external: tuple[ExternalUrl, ...] = ()) -> Address:
        """The address that is written `HOST:PORT`, `HOST` or `PORT`; what is missing has a default.

        Raises UsageError for what is no address, and for an address that other machines reach where
        no URL of theirs is given.

        >>> Address.parsed("localhost").name, Address.parsed("[::1]:9000").name
        ('127.0.0.1:8722', '[::1]:9000')
        """
        host, colon, port = typed.rpartition(":") if "]" not in typed[-1:] else (typed, "", "")
        if not colon:
            host, port = ("", typed) if typed.isdigit() else (typed, "")
        if not (port or str(PORT)).isdecimal() or int(port or PORT) > 65535:
            raise UsageError(f"{typed!r} has no port from 0 to 65535", FORMS)
        plain = host.removeprefix("[").removesuffix("]")
        plain = HOST if plain in ("", "localhost") else plain
        try:
            is_local = ip_address(plain).is_loopback
        except ValueError:
            raise UsageError(f"{host!r} is no address of this machine", FORMS) from None
        if not is_local and not external:
            raise UsageError(
                f"{host} can be reached from other machines",
                "where that is meant, give the URL by which they reach it, such as --external-url "
                f"https://docs.example.org; else {FORMS}",
            )
        return cls(plain, int(port or PORT), external)

    @property
    def name(self) -> str:
        """The address as it stands in a URL.

        >>> Address("::1", 80).name
        '[::1]:80'
        """
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def names(self) -> frozenset[str]:
        """What a request to this address may have in its header Host, in lower case."""
        hosts = ("localhost", "127.0.0.1", "[::1]", self.name.rpartition(":")[0])
        suffixes = (f":{self.port}", "") if self.port == 80 else (f":{self.port}",)
        own = frozenset(host + suffix for host in hosts for suffix in suffixes)
        return own.union(*(url.names for url in self.external))

    @property
    def origins(self) -> frozenset[str]:
        """What a page of this service may have in the header Origin."""
        own = replace(self, external=()).names
        return frozenset(f"http://{name}" for name in own) | {url.origin for url in self.external}

    @property
    def url(self) -> str:
        """The URL by which it is asked."""
        return self.external[0].origin if self.external else f"http://{self.name}"

    def is_encrypted(self, name: str) -> bool:
        """Whether a request that has `name` in its header Host came over https."""
        return any(url.scheme == "https" and name in url.names for url in self.external)

    def is_reached_at(self, name: str, reached: tuple[str, int] | None) -> bool:
        """Whether `name`, in a request's header Host, is the address `reached` by the request.

        The probes of Kubernetes and the collectors of Prometheus name the address of a pod. A page
        whose name was bound to this machine (DNS rebinding) has its own name there.
        """
        if reached is None or not self.external:
            return False
        host = f"[{reached[0]}]" if ":" in reached[0] else reached[0]
        return name == f"{host}:{reached[1]}"

    def listener(self) -> socket.socket:
        """A socket that listens here. Raises UsageError where the address is taken."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        try:
            return socket.create_server((self.host, self.port), family=family)
        except OSError as error:
            raise UsageError(
                f"{self.name} cannot be listened at: {os.strerror(error.errno or 0)}",
                f"take another port, or any free one: --http {HOST}:0",
            ) from error
