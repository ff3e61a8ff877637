"""`docsearch doctor`."""

from __future__ import annotations

import click

from search.results import Check, CheckState
from search.wording import counted

from ..exit_codes import ExitCode
from ..settings import Settings, json_flag, pass_settings

_STATE, _AREA = 8, 12


@click.command()
@json_flag("--json", "as_json", "Print JSON, for scripts.")
@pass_settings
def doctor(settings: Settings, as_json: bool) -> int:
    """Look for what is wrong with the index and this machine, and say what to do.

    Nothing is changed. Exit code 0: nothing is wrong; 1: something is.

    \b
    Example:  docsearch doctor
    """
    from ..terminal_checks import terminal_checks

    with settings.open_index() as index:
        checks = (*index.doctor(), *terminal_checks())
    findings = sum(check.state is not CheckState.OK for check in checks)
    if as_json:
        from ..jsont import checks_json

        click.echo(checks_json(checks))
    else:
        for check in checks:
            click.echo(_text(check, settings))
        click.echo(f"{counted(findings, 'thing')} to mend" if findings else "nothing is wrong")
    return ExitCode.NOTHING if findings else ExitCode.FOUND


def _text(check: Check, settings: Settings) -> str:
    """A line about what was found, and one about what to do."""
    from ..terminal import printable

    head = f"{check.state:<{_STATE}} {check.area:<{_AREA}}"
    lines = [f"{head} {check.name}: {check.message}"]
    if check.advice:
        lines.append(f"{'':{len(head)}} {settings.with_index_options(check.advice)}")
    return "\n".join(
        line[: len(head) + 1] + printable(line[len(head) + 1 :], one_line=True) for line in lines
    )
