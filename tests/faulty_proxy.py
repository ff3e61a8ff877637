"""A proxy in front of a server of S3 that fails as networks and stores do."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

Fault = Callable[[str, str, int], str]
"""What goes wrong with a request, by its method, its path and its number.

"busy": the store answers 503. "full": the store has no room. "refused": it answers 403. "cut": the
connection ends before the request arrives. "deaf": the store does what was asked, and its answer is
lost. "slow": the answer takes 0.2 s. An empty text means that nothing does.
"""

_ANSWERS = {
    "busy": (503, "SlowDown"),
    "full": (507, "StorageFull"),
    "refused": (403, "AccessDenied"),
}


@contextmanager
def faulty_proxy(endpoint: str, fault: Fault) -> Iterator[str]:
    """The URL of a proxy in front of `endpoint`."""
    target = urlsplit(endpoint).netloc
    numbers = iter(range(1, 10**9))
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            with lock:
                number = next(numbers)
            what = fault(self.command, self.path, number)
            if what == "cut":
                self.close_connection = True
                return
            if what in _ANSWERS:
                status, code = _ANSWERS[what]
                self.answer(status, {}, f"<Error><Code>{code}</Code></Error>".encode())
                return
            if what == "slow":
                time.sleep(0.2)
            connection = HTTPConnection(target, timeout=30)
            try:
                headers = dict(self.headers.items())
                connection.request(self.command, self.path, body, headers)
                reply = connection.getresponse()
                data = reply.read()
            except (OSError, HTTPException):
                self.close_connection = True
                return
            finally:
                connection.close()
            if what == "deaf":
                self.close_connection = True
                return
            self.answer(reply.status, dict(reply.getheaders()), data)

        def answer(self, status: int, headers: dict[str, str], data: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in ("transfer-encoding", "connection", "content-length"):
                    self.send_header(name, value)
            is_head = self.command == "HEAD"
            length = headers.get("Content-Length", "0") if is_head else str(len(data))
            self.send_header("Content-Length", length)
            self.end_headers()
            if not is_head:
                self.wfile.write(data)

        do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = handle_any  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
