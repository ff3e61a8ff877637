"""`docsearch serve --http` as a container runs it: without a user's folder, with a token."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from .commands import COMMAND
from .web_server import until

TOKEN = "0123456789abcdef0123"
URL = "http://docsearch"
BEGINNING = re.compile(
    r"answering at [\d.]+:(\d+) for http://docsearch\n"
    r"programs send the header Authorization: Bearer TOKEN; end it with Ctrl-C\n"
)


@dataclass(frozen=True)
class Replica:
    """The process, its client, which names it as a service in a cluster is named, and its log."""

    process: subprocess.Popen[bytes]
    client: httpx2.Client
    log: Path

    @property
    def is_ready(self) -> bool:
        return self.client.get("/health").status_code == 200

    @property
    def lines(self) -> list[str]:
        """What it has written, without its two first lines."""
        return self.log.read_text().splitlines()[2:]


@contextmanager
def replica(
    index: str | Path, folder: Path, host: str = "127.0.0.1", **env: str
) -> Iterator[Replica]:
    """A replica over an index, whose cache is `folder`/cache, until the end of the block."""
    folder.mkdir(exist_ok=True)
    log = folder / "log"
    environment = dict(os.environ) | {
        "DOCSEARCH_HTTP_TOKEN": TOKEN,
        "DOCSEARCH_INDEX": str(index),
        "HOME": "/nonexistent",
        "XDG_CACHE_HOME": str(folder / "cache"),
    }
    for name in ("XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        environment.pop(name, None)
    with log.open("wb") as target:
        process = subprocess.Popen(
            [COMMAND, "serve", "--http", f"{host}:0", "--external-url", URL],
            env=environment | env,
            cwd="/",
            stderr=target,
        )
    try:
        until(lambda: BEGINNING.match(log.read_text()) or process.poll() is not None)
        found = BEGINNING.match(log.read_text())
        assert found, log.read_text()
        headers = {"Authorization": f"Bearer {TOKEN}", "Host": "docsearch"}
        address = f"http://127.0.0.1:{found[1]}"
        with httpx2.Client(base_url=address, headers=headers, timeout=60, trust_env=False) as each:
            # The socket listens before the server answers.
            until(lambda: each.get("/live").status_code == 200)
            yield Replica(process, each, log)
    finally:
        process.kill()
        process.wait(30)
