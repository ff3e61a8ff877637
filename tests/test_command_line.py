"""Global options before and behind the command, and what a wrong command line is told."""

import click
import pytest

from tui.command_line import reordered
from tui.group import cli


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", ""),
        ("--index X query foo", "--index X query foo"),
        ("query foo --index X", "--index X query foo"),
        ("query --index X foo", "--index X query foo"),
        ("query foo --index=X", "--index=X query foo"),
        ("ingest notes --quiet", "--quiet ingest notes"),
        ("--index A query foo --index B", "--index A --index B query foo"),
        ("query foo --color never --json", "--color never query foo --json"),
        ("query foo --plain --version", "--plain --version query foo"),
        ("models test --bench --quiet", "--quiet models test --bench"),
        ("models --quiet test", "--quiet models test"),
        # The value of a command's own option may look like a global one.
        ("query --path --quiet foo", "query --path --quiet foo"),
        ("query -n 3 foo -v", "-v query -n 3 foo"),
        ("query -n3 foo", "query -n3 foo"),
        # Short options in one word.
        ("query -lv foo", "-v query -l foo"),
        ("query -vl foo", "-v query -l foo"),
        ("query -vn 3 foo", "-v query -n 3 foo"),
        ("query -vn3 foo", "-v query -n3 foo"),
        ("query -nv foo", "query -nv foo"),
        # A value that may be missing is no option.
        ("serve --http --index X", "--index X serve --http"),
        ("serve --http 8000 --index X", "--index X serve --http 8000"),
        ("serve --http --idle 5", "serve --http --idle 5"),
        ("serve --http", "serve --http"),
        ("query tar -xvf foo", "query tar -xvf foo"),
        # Help stays with its command.
        ("query --help", "query --help"),
        ("query -h -v", "-v query -h"),
        # Behind -- nothing is an option.
        ("query -- foo --index X", "query -- foo --index X"),
        ("query foo --quiet -- --index", "--quiet query foo -- --index"),
        ("query - --jsonl", "query - --jsonl"),
        # What is unknown stays in its place.
        ("query foo --nothing --quiet", "--quiet query foo --nothing"),
        ("serch foo --quiet", "serch foo --quiet"),
        ("--index", "--index"),
    ],
)
def test_global_options_are_put_before_the_command(words: str, expected: str) -> None:
    assert reordered(cli, words.split()) == expected.split()


def test_a_global_option_without_its_value_is_refused() -> None:
    with pytest.raises(click.BadOptionUsage, match="Option '--index' requires an argument"):
        reordered(cli, ["query", "foo", "--index"])


def test_a_commands_own_option_wins() -> None:
    @click.group()
    @click.option("--index")
    @click.option("-v", "--verbose", is_flag=True)
    def root() -> None: ...

    @root.command()
    @click.option("--index")
    @click.option("-v", "--value")
    def make() -> None: ...

    words = ["make", "--index", "X", "-v", "--verbose", "--verbose"]
    assert reordered(root, words) == ["--verbose", "make", "--index", "X", "-v", "--verbose"]
