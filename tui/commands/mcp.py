"""`docsearch mcp`."""

from __future__ import annotations

import os
from dataclasses import replace
from importlib.util import find_spec

import click

from search.errors import UsageError

from ..exit_codes import ExitCode
from ..settings import Settings, pass_settings

HOST = "127.0.0.1"
TOKEN_VARIABLE = "DOCSEARCH_MCP_TOKEN"


@click.command()
@click.option(
    "--http",
    "port",
    type=click.IntRange(0, 65535),
    metavar="PORT",
    help="Answer on http://127.0.0.1:PORT/mcp instead of stdin; 0 takes any free port.",
)
@pass_settings
def mcp(settings: Settings, port: int | None) -> int:
    """Give a language model tools that search and read your documents.

    Without options it speaks the Model Context Protocol on stdin and stdout, as clients expect that
    start their servers themselves. The tools only read, and only documents of the index.

    \b
    Example:  docsearch mcp
              docsearch mcp --http 8765
    """
    if find_spec("mcp") is None:
        raise UsageError(
            "the package mcp is not installed", "install the extra: pip install 'docsearch[mcp]'"
        )
    from search.open_indexes import OpenIndexes

    from ..agents.protocol import mcp_server, with_token
    from ..agents.verbs import Verbs

    # A wrong index is told before the first question.
    with settings.open_index() as index:
        index.status()
    around = replace(settings.around, open_index=OpenIndexes().open)
    server = mcp_server(Verbs(replace(settings, around=around).open_index))
    if port is None:
        server.run("stdio")
        return ExitCode.FOUND
    import socket

    import uvicorn

    from ..tokens import kept_token

    token = os.environ.get(TOKEN_VARIABLE) or kept_token("mcp-token")
    with socket.create_server((HOST, port)) as listener:
        name = f"{HOST}:{listener.getsockname()[1]}"
        settings.note(f"answering at http://{name}/mcp; end it with Ctrl-C")
        settings.note(f"clients send the header: Authorization: Bearer {token}")
        app = with_token(server.streamable_http_app(stateless_http=True), token)
        config = uvicorn.Config(app, log_level="warning", access_log=False)
        uvicorn.Server(config).run(sockets=[listener])
    return ExitCode.FOUND
