"""A proxy in front of a server of S3 that fails as networks and stores do."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

Fault = Callable[[str, str, int], str]
"""What goes wrong with a request, by its method, its path and its number.

"cut": the connection ends before the request arrives. "deaf": the store does what was asked, and
its answer is lost. "slow": the answer takes 0.2 s. A key of ANSWERS: the store gives that answer.
An empty text means that nothing does.
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What S3 answers in place of what was asked for: to HEAD without the code and the message."""

    status: int
    code: str
    message: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        """The answer as XML."""
        message = f"<Message>{self.message}</Message>" if self.message else ""
        return f"<Error><Code>{self.code}</Code>{message}</Error>".encode()


ELSEWHERE = {"x-amz-bucket-region": "eu-central-1"}
ANSWERS = {
    "busy": Answer(503, "SlowDown"),
    "full": Answer(507, "StorageFull"),
    "refused": Answer(403, "AccessDenied", "Access Denied"),
    "no bucket": Answer(404, "NoSuchBucket", "The specified bucket does not exist"),
    "moved": Answer(
        301,
        "PermanentRedirect",
        "The bucket you are attempting to access must be addressed using the specified endpoint.",
        ELSEWHERE,
    ),
    "other region": Answer(
        400,
        "AuthorizationHeaderMalformed",
        "The authorization header is malformed; the region 'us-east-1' is wrong; expecting "
        "'eu-central-1'",
        ELSEWHERE,
    ),
    "expired": Answer(400, "ExpiredToken", "The provided token has expired."),
    "unknown key": Answer(
        403,
        "InvalidAccessKeyId",
        "The AWS Access Key Id you provided does not exist in our records.",
    ),
    "wrong secret": Answer(
        403,
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided.",
    ),
    "clock": Answer(
        403,
        "RequestTimeTooSkewed",
        "The difference between the request time and the current time is too large.",
    ),
}
"""The answers of S3, as Amazon documents them."""


@contextmanager
def faulty_proxy(
    endpoint: str, fault: Fault, note: Callable[[Message], None] = lambda headers: None
) -> Iterator[str]:
    """The URL of a proxy in front of `endpoint`; `note` is given the headers of each request."""
    target = urlsplit(endpoint).netloc
    numbers = iter(range(1, 10**9))
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            with lock:
                number = next(numbers)
                note(self.headers)
            what = fault(self.command, self.path, number)
            if what == "cut":
                self.close_connection = True
                return
            if what in ANSWERS:
                answer = ANSWERS[what]
                self.answer(answer.status, dict(answer.headers), answer.body)
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
