"""`docsearch ingest`."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Collection
from itertools import islice
from types import FrameType
from typing import TYPE_CHECKING, TypedDict

import click

from search.config import MAX_FILE_SIZE
from search.errors import UsageError
from search.results import DryRun, IngestReport, LargeFile, Progress
from search.wording import counted

from .. import completions
from ..endings import ENDINGS, call_at, raise_at_endings
from ..exit_codes import ExitCode
from ..parameters import PATH, SIZE
from ..remedies import by_reason, left_out_line
from ..run_counts import counts_text, kept_counts
from ..settings import Settings, json_flag, pass_settings

if TYPE_CHECKING:
    from search import RootRules

RAY_HERE = "local"
"""What --ray without an address stands for: a Ray of the run's own, on this machine."""

LISTED = 20
"""How many failed files are listed, and how many that were passed over."""


class RunOptions(TypedDict):
    """The options that a run and its dry run share."""

    rules: RootRules
    prune: bool
    default_max_file_size: int


@click.command()
@click.argument("paths", nargs=-1, type=PATH, metavar="[PATH]...")
@click.option(
    "--profile",
    metavar="NAME",
    shell_complete=completions.profiles,
    help="The models of a new index (default: those present that fit machine and language).",
)
@click.option(
    "--embedder",
    metavar="NAME|FOLDER",
    shell_complete=completions.models,
    help="An embedder instead of the profile's.",
)
@click.option(
    "--reranker",
    metavar="NAME|FOLDER",
    shell_complete=completions.models,
    help="A reranker instead of the profile's.",
)
@click.option(
    "--dimensions",
    type=click.IntRange(1),
    metavar="N",
    help="Shorter vectors, for an embedder trained for that.",
)
@click.option(
    "--reembed",
    is_flag=True,
    help="Embed all documents anew with these models; queries work meanwhile.",
)
@click.option(
    "--exclude",
    multiple=True,
    metavar="GLOB",
    help="Leave matching files out (.gitignore syntax); repeatable.",
)
@click.option(
    "--include", multiple=True, metavar="GLOB", help="Read only matching files; repeatable."
)
@click.option("--hidden/--no-hidden", default=None, help="Read hidden files and folders too.")
@click.option(
    "--ignore/--no-ignore",
    default=None,
    help="Respect .gitignore, .ignore and .docsearchignore (default: yes).",
)
@click.option(
    "--max-file-size",
    type=SIZE,
    metavar="SIZE",
    help="Pass over larger files, such as 20M (default: 50M).",
)
@click.option(
    "--fetch-cloud/--no-fetch-cloud",
    default=None,
    help="Download files that are only in a cloud, and read them too.",
)
@click.option(
    "--prune",
    is_flag=True,
    help="Also forget the documents of a root that is now empty or missing.",
)
@click.option(
    "--watch", is_flag=True, help="Then keep the index up to date with every change, until Ctrl-C."
)
@click.option(
    "--ray",
    is_flag=False,
    flag_value=RAY_HERE,
    metavar="[ADDRESS]",
    help="Read and embed on a Ray cluster: HOST:PORT, or auto; without ADDRESS on this machine.",
)
@click.option("--dry-run", is_flag=True, help="Only list what would be read; writes nothing.")
@json_flag(
    "--json",
    "as_json",
    "A summary for scripts on stdout; with --watch a line for each refresh.",
)
@pass_settings
def ingest(
    settings: Settings,
    paths: tuple[str, ...],
    profile: str | None,
    embedder: str | None,
    reranker: str | None,
    dimensions: int | None,
    reembed: bool,
    exclude: tuple[str, ...],
    include: tuple[str, ...],
    hidden: bool | None,
    ignore: bool | None,
    max_file_size: int | None,
    fetch_cloud: bool | None,
    prune: bool,
    watch: bool,
    ray: str | None,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Read folders or files into the index, or refresh all known ones.

    The options about which files to read are kept with a folder for the next run. Exit code 0: all
    files are in; 1: some file failed; 2: the run could not start; 130: Ctrl-C ended it, which is
    how --watch ends.

    \b
    Example:  docsearch ingest ~/notes --exclude '*.log'
              docsearch ingest --watch
    """
    from search import RootRules
    from search.models.engines import device_for

    from ..jsont import report_json
    from ..large_lines import large_lines
    from ..progress import ProgressLine
    from ..terminal import printable

    if watch and ray is not None:
        raise UsageError("--watch and --ray do not go together", "leave one of them out")
    options = RunOptions(
        rules=RootRules(
            exclude or None, include or None, hidden, ignore, max_file_size, fetch_cloud
        ),
        prune=prune,
        default_max_file_size=settings.config.max_file_size or MAX_FILE_SIZE,
    )
    with settings.open_index(
        profile=profile, embedder=embedder, reranker=reranker, dimensions=dimensions
    ) as index:
        if dry_run:
            _list(settings, index.dry_run(paths, **options), as_json)
            return ExitCode.FOUND
        raise_at_endings()
        backend, stop = settings.config.backend, threading.Event()
        ended_by: list[int] = []
        line = ProgressLine(
            sys.stderr, sys.stderr.isatty(), settings.quiet, lambda: device_for(backend)
        )

        def tell_large(files: tuple[LargeFile, ...]) -> None:
            for text in large_lines(files):
                settings.note(text)

        told: list[str] = []

        def tell(notice: str) -> None:
            line.close()
            told.append(notice)
            click.echo(f"docsearch: {printable(notice, one_line=True)}", err=True)

        def show(progress: Progress) -> None:
            if stop.is_set():
                raise KeyboardInterrupt
            line.show(progress)

        # Without --watch, only the first report of the watch is taken.
        report = None
        try:
            reports = index.watch(
                paths,
                **options,
                on_progress=show,
                reembed=reembed,
                stop=stop,
                on_large=tell_large,
                on_notice=tell,
                ray=ray,
            )
            for number, report in enumerate(islice(reports, None if watch else 1)):
                line.close()
                if number == 0 and reembed and not report.reembedded:
                    settings.note("the index has the vectors of this model already")
                if as_json:
                    click.echo(report_json(report))
                _narrate(settings, report, told)
                if watch and number == 0:
                    _end_between_lines(stop, ended_by)
                    settings.note("watching for changes; Ctrl-C ends it")
        except KeyboardInterrupt:
            if not stop.is_set():
                raise
        finally:
            line.close()
    if stop.is_set():
        return 128 + ended_by[0]
    return ExitCode.NOTHING if report is not None and report.failed else ExitCode.FOUND


def _list(settings: Settings, plan: DryRun, as_json: bool) -> None:
    """Print what a run would do: the files on stdout, the rest on stderr."""
    from ..large_lines import large_lines
    from ..terminal import printable

    if as_json:
        from ..jsont import dry_run_json

        click.echo(dry_run_json(plan))
    else:
        for planned in plan.read:
            click.echo(f"{planned.why:<11} {printable(planned.path, one_line=True)}")
        for path in plan.removed:
            click.echo(f"{'forget':<11} {printable(path, one_line=True)}")
    for warning in plan.warnings:
        click.echo(f"docsearch: {printable(warning, one_line=True)}", err=True)
    for line in large_lines(plan.large):
        settings.note(line)
    passed_over = len(plan.skipped) + sum(count for _, count in plan.passed_over)
    reasons = f" ({by_reason(plan.passed_over)})" if plan.passed_over else ""
    size = sum(planned.size for planned in plan.read) / 1e6
    settings.note(
        f"would read {counted(len(plan.read), 'file')} ({size:,.1f} MB), "
        f"forget {len(plan.removed):,}, pass over {passed_over:,}{reasons}; "
        f"{plan.unchanged:,} {'is' if plan.unchanged == 1 else 'are'} unchanged, "
        + (
            f"{plan.waiting:,} {'lacks' if plan.waiting == 1 else 'lack'} only vectors, "
            if plan.waiting
            else ""
        )
        + f"{len(plan.failed):,} cannot be read"
    )


def _end_between_lines(stop: threading.Event, ended_by: list[int]) -> None:
    """Make Ctrl-C and its like set `stop`, so that the run ends between two lines of output.

    An exception in the middle of a write would have the line written twice. `ended_by` gets the
    number of the signal.
    """

    def end(number: int, frame: FrameType | None) -> None:
        ended_by.append(number)
        stop.set()

    call_at((signal.SIGINT, *ENDINGS), end)


def _tell_left_out(settings: Settings, report: IngestReport) -> None:
    """Tell of folders that gave no document, of files that are only in a cloud, and what to do."""
    from ..remedies import REMEDIES
    from ..terminal import printable

    for nothing in report.nothing_read:
        path = printable(nothing.path, one_line=True)
        if not nothing.reasons:
            settings.note(f"{path} gave no document: there are no files in it; check the path")
            continue
        settings.note(f"{path} gave no document: {by_reason(nothing.reasons)}")
        for reason, _ in nothing.reasons:
            settings.note(f"  {reason}: {settings.with_index_options(REMEDIES[reason])}")
    away = dict(report.passed_over).get("not_downloaded", 0)
    if away and not report.nothing_read:
        remedy = settings.with_index_options(REMEDIES["not_downloaded"])
        settings.note(
            f"not downloaded: {counted(away, 'file or folder', 'files or folders')}; {remedy}"
        )


def _narrate(settings: Settings, report: IngestReport, told: Collection[str]) -> None:
    """Write to stderr what a run did; `told` are the warnings that were written before."""
    from ..terminal import printable

    # The warnings, and the first of the files that are not in the index.
    known = {*report.left_out.warnings, *told}
    warnings = [warning for warning in report.warnings if warning not in known]
    for warning in warnings[:LISTED]:
        click.echo(f"docsearch: {printable(warning, one_line=True)}", err=True)
    if len(warnings) > LISTED:
        more = f"{len(warnings) - LISTED:,} more warnings; --json lists all of them"
        click.echo(f"docsearch: {more}", err=True)
    if line := left_out_line(report.left_out):
        settings.note(settings.with_index_options(line))
    for title, skips in (("failed", report.failed), ("passed over", report.skipped)):
        for skip in skips[:LISTED]:
            name = printable(skip.path, one_line=True)
            settings.note(f"{title}: {name}: {printable(skip.message, one_line=True)}")
        if len(skips) > LISTED:
            more = f"{title}: {len(skips) - LISTED} more; ask about one with: docsearch check PATH"
            settings.note(settings.with_index_options(more))
    _tell_left_out(settings, report)
    if report.warnings and report.seconds == 0:
        return
    # The counts of documents, the passages and the speed, in one line.
    passed_over = len(report.skipped) + sum(count for _, count in report.passed_over)
    documents = counts_text(
        (
            (report.reembedded, "embedded anew"),
            *kept_counts(report),
            (passed_over, "passed over"),
            (len(report.failed), "failed"),
        )
    )
    speed = (
        f" ({report.tokens / report.seconds:,.0f} tokens/s)"
        if report.tokens and report.seconds
        else ""
    )
    passages = f"; {counted(report.passages, 'passage')} embedded{speed}" if report.passages else ""
    settings.note(f"documents: {documents}{passages}; {report.seconds:.1f} s")
