"""The HTTP service in a thread of a test, with a client that knows its token."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx2

from search.config import Config
from tui.commands.query import query
from tui.web.address import Address
from tui.web.connections import LimitedConnection
from tui.web.external_url import ExternalUrl
from tui.web.idle import Idle
from tui.web.service import Service

TOKEN = "a-token-for-tests"
DEFAULTS = Config()
NEVER = Idle(lambda: None, 3600, 1 << 60)


@dataclass(frozen=True)
class Served:
    """A running service: its address, a client that brings the token, and what it has told."""

    service: Service
    address: Address
    client: httpx2.Client
    told: list[str]

    def get(self, path: str, **options: Any) -> httpx2.Response:
        return self.client.get(path, **options)

    def connect(self) -> socket.socket:
        return socket.create_connection((self.address.host, self.address.port), 30)


@contextmanager
def served(
    open_index: Callable[[], AbstractContextManager[Any]],
    config: Config = DEFAULTS,
    idle: Idle = NEVER,
    external: tuple[ExternalUrl, ...] = (),
    **limits: Any,
) -> Iterator[Served]:
    """The service over an index, until the end of the block."""
    address = Address("127.0.0.1", 0, external)
    with address.listener() as listener:
        bound = replace(address, port=listener.getsockname()[1])
        told: list[str] = []
        service = Service(
            open_index, query.params, config, bound, TOKEN, idle, told.append, **limits
        )
        thread = threading.Thread(target=service.run, args=[listener], daemon=True)
        thread.start()
        headers = {"Authorization": f"Bearer {TOKEN}"}
        with httpx2.Client(
            base_url=f"http://{bound.name}", headers=headers, timeout=60, trust_env=False
        ) as client:
            try:
                yield Served(service, bound, client, told)
            finally:
                service.stop()
                thread.join(30)
                assert not thread.is_alive()


def limited(**limits: float) -> type[LimitedConnection]:
    """Connections with other limits."""
    return type("Limited", (LimitedConnection,), limits)


def until(true: Callable[[], object], seconds: float = 30) -> None:
    """Wait until it is true."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)
