"""The manual pages name every command and option, and are those of the commands as they are."""

import shutil
import subprocess
import tomllib
from pathlib import Path

import click
import pytest

from search import __version__
from tui.group import cli
from tui.man_pages import man_pages, write_man_pages

from .test_docs import commands

PAGES = Path(__file__).parent.parent / "docs" / "man"
WRITTEN = man_pages(cli, __version__)


def test_the_pages_in_docs_are_up_to_date() -> None:
    found = {path.name: path.read_text(encoding="utf-8") for path in PAGES.iterdir()}
    assert found == WRITTEN, "write them anew with: make man"


def test_there_is_a_page_for_each_command_with_all_its_options() -> None:
    every = dict([("docsearch", cli), *commands(cli)])
    assert sorted(WRITTEN) == sorted(f"{path.replace(' ', '-')}.1" for path in every)
    for path, command in every.items():
        page = WRITTEN[f"{path.replace(' ', '-')}.1"].replace("\\-", "-")
        for parameter in command.params:
            for flag in parameter.opts if isinstance(parameter, click.Option) else ():
                assert f".B {flag}" in page or f", {flag}" in page, f"{path} {flag}"


def test_a_page_has_its_sections_and_keeps_what_roff_would_change(tmp_path: Path) -> None:
    @click.group(
        help="Do things, and more of them.\n\n"
        ".hidden files are 'read'.\n\n"
        "\b\nExample:  a \\b\n          c"
    )
    def root() -> None: ...

    @root.command()
    @click.option("-n", "--limit", metavar="N", help="How many.")
    @click.argument("name")
    def make(name: str, limit: str) -> None:
        """Make a thing."""

    (tmp_path / "docsearch-gone.1").write_text("stale")
    write_man_pages(root, "1.0", tmp_path)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "docsearch.1": (
            '.TH "DOCSEARCH" "1" "" "docsearch 1.0" "docsearch"\n'
            ".SH NAME\n"
            "docsearch \\- Do things, and more of them\n"
            ".SH SYNOPSIS\n"
            ".B docsearch\n"
            "[OPTIONS] COMMAND [ARGS]...\n"
            ".SH DESCRIPTION\n"
            ".PP\n"
            "Do things, and more of them.\n"
            ".PP\n"
            "\\&.hidden files are \\(aqread\\(aq.\n"
            ".SH OPTIONS\n"
            ".TP\n"
            ".B \\-\\-help\n"
            "Show this message and exit.\n"
            ".SH COMMANDS\n"
            ".TP\n"
            ".BR docsearch\\-make (1)\n"
            "Make a thing.\n"
            ".SH EXAMPLES\n"
            ".PP\n"
            ".nf\n"
            "a \\eb\n"
            "c\n"
            ".fi\n"
        ),
        "docsearch-make.1": (
            '.TH "DOCSEARCH\\-MAKE" "1" "" "docsearch 1.0" "docsearch"\n'
            ".SH NAME\n"
            "docsearch\\-make \\- Make a thing\n"
            ".SH SYNOPSIS\n"
            ".B docsearch make\n"
            "[OPTIONS] NAME\n"
            ".SH DESCRIPTION\n"
            ".PP\n"
            "Make a thing.\n"
            ".SH OPTIONS\n"
            ".TP\n"
            ".B \\-n, \\-\\-limit N\n"
            "How many.\n"
            ".TP\n"
            ".B \\-\\-help\n"
            "Show this message and exit.\n"
            ".PP\n"
            "The global options work here too: see docsearch(1).\n"
            ".SH SEE ALSO\n"
            ".BR docsearch (1)\n"
        ),
    }


@pytest.mark.parametrize(
    "lint",
    [("groff", "-man", "-Kutf8", "-Tutf8", "-ww", "-z"), ("mandoc", "-T", "lint", "-W", "error")],
)
def test_a_formatter_finds_no_fault(lint: tuple[str, ...]) -> None:
    if shutil.which(lint[0]) is None:
        pytest.skip(f"{lint[0]} is not here")
    done = subprocess.run([*lint, *sorted(PAGES.iterdir())], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_wheel_installs_the_pages_where_man_looks() -> None:
    project = tomllib.loads((PAGES.parent.parent / "pyproject.toml").read_text())
    shared = project["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"]
    assert shared == {"docs/man": "share/man/man1"}
