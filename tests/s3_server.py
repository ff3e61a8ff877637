"""A server of S3 on the loopback interface, in a process of its own, and a bucket in it.

It is moto's server. Run as a script, it serves until its stdin is closed. Where DOCSEARCH_TEST_S3
is set, to `KEY:SECRET@HOST:PORT`, tests use that server instead, which has the empty bucket.
"""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BUCKET = "archive"
OTHER = os.environ.get("DOCSEARCH_TEST_S3", "")
_KEY = (OTHER.rpartition("@")[0] or "key:secret").partition(":")
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": _KEY[0],
    "AWS_SECRET_ACCESS_KEY": _KEY[2],
    "AWS_REGION": "us-east-1",
}


@contextmanager
def s3_server() -> Iterator[str]:
    """The URL of a server that holds one empty bucket."""
    if OTHER:
        yield f"http://{OTHER.rpartition('@')[2]}"
        return
    with subprocess.Popen(
        [sys.executable, __file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            endpoint = process.stdout.readline().strip()
            make_bucket(endpoint, BUCKET)
            yield endpoint
        finally:
            process.stdin.close()
            process.terminate()


def make_bucket(endpoint: str, name: str) -> None:
    """Make an empty bucket."""
    urllib.request.urlopen(urllib.request.Request(f"{endpoint}/{name}", method="PUT")).close()


def put_files(folder: Path, url: str) -> None:
    """Store all files of a folder below a URL."""
    from search.object_store.client import ObjectStore

    store = ObjectStore(url)
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            store.upload(path, path.relative_to(folder).as_posix())


def main() -> None:
    """Serve until stdin is closed."""
    import logging

    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").disabled = True
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    print(f"http://{host}:{port}", flush=True)
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    main()
