"""Azurite, a server of Azure's blobs, on the loopback interface, and a container in it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

PROGRAM = os.environ.get("DOCSEARCH_TEST_AZURITE") or shutil.which("azurite-blob")
"""The program; None where it is not installed."""

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""The account and the key that each Azurite has, as its documentation tells."""

CONTAINER = "archive"


@contextmanager
def azurite(folder: Path) -> Iterator[dict[str, str]]:
    """The environment for a server with one empty container, which keeps its data in `folder`."""
    assert PROGRAM is not None
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # It sends a report of itself to its makers otherwise.
    words = ["--silent", "--disableTelemetry", "--skipApiVersionCheck", "--location", str(folder)]
    address = ["--blobHost", "127.0.0.1", "--blobPort", str(port)]
    endpoint = f"http://127.0.0.1:{port}/{ACCOUNT}"
    with subprocess.Popen([PROGRAM, *words, *address], stdout=subprocess.DEVNULL) as process:
        try:
            _wait_for(port)
            _make_container(endpoint)
            yield {
                "AZURE_STORAGE_ACCOUNT_NAME": ACCOUNT,
                "AZURE_STORAGE_ACCOUNT_KEY": KEY,
                "AZURE_STORAGE_ENDPOINT": endpoint,
            }
        finally:
            process.terminate()


def _wait_for(port: int) -> None:
    for _ in range(300):
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        time.sleep(0.1)
    raise TimeoutError("Azurite does not answer")


def _make_container(endpoint: str) -> None:
    """Make the container, by a request that is signed as Azure asks for."""
    date = datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    signed = (
        "PUT" + 12 * "\n" + f"x-ms-date:{date}\nx-ms-version:2021-08-06\n"
        f"/{ACCOUNT}/{ACCOUNT}/{CONTAINER}\nrestype:container"
    )
    digest = hmac.new(base64.b64decode(KEY), signed.encode(), hashlib.sha256).digest()
    request = urllib.request.Request(
        f"{endpoint}/{CONTAINER}?restype=container",
        method="PUT",
        headers={
            "x-ms-date": date,
            "x-ms-version": "2021-08-06",
            "Authorization": f"SharedKey {ACCOUNT}:{base64.b64encode(digest).decode()}",
            "Content-Length": "0",
        },
    )
    urllib.request.urlopen(request).close()
