"""`docsearch status`."""

from __future__ import annotations

import json
from dataclasses import replace

import click

from search.results import IndexModels, Status
from search.text.language_names import NAMES
from search.wording import counted

from ..exit_codes import ExitCode
from ..settings import Settings, json_flag, pass_settings

LISTED = 20


@click.command()
@json_flag("--json", "as_json", "Print JSON, for scripts.")
@pass_settings
def status(settings: Settings, as_json: bool) -> int:
    """Show what the index holds and how fresh it is.

    \b
    Example:  docsearch status --json
    """
    with settings.open_index() as index:
        state = index.status()
    if as_json:
        from ..jsont import status_json

        click.echo(status_json(state))
    else:
        click.echo(_text(replace(state, health=settings.with_index_options(state.health))))
    return ExitCode.FOUND


def _text(state: Status) -> str:
    from ..terminal import printable

    # The index as a whole.
    lines = [
        f"index      {printable(state.index, one_line=True)}",
        f"model      {state.model or 'none yet'}"
        + (f", {state.dimensions} dimensions" if state.dimensions else ""),
        *_models(state.models),
        f"documents  {state.documents:,} ({_counts(state.kinds)})"
        if state.documents
        else "documents  0",
        f"passages   {state.passages:,} ({counted(state.tokens, 'token')})",
        f"size       {state.size_bytes / 1e6:,.1f} MB",
    ]
    if state.languages:
        named = tuple((NAMES.get(language, language), count) for language, count in state.languages)
        lines.insert(-2, f"languages  {_counts(named)}")
    if state.without_vectors:
        lines.append(
            f"no vectors {counted(state.without_vectors, 'document')}, which only words find yet"
        )
    if state.skipped:
        lines.append(f"skipped    {_counts(state.skipped)}")
    if state.failed:
        lines.append(f"failed     {_counts(state.failed)}")
    lines.append(f"health     {printable(state.health, one_line=True)}")
    lines += [
        f"unread     {printable(f'{skip.path}: {skip.message}', one_line=True)}"
        for skip in state.unread[:LISTED]
    ]
    if len(state.unread) > LISTED:
        lines.append(f"unread     {len(state.unread) - LISTED:,} more")
    # A line for each root.
    for root in state.roots:
        fresh = (
            f"read {root.ingested.replace('T', ' ').rstrip('Z')} UTC"
            if root.ingested
            else "not read to its end yet"
        )
        missing = "" if root.present else ", not there now"
        path = printable(root.path, one_line=True)
        lines.append(f"root       {path}: {counted(root.documents, 'document')}, {fresh}{missing}")
    return "\n".join(lines)


def _models(models: IndexModels | None) -> list[str]:
    """Lines about the models that made the vectors, and about the reranker."""
    from ..terminal import printable

    if models is None:
        return []
    prompts = " and ".join(
        f"{json.dumps(prompt, ensure_ascii=False)} before {kind}"
        for prompt, kind in ((models.query_prompt, "a query"), (models.passage_prompt, "a passage"))
        if prompt
    )
    lines = {
        "profile": models.profile,
        "embedder": f"{models.embedder}, weights {models.revision}"
        + (f", {prompts}" if prompts else ""),
        "reranker": models.reranker or "none",
        "cut": f"up to {models.passage_tokens} tokens, {models.passage_overlap} of them repeated",
    }
    return [f"{name:<10} {printable(value, one_line=True)}" for name, value in lines.items()]


def _counts(pairs: tuple[tuple[str, int], ...]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in pairs)
