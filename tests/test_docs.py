"""The README is short, docs/ has all that users may type or read, and each link leads somewhere."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click
import pytest

import search
from search import errors, results
from search.config import ENVIRONMENT, Config
from search.documents import Reason, Skip
from tui.app.application import DocsearchApp
from tui.app.screens.index import IndexScreen
from tui.app.screens.models import ModelsScreen
from tui.app.screens.search import SearchScreen
from tui.app.widgets.document_view import DocumentView
from tui.app.widgets.hit_list import HitList
from tui.app.widgets.query_input import QueryInput
from tui.command_line import reordered
from tui.group import cli

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted(DOCS.glob("*.md")),
]
README, COMMANDS, APP, FORMATS, CONFIGURATION, LIBRARY = (
    (ROOT / name).read_text()
    for name in (
        *("README.md", "docs/commands.md", "docs/app.md"),
        *("docs/formats.md", "docs/configuration.md", "docs/library.md"),
    )
)
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^(#{1,6}) (.+)$", re.MULTILINE)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
CALL = re.compile(r"(?<![\w/.#-])docsearch (?=[a-z-])")
"""The beginning of a command line in a block of code."""
ENDS = "|;)>&<`\n"
KEY_NAMES = {"slash": "/", "question_mark": "?", "pageup": "PgUp", "pagedown": "PgDn"} | {
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
}


def commands(group: click.Group, above: str = "docsearch") -> Iterator[tuple[str, click.Command]]:
    """Each command and subcommand with the words that call it."""
    for name, command in group.commands.items():
        yield f"{above} {name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{above} {name}")


def section(page: str, title: str) -> str:
    """The text from a heading to the next one of its level or above it."""
    headings = [
        (match.start(), len(match[1]), match[2])
        for match in HEADING.finditer(FENCE.sub(blank, page))
    ]
    at, depth = next((start, level) for start, level, text in headings if text == title)
    return page[
        at : next(
            (start for start, level, _ in headings if start > at and level <= depth), len(page)
        )
    ]


def blank(match: re.Match[str]) -> str:
    """As many characters that are no Markdown."""
    return " " * len(match[0])


def anchors(page: str) -> set[str]:
    """The anchors that GitHub gives a page's headings."""
    titles = [text.lower().replace("`", "") for _, text in HEADING.findall(FENCE.sub(blank, page))]
    slugs = [re.sub(r"[^\w\- ]", "", title).replace(" ", "-") for title in titles]
    assert len(slugs) == len(set(slugs)), "two headings have the same anchor"
    return set(slugs)


def command_lines(page: str) -> Iterator[str]:
    """What follows `docsearch` in the blocks of code of a page, as a shell takes it apart.

    A quotation mark that begins no word ends the command: it belongs to the text around it.
    Comments are left out.
    """
    for block in FENCE.findall(page):
        for line in block.splitlines()[1:-1]:
            for match in CALL.finditer(line.split("  #")[0] if line[:1] != "#" else ""):
                yield command_at(line[match.end() :].split("  #")[0])


def command_at(text: str) -> str:
    """The words of `text` up to the end of a shell's command."""
    end = 0
    while end < len(text) and text[end] not in ENDS:
        if text[end] in "\"'":
            closing = text.find(text[end], end + 1)
            if closing < 0 or text[end - 1] not in " =":
                break
            end = closing
        end += 1
    return text[:end].strip()


def links() -> Iterator[tuple[Path, str]]:
    """Each page with the target of each of its links and images that is no address on the web."""
    for page in PAGES:
        for target in LINK.findall(FENCE.sub(blank, page.read_text())):
            if not target.startswith(("https://", "http://")):
                yield page, target


def test_the_readme_takes_two_minutes() -> None:
    assert len(README.splitlines()) <= 200


def test_the_readme_links_every_page_of_the_docs() -> None:
    assert [page.name for page in DOCS.glob("*.md") if f"](docs/{page.name})" not in README] == []


@pytest.mark.parametrize(
    ("name", "command"), [pytest.param(*pair, id=pair[0]) for pair in commands(cli)]
)
def test_a_command_has_help_an_example_and_a_section(name: str, command: click.Command) -> None:
    assert name in (command.help or "").partition("Example:")[2]
    # The options that all commands of a group share stand above their sections.
    shared = (
        section(COMMANDS, name.rpartition(" ")[0]).partition("\n### ")[0]
        if name.count(" ") > 1
        else ""
    )
    documented = section(COMMANDS, name) + shared
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} {parameter.opts} has no help"
            for flag in (*parameter.opts, *parameter.secondary_opts):
                assert f"`{flag}`" in documented or f"`{flag} " in documented, (
                    f"{name} {flag} is not documented"
                )


def test_global_flags() -> None:
    documented = section(COMMANDS, "Global options")
    for parameter in cli.params:
        for flag in parameter.opts:
            assert f"`{flag}`" in documented or f"`{flag} " in documented


