"""`docsearch query`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from search.config import MODES

from ..exit_codes import ExitCode
from ..parameters import DATE
from ..settings import Settings, pass_settings

if TYPE_CHECKING:
    from search import Filter, Index, QueryResult


@click.command()
@click.argument("text")
@click.option("-n", "--limit", type=click.IntRange(1, 1000), help="How many hits (default: 10).")
@click.option("--json", "as_json", is_flag=True, help="The answer as one JSON object.")
@click.option("--jsonl", "as_lines", is_flag=True, help="One JSON object a hit and line.")
@click.option("-l", "--files-with-matches", "only_files", is_flag=True, help="Only the paths of the files.")
@click.option("-0", "--null", "null", is_flag=True, help="Paths only, each ended by a NUL byte, for xargs -0.")
@click.option("--mode", type=click.Choice(MODES), help="Which legs to ask (default: hybrid).")
@click.option(
    "--min-score", type=click.FloatRange(0, 1), metavar="X", help="Cut hits that score less; 0 shows even noise."
)
@click.option(
    "--path",
    "paths",
    multiple=True,
    metavar="GLOB",
    help="Only files that match, such as 'work/**' or '*.md'; repeatable.",
)
@click.option(
    "--type", "types", multiple=True, metavar="EXT", help="Only files with this suffix, such as pdf; repeatable."
)
@click.option(
    "--after",
    type=DATE,
    metavar="DATE",
    help="Only files changed on or after: 2026-11-02, 2026-11, 30d, 2w, yesterday.",
)
@click.option("--before", type=DATE, metavar="DATE", help="Only files changed before.")
@click.option("--per-file", type=click.IntRange(1), metavar="N", help="At most N passages of one file.")
@click.option("--full", is_flag=True, help="Show the whole passages.")
@click.option("--explain", is_flag=True, help="Show how each hit came to its place.")
@pass_settings
def query(
    settings: Settings, text: str, limit: int | None, as_json: bool, as_lines: bool, only_files: bool, null: bool, mode: str | None,
    min_score: float | None, paths: tuple[str, ...], types: tuple[str, ...], after: int | None, before: int | None,
    per_file: int | None, full: bool, explain: bool,
) -> int:  # fmt: skip
    """Find the passages that answer TEXT.

    With TEXT "-" each line of stdin is a query; use it with --jsonl. Exit code 0: hits; 1: none; 2: error.

    \b
    Example:  docsearch query "how do I descale the kettle" -n 3
              docsearch query "rent increase" --type pdf --after 2026 --json
              docsearch query retry -0 | xargs -0 wc -l
    """
    where = _filter(paths, types, after, before)
    if min_score is None:
        min_score = settings.config.min_score or None
    if text == "-" and not as_lines:
        raise click.UsageError("queries from stdin need --jsonl", click.get_current_context())
    queries = (line.strip() for line in sys.stdin) if text == "-" else [text]
    mode = mode or settings.config.mode
    found = False
    with settings.open_index() as index:
        _warm(index, mode)
        for words in queries:
            if not words and text == "-":
                continue
            result = index.query(words, limit or settings.config.limit, mode, where, per_file, min_score, explain)
            found = found or bool(result.hits)
            _show(settings, result, as_json, as_lines, only_files or null, null, full)
    return ExitCode.FOUND if found else ExitCode.NOTHING


def _filter(paths: Iterable[str], types: Iterable[str], after: int | None, before: int | None) -> Filter | None:
    from search import Filter

    suffixes = tuple(kind.lower().lstrip(".") for kind in types)
    where = Filter(tuple(paths), suffixes, after, before)
    return where if where != Filter() else None


def _warm(index: Index, mode: str) -> None:
    """Load the model while LanceDB is imported: each takes a good part of a cold query's time."""
    if mode != "text" and index.model:
        import threading

        from search.lance import preload

        threading.Thread(target=preload, daemon=True).start()
        index.embedder  # noqa: B018


def _show(
    settings: Settings, result: QueryResult, as_json: bool, as_lines: bool, only_files: bool, null: bool, full: bool
) -> None:
    from ..output import file_list, hits_text
    from ..terminal import Style

    if as_json:
        from ..jsont import result_json

        click.echo(result_json(result))
    elif as_lines:
        from ..jsont import hit_lines

        for line in hit_lines(result):
            click.echo(line)
    elif only_files:
        sys.stdout.flush()
        sys.stdout.buffer.write(file_list(result, null, sys.stdout.isatty() and not null))
    elif result.hits:
        click.echo(hits_text(result, Style.of_stdout(settings.color), full), color=True)
    else:
        settings.note("no passage answers that; other words may, or --min-score 0 to see even weak hits")
    for warning in result.warnings:
        settings.note(f"docsearch: {warning}")
