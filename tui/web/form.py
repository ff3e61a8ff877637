"""The form of the page: the question, and what narrows it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from ..terminal import printable
from .parameters import parsed

if TYPE_CHECKING:
    from search import RecentDocument

MOST_TYPES = 14
MOST_FOLDERS = 30
AGES = (("", "any time"), ("7d", "past week"), ("30d", "past month"), ("1y", "past year"))
MODES = (("", "meaning and words"), ("vector", "meaning"), ("text", "words"))


@dataclass(frozen=True, slots=True)
class Option:
    """A choice of the form."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class FormView:
    """The form: the question, and what narrows it."""

    text: str
    types: tuple[Option, ...]
    folders: tuple[Option, ...]
    ages: tuple[Option, ...]
    modes: tuple[Option, ...]


def form_view(query: bytes, newest: Iterable[RecentDocument], roots: Iterable[str]) -> FormView:
    """The form with what a URL says; it offers the types and folders of the `newest` documents."""
    texts = parsed(query)

    def given(name: str) -> tuple[str, ...]:
        return tuple(text for text in texts.get(name, ()) if text)

    documents = tuple(newest)
    suffixes = Counter(PurePath(each.path).suffix.lower().lstrip(".") for each in documents)
    types = sorted(suffix for suffix, _ in suffixes.most_common(MOST_TYPES) if suffix)
    return FormView(
        printable(" ".join(given("q")), one_line=True),
        _options((("", "any type"), *((name, name) for name in types)), given("type")),
        _options((("", "all folders"), *_folders(documents, roots)), given("path")),
        _options(AGES, given("after")),
        _options(MODES, given("mode")),
    )


def _folders(
    documents: Iterable[RecentDocument], roots: Iterable[str]
) -> Iterable[tuple[str, str]]:
    """The roots, and the folders that lie in them, with the patterns of what is below each."""
    folders = {root: root for root in roots}
    for document in documents:
        below = os.path.relpath(document.path, document.root).split("/")
        if len(below) > 1:
            folders[os.path.join(document.root, below[0])] = document.root
    # A browser cannot send a name back that is not UTF-8.
    names = sorted(name for name in folders if printable(name) == name)[:MOST_FOLDERS]
    return tuple((f"{name}/**", below_root(name, folders[name])) for name in names)


def below_root(folder: str, root: str) -> str:
    """The folder, beginning with the name of its root."""
    return printable(os.path.relpath(folder, os.path.dirname(root) or "/"), one_line=True)


def _options(known: Iterable[tuple[str, str]], given: tuple[str, ...]) -> tuple[Option, ...]:
    """The choices, with those that the address names chosen, also such as are not known."""
    choices = dict(known)
    choices |= {text: printable(text, one_line=True) for text in given if text not in choices}
    chosen = given or ("",)
    return tuple(Option(value, label, value in chosen) for value, label in choices.items())