def test_the_command_lines_of_a_page_are_found() -> None:
    page = """
```sh
# docsearch nothing
vim "$(docsearch pick rent type:md)"   # docsearch show x
--preview 'docsearch show {1}:{2}' --window 'down'
docsearch query --jsonl -- "$*" | docsearch show 'a b' > out
for f in $(docsearch-pick); do docsearch check "$f"; done
```
"""
    assert list(command_lines(page)) == [
        "pick rent type:md",
        "show {1}:{2}",
        'query --jsonl -- "$*"',
        "show 'a b'",
        'check "$f"',
    ]


RECIPES = (DOCS / "recipes.md").read_text()


@pytest.mark.parametrize("line", sorted(set(command_lines(RECIPES))))
def test_a_command_line_of_the_recipes_is_one(line: str) -> None:
    words = reordered(cli, shlex.split(line))
    context = cli.make_context("docsearch", words)
    name, command, rest = cli.resolve_command(context, [*context._protected_args, *context.args])
    assert command is not None
    command.make_context(name, rest, parent=context)


def test_the_recipes_use_what_they_are_for() -> None:
    used = {line.split()[0] for line in command_lines(RECIPES)}
    assert used == {"pick", "query", "show"}
    for program in ("fzf", "television", "Vim and Neovim", "Emacs", "VS Code", "Raycast", "Alfred"):
        assert len(FENCE.findall(section(RECIPES, program))) >= 1


def test_settings_and_environment() -> None:
    settings, environment = (
        section(CONFIGURATION, "Settings"),
        section(CONFIGURATION, "Environment"),
    )
    assert [field.name for field in fields(Config) if f"| `{field.name}` |" not in settings] == []
    assert [
        name for name in (*ENVIRONMENT, "DOCSEARCH_MODELS") if f"| `{name}` |" not in environment
    ] == []


def test_reason_codes() -> None:
    documented = section(FORMATS, "Reason codes")
    assert [reason for reason in Reason if f"| `{reason}` |" not in documented] == []


def test_error_codes() -> None:
    documented = section(COMMANDS, "Output and errors")
    kinds = [
        kind for kind in vars(errors).values() if isinstance(kind, type) and hasattr(kind, "code")
    ]
    codes = {kind.code for kind in kinds if kind is not errors.Unreadable}
    assert [code for code in sorted(codes) if f"| `{code}` |" not in documented] == []


@pytest.mark.parametrize(
    ("title", "kinds"),
    [
        ("query --json", (results.QueryResult, results.Hit, results.Scores, results.Explanation)),
        (
            "ingest --json",
            (results.IngestReport, results.NothingRead, results.DryRun, results.Planned, Skip),
        ),
        ("status --json", (results.Status, results.RootStatus, results.IndexModels)),
        ("check --json", (results.Verdict,)),
        ("doctor --json", (results.Check,)),
    ],
)
def test_json_fields(title: str, kinds: tuple[type, ...]) -> None:
    documented = FENCE.sub(blank, section(COMMANDS, title))
    names = {field.name for kind in kinds for field in fields(kind)}
    assert [name for name in sorted(names) if f"`{name}`" not in documented] == []


def test_public_names_and_methods() -> None:
    methods = [
        name for name, value in vars(search.Index).items() if name[0] != "_" and callable(value)
    ]
    assert [name for name in search.__all__ if not re.search(rf"`{name}\b", LIBRARY)] == []
    assert [name for name in (*methods, "open") if not re.search(rf"[`.]{name}\(", LIBRARY)] == []


@pytest.mark.parametrize(
    ("title", "classes"),
    [
        ("The search screen", (DocsearchApp, SearchScreen, QueryInput, HitList, DocumentView)),
        ("The index screen", (IndexScreen,)),
        ("The models screen", (ModelsScreen,)),
    ],
)
def test_keys(title: str, classes: tuple[type, ...]) -> None:
    numbered = " ".join(f"Alt+{number}" for number in range(1, 10))
    documented = section(APP, title).replace("Alt+1 to Alt+9", numbered)
    for bound in classes:
        for binding in bound.BINDINGS:
            for key in binding.key.split(","):
                shown = KEY_NAMES.get(key, key if len(key) == 1 else key.title())
                assert re.search(rf"(?<![\w+]){re.escape(shown)}(?![\w+])", documented), (
                    f"{bound} {key}"
                )


@pytest.mark.parametrize(
    ("page", "target"), [pytest.param(*pair, id=f"{pair[0].name} {pair[1]}") for pair in links()]
)
def test_a_link_leads_somewhere(page: Path, target: str) -> None:
    name, _, anchor = target.partition("#")
    file = (page.parent / name).resolve() if name else page
    assert file.exists()
    assert not anchor or anchor in anchors(file.read_text())


def test_the_architecture_names_places_that_are_there() -> None:
    page = (ROOT / "docs/architecture.md").read_text()
    named = set(re.findall(r"`((?:search|tui|tests)/[\w./-]*)`", page))
    assert {name for name in named if not (ROOT / name).exists()} == set()
    assert {
        "search/text/terms.py",
        "search/readers/paged/columns.py",
        "search/storage/lock.py",
    } <= named
    folders = {
        f"{path.relative_to(ROOT)}/"
        for package in ("search", "tui")
        for path in (ROOT / package).rglob("__init__.py")
        for path in (path.parent,)
    }
    assert folders - named == set()
