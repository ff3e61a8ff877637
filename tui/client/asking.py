"""Asks the resident process to run a command, and writes what it wrote.

This runs before every command, so it imports little, and what a socket needs only for commands that
the resident process may run: no click, nothing of `search` but its version.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

# As `typing` has it, whose import is a tenth of the time that a query needs here.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any

    from .address import Address

SERVED = ("query", "show", "status")
"""The commands that the resident process runs."""
KEPT = ("-", "--help", "-h", "--version")
"""Words with which a command stays in its own process: it reads stdin or prints a help."""
GREETING_SECONDS = 1.0
SIGN_OF_LIFE_SECONDS = 10.0
"""The resident process writes a blank each second while it computes."""
CHUNK = 1 << 16


def run_resident(words: Sequence[str]) -> int | None:
    """Let the resident process run the command line.

    Returns its exit code. Returns None, with nothing written, where no resident process takes it:
    the command is to run in this process then. Raises what writing to stdout raises.
    """
    if not any(word in SERVED for word in words) or any(word in KEPT for word in words):
        return None
    if os.environ.get("DOCSEARCH_DAEMON") == "never":
        return None
    from .address import Address

    address = Address.of(os.environ)
    if not address.is_taken:
        return None
    try:
        answer = ask(address, _request(words))
    except (OSError, ValueError):
        # It has ended or hangs, or it is not ours. The command does not need it.
        return None
    if answer.get("code") is None:
        return None
    streams = {1: sys.stdout, 2: sys.stderr}
    for number, text in answer["written"]:
        streams[number].write(text)
        streams[number].flush()
    return int(answer["code"])


def ask(address: Address, request: dict[str, Any]) -> dict[str, Any]:
    """The answer to one request.

    Raises OSError where nobody answers in time, and ValueError where somebody else does.
    """
    import json
    import socket

    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(GREETING_SECONDS)
        connection.connect(address.socket)
        greeting = address.greeting
        seen = b""
        while len(seen) < len(greeting):
            chunk = connection.recv(len(greeting) - len(seen))
            if not chunk:
                raise ConnectionError("the resident process has ended")
            seen += chunk
        if seen != greeting:
            raise ValueError("this is the process of another installation")
        connection.settimeout(SIGN_OF_LIFE_SECONDS)
        connection.sendall(json.dumps(request).encode() + b"\n")
        parts: list[bytes] = []
        while not parts or not parts[-1].endswith(b"\n"):
            chunk = connection.recv(CHUNK)
            if not chunk:
                raise ConnectionError("the resident process has ended")
            parts.append(chunk)
    answer = json.loads(b"".join(parts))
    if not isinstance(answer, dict):
        raise ValueError("the answer is no object")
    return answer


def _request(words: Sequence[str]) -> dict[str, Any]:
    """A command line, with what the resident process must know of the place it was typed in."""
    from ..columns import columns_of
    from .address import PER_COMMAND

    return {
        "words": list(words),
        "folder": os.getcwd(),
        "environment": {
            name: value for name, value in os.environ.items() if name.startswith(PER_COMMAND)
        },
        "terminals": [sys.stdout.isatty(), sys.stderr.isatty()],
        "columns": columns_of(os.environ),
    }
