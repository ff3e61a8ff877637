"""`python -m tui.server IDLE_SECONDS MAX_BYTES`, which `docsearch serve` becomes."""

from __future__ import annotations

import logging
import os
import sys
import threading
from logging.handlers import RotatingFileHandler

import click

from search.config import state_folder
from search.errors import DocsearchError
from search.open_indexes import OpenIndexes
from search.private_files import make_private_file, make_private_folder
from search.storage.lance import preload_native

from ..client.address import Address
from ..exit_codes import ExitCode
from ..streams import prepare_streams
from .process import ResidentProcess
from .written import route_streams

LOG_BYTES = 256 * 1024


def main(idle_seconds: float, max_bytes: float) -> ExitCode:
    """Answer until the process is stopped or idle for long."""
    prepare_streams()
    # Whatever this process makes is for its owner alone.
    os.umask(0o077)
    try:
        process = ResidentProcess(
            Address.of(os.environ), OpenIndexes(), idle_seconds, max_bytes, _log()
        )
        route_streams()
        # The first command need not wait for the import of LanceDB. A process that ends at once
        # must not begin it: Python aborts where it ends within an import of compiled code.
        process.run(threading.Thread(target=preload_native, daemon=True).start)
    except DocsearchError as error:
        click.echo(f"docsearch: {error}", err=True)
        return ExitCode.ERROR
    return ExitCode.FOUND


def _log() -> logging.Logger:
    """The log in the user's state folder, which grows to twice LOG_BYTES at most."""
    folder = state_folder()
    make_private_folder(folder)
    make_private_file(folder / "serve.log")
    handler = RotatingFileHandler(
        folder / "serve.log", maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    log = logging.getLogger("docsearch.serve")
    log.setLevel(logging.INFO)
    log.propagate = False
    log.addHandler(handler)
    return log


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), float(sys.argv[2])))
