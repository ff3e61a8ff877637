"""`docsearch serve`."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import click

from search.errors import UsageError
from search.wording import counted

from ..client.address import Address
from ..exit_codes import ExitCode
from ..settings import Settings, json_flag, pass_settings

if TYPE_CHECKING:
    from search.open_indexes import OpenIndexes

HTTP = "127.0.0.1:8722"
PACKAGES = ("jinja2", "prometheus_client", "starlette", "uvicorn")
"""What the extra `http` installs."""
TOKEN_VARIABLE = "DOCSEARCH_HTTP_TOKEN"
FEWEST_CHARS = 20
"""Fewer characters of a token may be guessed by other machines."""
EXTERNAL_ENDING_SECONDS = 20
"""How long answers may take when a service for other machines ends: less than the 30 seconds after
which Kubernetes kills it.
"""


@click.command()
@click.option(
    "--idle",
    type=click.IntRange(1),
    metavar="MINUTES",
    help="End after so many minutes without a query (default: 15).",
)
@click.option(
    "--http",
    is_flag=False,
    flag_value=HTTP,
    metavar="[HOST:PORT]",
    help=f"Answer over HTTP, with a search page, for this machine alone (default: {HTTP}).",
)
@click.option(
    "--external-url",
    "external_urls",
    multiple=True,
    metavar="URL",
    help="With --http: a URL by which other machines reach it. May be repeated.",
)
@click.option("--status", "wants_status", is_flag=True, help="Tell what the running process holds.")
@click.option("--stop", is_flag=True, help="End the running process, after what it answers now.")
@json_flag("--json", "as_json", "With --status or --stop: print JSON, for scripts.")
@pass_settings
def serve(
    settings: Settings,
    idle: int | None,
    http: str | None,
    external_urls: tuple[str, ...],
    wants_status: bool,
    stop: bool,
    as_json: bool,
) -> int:
    """Keep models and indexes loaded, so that queries answer at once.

    Queries start this process by themselves in the background, and it ends by itself: nobody needs
    this command. The setting daemon = "never" keeps them from it. Exit code of --status and --stop:
    1 where no process runs.

    With --http a process of its own answers in the browser and over HTTP, from this index alone. It
    ends with Ctrl-C or SIGTERM, or where --idle is given. With --external-url it answers other
    machines too.

    \b
    Example:  docsearch serve --http
              docsearch serve --status
              docsearch serve --idle 600
    """
    if http is not None and (wants_status or stop):
        raise click.UsageError("--http excludes --status and --stop", click.get_current_context())
    if external_urls and http is None:
        raise click.UsageError("--external-url needs --http", click.get_current_context())
    if http is not None:
        return _serve_http(settings, http, idle, external_urls)
    if wants_status or stop:
        return _ask(settings, "stop" if stop else "status", as_json)
    seconds = 60 * (idle or settings.config.serve.idle)
    limits = [str(seconds), str(settings.config.serve.memory * 10**6)]
    address = Address.of(settings.around.environment)
    settings.note(f"answering at {address.socket}; end it with Ctrl-C")
    # -P: the working folder is no place to import from.
    os.execv(sys.executable, [sys.executable, "-P", "-m", "tui.server", *limits])


def _serve_http(
    settings: Settings, typed: str, idle: int | None, external_urls: tuple[str, ...]
) -> int:
    """Answer over HTTP from the index that the settings name."""
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing:
        raise UsageError(
            f"the package {missing[0]} is not installed",
            "install the extra: pip install 'docsearch[http]'",
        )
    from search.open_indexes import OpenIndexes

    from ..tokens import kept_token
    from ..web.address import Address as WebAddress
    from ..web.external_url import ExternalUrl
    from ..web.idle import Idle
    from ..web.service import ENDING_SECONDS, Service
    from .query import query

    address = WebAddress.parsed(typed, tuple(map(ExternalUrl.parsed, external_urls)))
    given = settings.around.environment.get(TOKEN_VARIABLE, "").strip()
    if address.external:
        # Whoever keeps the service running waits for its index: it need not end without one.
        token = _long_token(given)
    else:
        # A wrong index is told before the first question.
        with settings.open_index() as index:
            index.status()
        token = given or kept_token("http-token")
    indexes = OpenIndexes()
    around = replace(settings.around, open_index=indexes.open)
    with address.listener() as listener:
        bound = replace(address, port=listener.getsockname()[1])
        limits = settings.config.serve
        resting = Idle(
            partial(_let_go, indexes),
            60 * (idle or limits.idle) / 3,
            limits.memory * 10**6,
            60 * idle if idle else None,
        )
        service = Service(
            replace(settings, around=around).open_index,
            *(query.params, settings.config, bound, token, resting, settings.note),
            ending_seconds=EXTERNAL_ENDING_SECONDS if bound.external else ENDING_SECONDS,
        )
        if bound.external:
            # The lines are kept in a log, which others may read.
            settings.note(f"answering at {bound.name} for {bound.url}")
        else:
            settings.note(f"open {bound.url}/?token={token}")
        settings.note("programs send the header Authorization: Bearer TOKEN; end it with Ctrl-C")
        service.run(listener)
    return ExitCode.FOUND


def _long_token(given: str) -> str:
    """The token that was set. Raises UsageError where it is missing or short."""
    if len(given) < FEWEST_CHARS:
        raise UsageError(
            f"--external-url needs a token of {FEWEST_CHARS} characters or more, the same for all "
            f"replicas, and {TOKEN_VARIABLE} has {len(given) or 'none'}",
            f"set {TOKEN_VARIABLE}, for example to what openssl rand -hex 24 prints",
        )
    return given


def _let_go(indexes: OpenIndexes) -> None:
    from search.process_memory import give_back

    indexes.clear()
    give_back()


def _ask(settings: Settings, about: str, as_json: bool) -> int:
    """Ask the running process about itself, and print its answer."""
    import json

    from ..client.asking import ask

    address = Address.of(settings.around.environment)
    try:
        answer = ask(address, {"about": about}) if address.is_private else None
    except (OSError, ValueError):
        answer = None
    if as_json:
        click.echo(json.dumps({"schema": 1, "running": answer is not None, **(answer or {})}))
    elif answer is None:
        settings.note("no process is running; queries start one by themselves")
    else:
        click.echo("it ends now" if about == "stop" else _text(answer))
    return ExitCode.NOTHING if answer is None else ExitCode.FOUND


def _text(answer: dict[str, Any]) -> str:
    from ..terminal import printable

    started = datetime.fromtimestamp(answer["started"], UTC).strftime("%Y-%m-%d %H:%M:%S")
    lines = {
        "process": str(answer["pid"]),
        "started": f"{started} UTC",
        "answers": f"{answer['answered']:,} given, {answer['running_now']:,} running",
        "memory": f"{answer['megabytes']:,} MB",
        "models": ", ".join(answer["models"]) or "none",
        "ends": f"after {counted(round(answer['idle_minutes']), 'idle minute')}",
    }
    rows = [f"{name:<10} {printable(value, one_line=True)}" for name, value in lines.items()]
    rows += [f"index      {printable(folder, one_line=True)}" for folder in answer["indexes"]]
    return "\n".join(rows)
