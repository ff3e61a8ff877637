"""`docsearch ingest`."""

from __future__ import annotations

import signal
import sys
import threading
from itertools import islice
from types import FrameType

import click

from search.config import MAX_FILE_SIZE
from search.results import DryRun, IngestReport, Progress

from ..exit_codes import ExitCode
from ..parameters import PATH, SIZE
from ..settings import Settings, json_flag, pass_settings

LISTED = 20


@click.command()
@click.argument("paths", nargs=-1, type=PATH, metavar="[PATH]...")
@click.option(
    "--profile",
    metavar="NAME",
    help="The models of a new index (default: by machine and what is here).",
)
@click.option("--embedder", metavar="NAME|FOLDER", help="An embedder instead of the profile's.")
@click.option("--reranker", metavar="NAME|FOLDER", help="A reranker instead of the profile's.")
@click.option(
    "--dimensions",
    type=click.IntRange(1),
    metavar="N",
    help="Shorter vectors, for an embedder made for it.",
)
@click.option(
    "--reembed",
    is_flag=True,
    help="Embed all documents anew with these models; queries go on meanwhile.",
)
@click.option(
    "--exclude",
    multiple=True,
    metavar="GLOB",
    help="Leave these out (.gitignore syntax); repeatable.",
)
@click.option("--include", multiple=True, metavar="GLOB", help="Read only these; repeatable.")
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
    "--prune",
    is_flag=True,
    help="Also forget the documents of a root that is now empty or missing.",
)
@click.option(
    "--watch", is_flag=True, help="Then keep the index in step with what changes, until Ctrl-C."
)
@click.option("--dry-run", is_flag=True, help="Only list what would be read; writes nothing.")
@json_flag(
    "--json",
    "as_json",
    "A summary for scripts on stdout; with --watch one for each refresh, a line each.",
)
@pass_settings
def ingest(
    settings: Settings, paths: tuple[str, ...], profile: str | None, embedder: str | None, reranker: str | None,
    dimensions: int | None, reembed: bool, exclude: tuple[str, ...], include: tuple[str, ...], hidden: bool | None,
    ignore: bool | None, max_file_size: int | None, prune: bool, watch: bool, dry_run: bool, as_json: bool,
) -> int:  # fmt: skip
    """Read folders or files into the index, or refresh all known ones.

    Options about what to read are kept with a folder for the next run. Exit code 0: all is in; 1: some file failed; 2: could not run;
    130: stopped by Ctrl-C, which is how --watch ends.

    \b
    Example:  docsearch ingest ~/notes --exclude '*.log'
              docsearch ingest --watch
    """
    from search import RootRules
    from search.models.engines import device_for

    from ..jsont import report_json
    from ..progress import ProgressLine

    rules = RootRules(exclude or None, include or None, hidden, ignore, max_file_size)
    for_new_roots = settings.config.max_file_size or MAX_FILE_SIZE
    with settings.open_index(profile, embedder, reranker, dimensions) as index:
        if dry_run:
            _list(
                settings,
                index.dry_run(paths, rules=rules, prune=prune, default_max_file_size=for_new_roots),
                as_json,
            )
            return ExitCode.FOUND
        backend, stop = settings.config.backend, threading.Event()
        line = ProgressLine(
            sys.stderr, sys.stderr.isatty(), settings.quiet, lambda: device_for(backend)
        )

        def show(progress: Progress) -> None:
            if stop.is_set():
                raise KeyboardInterrupt
            line.show(progress)

        report = None
        try:
            reports = index.watch(
                paths,
                rules=rules,
                prune=prune,
                on_progress=show,
                default_max_file_size=for_new_roots,
                reembed=reembed,
                stop=stop,
            )
            for number, report in enumerate(islice(reports, None if watch else 1)):
                line.close()
                if number == 0 and reembed and not report.reembedded:
                    settings.note("the index has the vectors of this model already")
                if as_json:
                    click.echo(report_json(report))
                _narrate(settings, report)
                if watch and number == 0:
                    _end_between_lines(stop)
                    settings.note("watching for changes; Ctrl-C ends it")
        except KeyboardInterrupt:
            if not stop.is_set():
                raise
        finally:
            line.close()
    if stop.is_set():
        return ExitCode.INTERRUPTED
    return ExitCode.NOTHING if report is not None and report.failed else ExitCode.FOUND


def _list(settings: Settings, plan: DryRun, as_json: bool) -> None:
    """What a run would do: the files on stdout, the rest on stderr."""
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
    passed_over = len(plan.skipped) + sum(count for _, count in plan.passed_over)
    size = sum(planned.size for planned in plan.read) / 1e6
    settings.note(
        f"would read {len(plan.read):,} files ({size:,.1f} MB), forget {len(plan.removed):,}, pass over {passed_over:,}; "
        f"{plan.unchanged:,} are unchanged, {len(plan.failed):,} cannot be read"
    )


def _end_between_lines(stop: threading.Event) -> None:
    """Make Ctrl-C set `stop`: an exception in the middle of a write would have the line written twice. A second one ends the process at once."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in the background of a script
        return

    def end(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        stop.set()

    signal.signal(signal.SIGINT, end)


def _narrate(settings: Settings, report: IngestReport) -> None:
    from ..terminal import printable

    for warning in report.warnings:
        click.echo(f"docsearch: {printable(warning, one_line=True)}", err=True)
    for title, skips in (("failed", report.failed), ("passed over", report.skipped)):
        for skip in skips[:LISTED]:
            name = printable(skip.path, one_line=True)
            settings.note(f"{title}: {name}: {printable(skip.message, one_line=True)}")
        if len(skips) > LISTED:
            more = f"{title}: {len(skips) - LISTED} more; ask about one with: docsearch check PATH"
            settings.note(settings.placed(more))
    if report.warnings and report.seconds == 0:
        return
    parts = [
        f"{count:,} {what}"
        for count, what in (
            (report.reembedded, "embedded anew"),
            (report.added, "added"),
            (report.changed, "changed"),
            (report.copied, "moved or copied"),
            (report.removed, "removed"),
            (report.unchanged, "unchanged"),
            (len(report.skipped) + sum(count for _, count in report.passed_over), "passed over"),
            (len(report.failed), "failed"),
        )
        if count
    ]
    documents = ", ".join(parts) or "nothing to read was found"
    speed = (
        f" ({report.tokens / report.seconds:,.0f} tokens/s)"
        if report.tokens and report.seconds
        else ""
    )
    passages = f"; {report.passages:,} passages embedded{speed}" if report.passages else ""
    settings.note(f"documents: {documents}{passages}; {report.seconds:.1f} s")
