"""`docsearch query`."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import click

from search.config import MAX_LIMIT, MODES
from search.errors import UsageError

from .. import completions
from ..asked import FilterOptions, asked, cleaned, joined
from ..exit_codes import ExitCode
from ..parameters import DATE, SCORE, SECONDS
from ..settings import Settings, json_flag, pass_settings

if TYPE_CHECKING:
    from search import Index, QueryResult


@click.command()
@click.argument("text", nargs=-1, required=True, metavar="TEXT...")
@click.option(
    "-n", "--limit", type=click.IntRange(1, MAX_LIMIT), help="How many hits (default: 10)."
)
@json_flag("--json", "as_json", "The answer as one JSON object.")
@json_flag("--jsonl", "as_lines", "A JSON object for each hit, one a line.")
@click.option(
    "-l", "--files-with-matches", "only_files", is_flag=True, help="Only the paths of the files."
)
@click.option(
    "-0", "--null", "null", is_flag=True, help="Paths only, each ended by a NUL byte, for xargs -0."
)
@click.option("--mode", type=click.Choice(MODES), help="Which legs to ask (default: hybrid).")
@click.option(
    "--min-score", type=SCORE, metavar="X", help="Cut hits that score less; 0 shows even noise."
)
@click.option(
    "--path",
    "paths",
    multiple=True,
    metavar="GLOB",
    shell_complete=completions.roots,
    help="Only files that match, such as 'work/**' or '*.md'; repeatable.",
)
@click.option(
    "--type",
    "types",
    multiple=True,
    metavar="EXT",
    shell_complete=completions.types,
    help="Only files with this suffix, such as pdf; repeatable.",
)
@click.option(
    "--after",
    type=DATE,
    metavar="DATE",
    help="Only files changed on or after: 2026-11-02, 2026-11, 30d, 2w, yesterday.",
)
@click.option("--before", type=DATE, metavar="DATE", help="Only files changed before that date.")
@click.option(
    "--per-file", type=click.IntRange(1), metavar="N", help="At most N passages of one file."
)
@click.option("--full", is_flag=True, help="Show the whole passages.")
@click.option("--explain", is_flag=True, help="Show how each hit came to its place.")
@click.option(
    "--rerank/--no-rerank",
    default=None,
    help="Let the profile's reranker order the best candidates.",
)
@click.option(
    "--reranker",
    metavar="NAME|FOLDER",
    shell_complete=completions.models,
    help="Rerank with this model instead.",
)
@click.option(
    "--candidates",
    type=click.IntRange(1, MAX_LIMIT),
    metavar="N",
    help="How many candidates the reranker reads (default: the profile's, 16 or 50).",
)
@click.option(
    "--rerank-budget", type=SECONDS, metavar="SECONDS", help="How long reranking may take."
)
@pass_settings
def query(
    settings: Settings,
    text: tuple[str, ...],
    limit: int | None,
    as_json: bool,
    as_lines: bool,
    only_files: bool,
    null: bool,
    mode: str | None,
    min_score: float | None,
    paths: tuple[str, ...],
    types: tuple[str, ...],
    after: int | None,
    before: int | None,
    per_file: int | None,
    full: bool,
    explain: bool,
    rerank: bool | None,
    reranker: str | None,
    candidates: int | None,
    rerank_budget: float | None,
) -> int:
    """Find the passages that answer TEXT.

    Several words are one query. Among them, type:pdf, path:work/**, after:2026, before:30d,
    mode:text and rerank:on are filter words, which do what the options of their names do. Words
    behind -- are no options.

    With TEXT "-" each line of stdin is a query; use it with --jsonl. Exit code 0: there are hits;
    1: there are none; 2: an error, of one query at least.

    \b
    Example:  docsearch query how do I descale the kettle -n 3
              docsearch query "rent increase" type:pdf after:2026 --json
              docsearch query -- tar -xzf archive
              docsearch query retry -0 | xargs -0 wc -l
    """
    # Check the options.
    line = joined(text)
    options = FilterOptions(mode, rerank, paths, types, after, before)
    if as_json + as_lines + (only_files or null) > 1:
        raise click.UsageError(
            "--json, --jsonl and -l exclude each other", click.get_current_context()
        )
    if line == "-" and not as_lines:
        raise click.UsageError("queries from stdin need --jsonl", click.get_current_context())
    if line == "-" and sys.stdin is None:
        raise UsageError(
            "stdin is closed", "give the queries with: docsearch query - --jsonl < FILE"
        )
    lines = map(cleaned, sys.stdin if line == "-" else [line])
    queries = filter(None, map(str.strip, lines)) if line == "-" else lines
    # A wrong filter word is told before the index is opened.
    first = asked(cleaned(line), options, settings.around.folder)
    any_hits = any_error = False
    with settings.open_index(reranker=reranker) as index:
        if not settings.around.is_resident:
            _warm(index, first.mode or settings.config.mode)
        ask = partial(
            index.query,
            limit=limit or settings.config.limit,
            per_file=per_file,
            min_score=min_score if min_score is not None else settings.config.min_score or None,
            explain=explain,
            candidates=candidates,
            rerank_budget=rerank_budget,
            on_step=settings.around.check_on,
        )
        named_reranker = True if reranker is not None else None
        # Ask each query, and show its hits.
        for words in queries:
            try:
                question = asked(words, options, settings.around.folder)
                result = ask(
                    question.text,
                    mode=question.mode or settings.config.mode,
                    where=question.where,
                    rerank=question.rerank if question.rerank is not None else named_reranker,
                )
            except UsageError as error:
                if line != "-":
                    raise
                from ..jsont import failed_line

                any_error = True
                click.echo(failed_line(words, error))
                continue
            # The answer repeats the query as it was asked, with its filter words.
            result = replace(result, query=words)
            any_hits = any_hits or bool(result.hits)
            if as_json or as_lines or only_files or null:
                _write(result, as_json, as_lines, null, settings.around.is_terminal)
            else:
                # Whoever names a least score wants to see the weak hits.
                _print(settings, result, full, fold=min_score is None)
            _tell(settings, result)
    if not settings.around.is_resident:
        from ..client.starting import start_if_wanted

        start_if_wanted(settings.config.daemon, settings.around.environment)
    if any_error:
        return ExitCode.ERROR
    return ExitCode.FOUND if any_hits else ExitCode.NOTHING


def _warm(index: Index, mode: str) -> None:
    """Make the model ready while another thread imports LanceDB: these dominate a cold query."""
    if mode != "text" and index.model:
        from search.storage.lance import preload_native, preloading

        with preloading(preload_native):
            # A model prepares its matrices at its first text, largely outside of Python.
            index.embedder.embed_query("")


def _write(
    result: QueryResult, as_json: bool, as_lines: bool, null: bool, is_terminal: bool
) -> None:
    """Write the answer for another program: as JSON, or else the paths of the files."""
    if as_json:
        from ..jsont import result_json

        click.echo(result_json(result))
    elif as_lines:
        from ..jsont import hit_lines

        for line in hit_lines(result):
            click.echo(line)
    else:
        from ..output import path_list

        paths = (hit.path for hit in result.hits)

        sys.stdout.flush()
        sys.stdout.buffer.write(path_list(paths, null, is_terminal and not null))
        sys.stdout.buffer.flush()


def _print(settings: Settings, result: QueryResult, full: bool, fold: bool) -> None:
    """Print the hits for people: by file on a terminal.

    Elsewhere, whole with `full`, and with explanations they stand one by one.
    """
    from ..grouped_text import grouped_text
    from ..output import hits_text

    if result.hits:
        style, around = settings.style, settings.around
        explained = result.hits[0].explanation is not None
        one_by_one = full or explained or not around.is_terminal
        text = (
            hits_text(result, style, full, around)
            if one_by_one
            else grouped_text(result, style, fold, around)
        )
        click.echo(text, color=True)
        return
    has_reason = bool(result.warnings) or any(reason != "score" for reason, _ in result.cut)
    advice = "" if has_reason else "; try other words, or see weak hits with --min-score 0"
    settings.note(f"no passage answers that{advice}")


def _tell(settings: Settings, result: QueryResult) -> None:
    """Write to stderr what limits the answer."""
    from ..output import cut_text

    if result.cut and (not result.hits or result.hits[0].explanation is not None):
        settings.note(cut_text(result))
    if result.weak:
        settings.note("nothing here answers that well; the hits are the nearest there is")
    for warning in result.warnings:
        settings.note(f"docsearch: {warning}")
