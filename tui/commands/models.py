"""`docsearch models`: list, pull, convert, test, rm."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from .. import completions
from ..command_line import CommandGroup
from ..exit_codes import ExitCode
from ..models_text import models_table, one_line, report_text, size_text
from ..settings import Settings, json_flag, pass_settings

Command = Callable[..., Any]
cache_folder_option: Callable[[Command], Command] = click.option(
    "--cache-folder",
    metavar="DIR",
    help="Where your models are (also DOCSEARCH_MODELS), besides the Hugging Face cache.",
)


@click.group(cls=CommandGroup, invoke_without_command=True)
@click.pass_context
def models(context: click.Context) -> int | None:
    """See, fetch, convert, test and delete models. Only `pull` uses the network.

    \b
    Example:  docsearch models list
              docsearch models pull Qwen/Qwen3-Reranker-0.6B
    """
    if context.invoked_subcommand is None:
        return int(context.invoke(list_models))
    return None


@models.command("list")
@cache_folder_option
@json_flag("--json", "as_json", "Print JSON, for scripts.")
@pass_settings
def list_models(settings: Settings, cache_folder: str | None = None, as_json: bool = False) -> int:
    """List the models that docsearch knows, and all models on the disk.

    A size with ~ estimates what a pull would fetch.

    \b
    Example:  docsearch models list --cache-folder /Volumes/Models
    """
    from search.supply.inventory import inventory

    stock = inventory(cache_folder)
    for warning in stock.warnings:
        click.echo(f"docsearch: {one_line(warning)}", err=True)
    if as_json:
        from dataclasses import asdict

        from ..jsont import SCHEMA, dumps

        click.echo(dumps({"schema": SCHEMA, "models": [asdict(model) for model in stock.models]}))
    else:
        click.echo(models_table(stock.models))
    return ExitCode.FOUND


@models.command()
@click.argument("name", metavar="NAME|PROFILE", shell_complete=completions.pullable)
@cache_folder_option
@pass_settings
def pull(settings: Settings, name: str, cache_folder: str | None) -> int:
    """Fetch a model, or all models of a profile, from the Hugging Face hub.

    Only safetensors, settings and the tokenizer are fetched, and every file is checked. An
    interrupted pull goes on where it stopped. Pulling a model that is present checks and repairs
    it.

    \b
    Example:  docsearch models pull mlx-community/Qwen3-Embedding-0.6B-4bit-DWQ
    """
    from search.supply.hub import Hub
    from search.supply.inventory import repositories
    from search.supply.pulling import check_room, fetch, free_bytes, order

    from ..download_line import DownloadLine

    hub = Hub()
    orders = [order(repository, cache_folder, hub) for repository in repositories(name)]
    check_room(orders)
    for model_order in orders:
        repository, target = model_order.listing.name, model_order.place.folder
        if model_order.bytes:
            room = f"{one_line(str(target))}, where {size_text(free_bytes(target))} are free"
            settings.note(f"{repository}: {size_text(model_order.bytes)} to fetch into {room}")
        line = DownloadLine(sys.stderr, sys.stderr.isatty(), settings.quiet)
        try:
            folder = fetch(model_order, line.show, hub)
        except KeyboardInterrupt:
            line.close()
            settings.note(
                f"the fetched part of {repository} is kept: the same command goes on from there"
            )
            raise
        finally:
            line.close()
        settings.note(f"{repository} is here and whole: {one_line(str(folder))}")
    return ExitCode.FOUND


@models.command()
@click.argument("name", shell_complete=completions.models)
@cache_folder_option
@click.option(
    "--bits", type=click.Choice(["4", "8"]), help="Bits of each weight (default: 8, mxfp4: 4)."
)
@click.option(
    "--group-size",
    type=click.Choice(["32", "64", "128"]),
    help="Weights that share a scale (default: 64).",
)
@click.option(
    "--mode",
    type=click.Choice(["affine", "mxfp4", "mxfp8"]),
    default="affine",
    help="How the weights are quantised (default: affine).",
)
@click.option(
    "--out", metavar="DIR", help="The folder to write (default: NAME-8bit with your models)."
)
@pass_settings
def convert(
    settings: Settings,
    name: str,
    cache_folder: str | None,
    bits: str | None,
    group_size: str | None,
    mode: str,
    out: str | None,
) -> int:
    """Quantise a model on the disk for MLX, and tell how its size and its scores change.

    \b
    Example:  docsearch models convert Qwen/Qwen3-Reranker-0.6B --bits 8
    """
    from search.models.local import model_folder
    from search.supply.conversion import convert as quantise
    from search.supply.known_scores import furthest
    from search.supply.model_test import example_scores

    source = model_folder(name, cache_folder)
    target = Path(out).expanduser().absolute() if out else None
    converted = quantise(
        source,
        int(bits) if bits else None,
        int(group_size) if group_size else None,
        mode,
        target,
        cache_folder,
    )
    click.echo(str(converted.folder))
    before, now = size_text(converted.source_bytes), size_text(converted.bytes)
    settings.note(f"weights: {before} before, {now} now")
    backend = settings.config.backend
    source_score, score = furthest(
        example_scores(source, backend), example_scores(converted.folder, backend)
    )
    settings.note(
        f"largest change of a score on the test pairs: {source_score:.4f} before, {score:.4f} now"
    )
    return ExitCode.FOUND


@models.command()
@click.argument("name", required=False, shell_complete=completions.models)
@cache_folder_option
@click.option(
    "--bench", is_flag=True, help="Also measure speed and memory, against the documented targets."
)
@json_flag("--json", "as_json", "Print JSON, for scripts.")
@pass_settings
def test(
    settings: Settings, name: str | None, cache_folder: str | None, bench: bool, as_json: bool
) -> int:
    """Test a model, or all models on the disk.

    The test checks checksums, results and known scores, and measures speed and memory. Exit code 0:
    all models work, though results may differ; 1: a model does not work.

    \b
    Example:  docsearch models test mlx-community/Qwen3-Embedding-0.6B-4bit-DWQ --bench
    """
    from search.models.caches import ModelState
    from search.models.local import model_folder
    from search.supply.inventory import inventory
    from search.supply.model_test import Outcome, examine, unusable

    # The folders to test, and the models among them that are partial or damaged.
    entries = () if name else inventory(cache_folder).models
    present = {
        Path(model.path): model for model in entries if model.state is not ModelState.MISSING
    }
    folders = [model_folder(name, cache_folder)] if name else list(present)
    broken_models = {
        folder: model
        for folder, model in present.items()
        if model.state is not ModelState.AVAILABLE
    }
    # Examine each model, and report.
    examined = []
    for folder in folders:
        broken = broken_models.get(folder)
        examination = (
            unusable(broken) if broken else examine(folder, settings.config.backend, bench)
        )
        examined.append(examination)
        if examination.notice:
            click.echo(f"docsearch: {examination.name}: {examination.notice}", err=True)
        if not as_json:
            click.echo(report_text(examination))
    if as_json:
        from dataclasses import asdict

        from ..jsont import SCHEMA, dumps

        click.echo(
            dumps({"schema": SCHEMA, "tests": [asdict(examination) for examination in examined]})
        )
    failed = any(examination.outcome is Outcome.FAILS for examination in examined)
    return ExitCode.NOTHING if failed else ExitCode.FOUND


@models.command()
@click.argument("name", shell_complete=completions.models)
@cache_folder_option
@pass_settings
def rm(settings: Settings, name: str, cache_folder: str | None) -> int:
    """Delete a model from the disk, in every folder that has it.

    \b
    Example:  docsearch models rm Qwen/Qwen3-Reranker-4B
    """
    from search.supply.deletion import deletable, remove

    for model in deletable(name, cache_folder):
        size = remove(model)
        settings.note(f"deleted {one_line(str(model.store))}: {size_text(size)} are free")
    return ExitCode.FOUND
