"""A stand-in for the Hugging Face hub on this machine's loopback.

It has as much of the hub's API as the client needs, and faults on request. It keeps large files as
the hub does: `resolve` redirects to another address, which knows ranges.
"""

from __future__ import annotations

import hashlib
import json
import sys
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

LARGE = (".safetensors", "tokenizer.json")


@dataclass
class Faults:
    """What goes wrong; nothing does by default.

    refuse: the status and headers of every answer about the repository.
    refuse_files: the status and headers of every answer that would have a file's bytes.
    cut_after: file → the number of bytes after which the server closes the connection.
    cuts: how often `cut_after` does so.
    swap: file → other bytes of the same length, which are sent in its place.
    sizes: file → the size that the listing claims.
    page: a page that answers every request in the hub's place.
    ignore_ranges: each answer has the whole file, whatever range was asked for.
    token: the only token that the server accepts.
    """

    refuse: tuple[int, dict[str, str]] | None = None
    refuse_files: tuple[int, dict[str, str]] | None = None
    cut_after: dict[str, int] = field(default_factory=dict)
    cuts: int = 1
    swap: dict[str, bytes] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    page: bytes | None = None
    ignore_ranges: bool = False
    token: str = ""


class _Server(ThreadingHTTPServer):
    """A server that says nothing of clients that have gone."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class HubServer:
    """Serves `repositories` (name → file → bytes) while its context is entered.

    `requests` are the request lines that came, each with the range that it asked for.
    """

    def __init__(
        self, repositories: dict[str, dict[str, bytes]], faults: Faults | None = None
    ) -> None:
        self.repositories = repositories
        self.faults = faults or Faults()
        self.requests: list[str] = []
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> HubServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def commit(self, name: str) -> str:
        files = self.repositories[name]
        return hashlib.sha1(
            repr(sorted((file, git_id(data)) for file, data in files.items())).encode()
        ).hexdigest()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                hub._answer(self, body=True)

            def do_HEAD(self) -> None:
                hub._answer(self, body=False)

        return Handler

    def _answer(self, request: BaseHTTPRequestHandler, body: bool) -> None:
        """Answer one request: the faults first, then the storage, the API and the files."""
        path = unquote(urlsplit(request.path).path)
        span = request.headers.get("Range", "")
        self.requests.append(f"{request.command} {path}{' ' if span else ''}{span}")
        parts = path.strip("/").split("/")
        if self.faults.page is not None:
            send(request, 200, self.faults.page, {"Content-Type": "text/html"}, body)
        elif parts[0] == "cdn":
            # The hub's storage has signed addresses and refuses a request that carries a token.
            allowed = "Authorization" not in request.headers
            if allowed:
                self._send_file(request, parts[-1], self._by_sha256(parts[1]), body)
            else:
                send(request, 400, b"", {}, body)
        elif (
            self.faults.token
            and request.headers.get("Authorization") != f"Bearer {self.faults.token}"
        ):
            send(
                request,
                401,
                b"",
                {"X-Error-Code": "GatedRepo", "X-Error-Message": "Access is restricted"},
                body,
            )
        elif self.faults.refuse is not None:
            send(request, self.faults.refuse[0], b"{}", self.faults.refuse[1], body)
        elif parts[:2] == ["api", "models"] and "/".join(parts[2:4]) in self.repositories:
            name = "/".join(parts[2:4])
            answer = self._tree(name) if parts[4:5] == ["tree"] else self._info(name)
            send(
                request,
                200,
                json.dumps(answer).encode(),
                {"Content-Type": "application/json"},
                body,
            )
        elif parts[2:3] == ["resolve"] and "/".join(parts[:2]) in self.repositories:
            self._resolve(request, "/".join(parts[:2]), "/".join(parts[4:]), body)
        else:
            send(
                request,
                404,
                b"{}",
                {"X-Error-Code": "RepoNotFound", "X-Error-Message": "Not Found"},
                body,
            )

    def _info(self, name: str) -> dict[str, object]:
        return {
            "_id": "1",
            "id": name,
            "modelId": name,
            "sha": self.commit(name),
            "private": False,
            "tags": [],
            "downloads": 0,
            "likes": 0,
            "siblings": [
                self._sibling(file, data) for file, data in self.repositories[name].items()
            ],
        }

    def _sibling(self, file: str, data: bytes) -> dict[str, object]:
        size = self.faults.sizes.get(file, len(data))
        entry = {"rfilename": file, "size": size, "blobId": git_id(data)}
        if file.endswith(LARGE):
            entry["lfs"] = {
                "sha256": hashlib.sha256(data).hexdigest(),
                "size": size,
                "pointerSize": 134,
            }
        return entry

    def _tree(self, name: str) -> list[dict[str, object]]:
        entries = []
        for file, data in self.repositories[name].items():
            entry = {"type": "file", "path": file, "size": len(data), "oid": git_id(data)}
            if file.endswith(LARGE):
                entry["lfs"] = {
                    "oid": hashlib.sha256(data).hexdigest(),
                    "size": len(data),
                    "pointerSize": 134,
                }
            entries.append(entry)
        return entries

    def _resolve(self, request: BaseHTTPRequestHandler, name: str, file: str, body: bool) -> None:
        if self.faults.refuse_files is not None:
            send(request, self.faults.refuse_files[0], b"{}", self.faults.refuse_files[1], body)
            return
        data = self.repositories[name].get(file)
        headers = {"X-Repo-Commit": self.commit(name)}
        if data is None:
            send(request, 404, b"", headers | {"X-Error-Code": "EntryNotFound"}, body)
        elif file.endswith(LARGE):
            sha256 = hashlib.sha256(data).hexdigest()
            headers |= {"X-Linked-Etag": f'"{sha256}"', "X-Linked-Size": str(len(data))}
            # The storage has another host name, as the hub's has, so that a client sees two hosts.
            storage = f"http://localhost:{self._server.server_port}"
            send(request, 302, b"", headers | {"Location": f"{storage}/cdn/{sha256}/{file}"}, body)
        else:
            self._send_file(request, file, data, body, headers | {"ETag": f'"{git_id(data)}"'})

    def _send_file(
        self,
        request: BaseHTTPRequestHandler,
        file: str,
        data: bytes,
        body: bool,
        headers: dict[str, str] | None = None,
    ) -> None:
        data = self.faults.swap.get(file, data)
        start = int(
            request.headers.get("Range", "bytes=0-").removeprefix("bytes=").partition("-")[0]
        )
        headers = {"Accept-Ranges": "bytes"} | (headers or {})
        status = 200
        if start and not self.faults.ignore_ranges:
            status, headers = (
                206,
                headers | {"Content-Range": f"bytes {start}-{len(data) - 1}/{len(data)}"},
            )
            data = data[start:]
        limit = self.faults.cut_after.get(file) if body and self.faults.cuts > 0 else None
        if limit is None:
            send(request, status, data, headers, body)
        else:
            self.faults.cuts -= 1
            send(request, status, data, headers, body, limit)

    def _by_sha256(self, sha256: str) -> bytes:
        contents = (data for files in self.repositories.values() for data in files.values())
        return next(data for data in contents if hashlib.sha256(data).hexdigest() == sha256)


def send(
    request: BaseHTTPRequestHandler,
    status: int,
    data: bytes,
    headers: dict[str, str],
    body: bool,
    limit: int | None = None,
) -> None:
    """Send an answer; with `limit`, send that many bytes of it and close the connection."""
    request.send_response(status)
    for name, value in (headers | {"Content-Length": str(len(data))}).items():
        request.send_header(name, value)
    request.end_headers()
    if body:
        request.wfile.write(data if limit is None else data[:limit])
    if limit is not None:
        request.wfile.flush()
        request.close_connection = True


def git_id(data: bytes) -> str:
    """The id that git gives a file with these bytes."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
