"""Programs beside the packages import names that exist.

Benchmarks, scripts and training need libraries that tests do without, and so are read, not run.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROGRAMS = ("benchmarks", "scripts", "training")
OWN = ("search", "tui", "tests", *PROGRAMS)
FILES = sorted(path for folder in PROGRAMS for path in (ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_own_name_that_a_program_imports_exists(file: Path) -> None:
    assert [name for name in _imported(file) if not _exists(*name)] == []


def test_a_name_that_is_gone_is_seen() -> None:
    assert _exists("search.text.passages", "split")
    assert _exists("search.text", "passages")
    assert not _exists("search.text.passages", "gone")
    assert not _exists("search.gone", "split")


def _imported(file: Path) -> Iterator[tuple[str, str]]:
    """The own modules that a file imports from, each with a name."""
    package = file.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*above, *filter(None, [node.module])))
            if module.split(".", 1)[0] in OWN:
                yield from ((module, alias.name) for alias in node.names)


def _exists(module: str, name: str) -> bool:
    path = ROOT.joinpath(*module.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    if (path / f"{name}.py").is_file() or (path / name).is_dir():
        return True
    return file.is_file() and name in _names(file)


@cache
def _names(file: Path) -> frozenset[str]:
    """The names that a module has at its top, those that it imports included."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names}
    # A package may name what it loads lazily in strings alone.
    if file.name == "__init__.py":
        names |= {
            node.value
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
    return frozenset(names)
