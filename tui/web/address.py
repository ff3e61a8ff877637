"""Where the service listens: an address of this machine alone."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from ipaddress import ip_address

from search.errors import UsageError

HOST = "127.0.0.1"
PORT = 8722
FORMS = f"write it like {HOST}:{PORT}, localhost:{PORT}, [::1]:{PORT} or {PORT}"


@dataclass(frozen=True, slots=True)
class Address:
    """A host of this machine and a port; port 0 stands for any that is free."""

    host: str
    port: int

    @classmethod
    def parsed(cls, typed: str) -> Address:
        """The address that is written `HOST:PORT`, `HOST` or `PORT`; what is missing has a default.

        Raises UsageError for an address that other machines reach, and for one that is none.

        >>> Address.parsed("9000"), Address.parsed("localhost"), Address.parsed("[::1]:9000")
        (Address(host='127.0.0.1', port=9000), Address(host='127.0.0.1', port=8722), \
Address(host='::1', port=9000))
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
        if not is_local:
            raise UsageError(
                f"{host} can be reached from other machines",
                f"the service is for this one; {FORMS}",
            )
        return cls(plain, int(port or PORT))

    @property
    def name(self) -> str:
        """The address as it stands in a URL.

        >>> Address("::1", 80).name
        '[::1]:80'
        """
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def names(self) -> frozenset[str]:
        """What a request to this address may have in its header Host."""
        hosts = ("localhost", "127.0.0.1", "[::1]", self.name.rpartition(":")[0])
        suffixes = (f":{self.port}", "") if self.port == 80 else (f":{self.port}",)
        return frozenset(host + suffix for host in hosts for suffix in suffixes)

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
