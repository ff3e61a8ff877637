"""Sections of manuals that exist in many languages: training data for other languages.

The manuals lie below one folder, as `dpkg -x` unpacks Debian's packages. Files of the same name are
translations of each other, and so are sections of the same number where both files have as many.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lxml.etree import _Element

PLACES = (
    ("libreoffice", "usr/share/libreoffice/help/{language}/text/**/*.html"),
    ("gnome", "usr/share/help/{language}/gnome-help/*.page"),
    ("gimp", "usr/share/gimp/2.0/help/{language}/*.html"),
    ("faq", "usr/share/doc/debian/FAQ/{language}/*.html"),
    ("handbook", "usr/share/doc/debian-handbook/html/{language}/*.html"),
    ("installation", "usr/share/doc/installation-guide-amd64/{language}/*.html"),
    ("aptitude", "usr/share/doc/aptitude/html/{language}/*.html"),
)
"""The manuals, and where their files are below the root of a package."""

SECTION = ("h1", "h2", "h3", "h4", "title")
BLOCKS = frozenset({"p", "li", "dt", "dd", "td", "th", "pre", "item", "cite", "screen", "code"})
LEFT_OUT = frozenset({"script", "style", "nav", "info", "head", "svg", "figure"})
LEFT_OUT_CLASSES = ("toc", "navheader", "navfooter", "howtoget", "relatedtopics")
SHORTEST, LONGEST = 100, 1500
"""The characters of a section's text. A longer one is cut."""


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a manual; `title` is that of its page, `heading` its own."""

    manual: str
    language: str
    page: str
    number: int
    of: int
    title: str
    heading: str
    text: str

    @property
    def key(self) -> tuple[str, str, int, int]:
        """What translations of one section share."""
        return self.manual, self.page, self.number, self.of


def sections(root: Path) -> Iterator[Section]:
    """The sections of all manuals below the packages in `root`."""
    for manual, place in PLACES:
        before, after = place.split("{language}/")
        for package in sorted(root.iterdir()):
            for folder in sorted((package / before).glob("*")):
                for path in sorted(folder.glob(after)) if folder.is_dir() else ():
                    page = re.sub(rf"\.{folder.name}\b", "", str(path.relative_to(folder)))
                    yield from _sections_of(path, manual, _code(folder.name), page)


def _code(folder: str) -> str:
    """The language of a folder: the two letters of ISO 639, with `-tw` for traditional Chinese."""
    if folder in ("C", "en-US", "en_GB"):
        return "en"
    if re.fullmatch(r"zh[-_](TW|HK)", folder, re.IGNORECASE):
        return "zh-tw"
    return re.split("[-_@]", folder)[0].lower()


def _sections_of(path: Path, manual: str, language: str, page: str) -> Iterator[Section]:
    from lxml import etree, html

    data = path.read_bytes()
    try:
        tree = etree.fromstring(data) if path.suffix == ".page" else html.fromstring(data)
    except (etree.ParserError, etree.XMLSyntaxError):
        return
    found: list[tuple[str, list[str]]] = []
    _walk(tree, found)
    made = [(heading, _plain(" ".join(text))) for heading, text in found]
    for number, (heading, text) in enumerate(made):
        if heading and len(text) >= SHORTEST:
            yield Section(
                *(manual, language, page, number, len(made)),
                *(made[0][0], heading, text[:LONGEST]),
            )


def _walk(element: _Element, found: list[tuple[str, list[str]]]) -> None:
    """Collect headings, each with the texts below it."""
    name = str(element.tag).rpartition("}")[2] if isinstance(element.tag, str) else ""
    classes = element.get("class", "")
    if not name or name in LEFT_OUT or any(word in classes.split() for word in LEFT_OUT_CLASSES):
        return
    if name in SECTION:
        found.append((_heading(_text_of(element)), []))
    elif name in BLOCKS:
        if found:
            found[-1][1].append(_text_of(element))
    else:
        for child in element:
            _walk(child, found)


def _text_of(element: Any) -> str:
    return _plain(" ".join(element.itertext()))


def _plain(text: str) -> str:
    return " ".join(text.split())


def _heading(text: str) -> str:
    """A heading without its number."""
    return re.sub(r"^\s*(?:[\w ]{0,9}?\d+[.章](?:\d+\.)*|[A-Z]\.(?:\d+\.)+)\s*", "", text).strip()
