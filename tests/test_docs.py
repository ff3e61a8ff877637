"""The README is short, docs/ has all that users may type or read, and each link leads somewhere."""

import re
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
    documented = section(APP, title)
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
