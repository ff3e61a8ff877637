"""Walks through the nodes of a web page that somebody sees, and counts those that are left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..left_out import LeftOut, Part
from . import html_fallback
from .html_fonts import SYMBOL_NAMES, fonts
from .html_hidden import hidden
from .html_notes import RAISED, RAISED_MARKS, leads_to_note
from .mathml import picture_of

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

    Event = tuple[LexborNode, str, bool]

UNSEEN = frozenset({"head", "script", "style", "math", "metadata", "defs", "symbol", "rp"})
"""Elements whose contents are left out. Formulas have words of their own, see `mathml.words`."""

COUNTED = {"rt": Part.READING, "rtc": Part.READING, "datalist": Part.HIDDEN}
"""Further elements whose contents are left out, with what they count as."""

_PAGES_INSIDE = frozenset({"template", "iframe", "noframes", "noembed"})
"""Elements with a page of their own: the parser keeps its source, or keeps it apart."""

_SPECIAL = UNSEEN | COUNTED.keys() | _PAGES_INSIDE

MAX_INNER = 8
"""Characters of the pages inside a page that are parsed, for each character of the page.

A page inside a page inside a page is parsed several times.
"""

_LETTERS = re.compile(r"[^\W\d_]{2}")
_WORD = re.compile(r"\w")
_MACHINE_COMMENT = re.compile(
    r"\s*(?:\[if\b|<!\[endif|#|/?wp:|/?ko\b|\[CDATA\[|\?|saved from url|google_ad_section)",
    re.IGNORECASE,
)


class Walk:
    """What is known about the nodes of a page and of the pages inside it.

    `left_out` counts what `events` passes over. `unseen` are the memory ids of elements whose
    contents are left out, with what they count as. `fallbacks` are those that may have to be shown.
    `raised` are the elements whose text stands above the line; the value is true where they lead to
    a note. `captions` are the words under pictures, by the memory id of their figure. `fonts` are
    the fonts that elements name, empty where none is a font of symbols.
    """

    def __init__(self, root: LexborNode, source: str) -> None:
        self.root = root
        self.left_out = LeftOut()
        self.unseen: dict[int, Part | None] = {}
        self.fallbacks: list[LexborNode] = []
        self.raised: dict[int, bool] = {}
        self.captions: dict[int, str] = {}
        self.fonts: dict[int, str] = {}
        self.has_tables = False
        # The pages inside the page by the memory id of their element. They are kept as long as
        # their nodes are in use.
        self._inner: dict[int, LexborHTMLParser | None] = {}
        self._allowance = MAX_INNER * len(source)
        self._learn(root, source)

    def events(self, root: LexborNode, count: bool = False) -> Iterator[Event]:
        """Each node with its tag in the order of the source, as it begins and as it ends.

        The third value is true where the node begins. Text and comments only begin. The contents of
        elements that nobody sees are left out; they are counted where `count` is true. The open
        elements are on a list, because pages may be nested deeper than Python's recursion limit.
        """
        node: LexborNode | None = root
        open_nodes: list[tuple[LexborNode, str]] = []
        while node is not None:
            tag = node.tag or "-"
            yield node, tag, True
            if tag[0] == "-":
                if count and tag == "-comment" and _is_written((node.html or "")[4:-3]):
                    self.left_out.add(Part.COMMENT)
            else:
                child = self._first_child(node, tag, count)
                if child is not None:
                    open_nodes.append((node, tag))
                    node = child
                    continue
                yield node, tag, False
            # Without children, go up to the nearest node that has a next sibling, and on to that.
            following = node.next if open_nodes else None
            while following is None and open_nodes:
                node, tag = open_nodes.pop()
                yield node, tag, False
                following = node.next if open_nodes else None
            node = following

    def words(self, node: LexborNode) -> str:
        """The words that somebody would see in an element if it were shown."""
        return " ".join("".join(self._texts(node)).split())

    def show_all(self) -> None:
        """Show menus and hidden elements too, for a page that has nothing else."""
        self.left_out = LeftOut()
        left = (node.mem_id for node in self.fallbacks)
        self.unseen = {mem_id: self.unseen[mem_id] for mem_id in left if mem_id in self.unseen}

    def show_fallbacks(self, text: str) -> bool:
        """Show what only a browser without scripts or plug-ins shows, where `text` lacks its words.

        Each element is judged by its own words, without those of such elements inside it. Returns
        True where one is shown.
        """
        page_words = html_fallback.Words(text)
        shown: list[int] = []
        has_words = False
        for node in self.fallbacks:
            words = self.words(node)
            if words and page_words.hold(words):
                continue
            if html_fallback.is_request(words):
                self.unseen[node.mem_id] = Part.HIDDEN
                self.left_out.add(Part.HIDDEN)
                continue
            # An element without words of its own is opened for those inside it.
            shown.append(node.mem_id)
            has_words = has_words or bool(words)
        for mem_id in shown:
            del self.unseen[mem_id]
        return has_words

    def _first_child(self, node: LexborNode, tag: str, count: bool) -> LexborNode | None:
        """The first node inside an element; None where it has none, or where nobody sees it."""
        if self.unseen and (mem_id := node.mem_id) in self.unseen:
            part = self.unseen[mem_id]
        elif tag not in _SPECIAL:
            return node.first_child
        elif tag in UNSEEN:
            return None
        elif tag in COUNTED:
            part = COUNTED[tag]
        elif _is_shown_inside(node, tag):
            return self._contents(node)
        else:
            part = Part.FILE if tag == "iframe" else Part.HIDDEN
        if count and part and any(map(_WORD.search, self._texts(node))):
            is_request = tag == "iframe" and html_fallback.is_request(self.words(node))
            self.left_out.add(part, 0 if is_request else 1)
        return None

    def _texts(self, node: LexborNode) -> Iterator[str]:
        """The pieces of text in an element, with the descriptions of pictures."""
        child = self._contents(node)
        while child is not None:
            for inner, tag, entering in self.events(child):
                if tag == "-text":
                    yield inner.text_content or ""
                elif entering and tag == "img":
                    yield f" {inner.attributes.get('alt') or ''} "
            child = child.next

    def _contents(self, node: LexborNode) -> LexborNode | None:
        """The first node inside an element, or that of the page inside it."""
        if node.tag not in _PAGES_INSIDE:
            return node.first_child
        key = node.mem_id
        if key not in self._inner:
            self._inner[key] = self._parsed(_inner_source(node))
        page = self._inner[key]
        return page.body.first_child if page is not None and page.body is not None else None

    def _parsed(self, source: str) -> LexborHTMLParser | None:
        """A page inside the page; None where it is blank or lies too deep."""
        from selectolax.lexbor import LexborHTMLParser

        if not source.strip():
            return None
        self._allowance -= len(source)
        if self._allowance < 0:
            self.left_out.add(Part.FILE)
            return None
        page = LexborHTMLParser(source)
        if page.root is not None:
            self._learn(page.root, source)
        return page

    def _learn(self, root: LexborNode, source: str) -> None:
        """Find the elements of a page, or a page inside it, that are treated in a way of their own.

        A look at the source saves most searches for elements. The shadow trees and frames in it are
        opened when the walk comes to them.
        """
        lower = source.lower()
        if "nav" in lower:
            menus = (node.mem_id for node in root.css("nav, [role=navigation]"))
            self.unseen |= dict.fromkeys(menus, Part.MENU)
        if "display" in lower or "hidden" in lower:
            self.unseen |= dict.fromkeys(hidden(root), Part.HIDDEN)
        if any(f"<{name}" in lower for name in html_fallback.ELEMENTS):
            for node in root.css(", ".join(html_fallback.ELEMENTS)):
                self.unseen[node.mem_id] = None
                self.fallbacks.append(node)
                # The elements in its page come behind it.
                self._contents(node)
        if "<math" in lower:
            for formula in root.css("math"):
                picture, around = picture_of(formula)
                if picture is not None:
                    self.unseen[picture.mem_id] = None
                    for node in around:
                        self.unseen.pop(node.mem_id, None)
        if any(mark in lower for mark in RAISED_MARKS):
            for node in root.css(RAISED):
                if (is_reference := leads_to_note(node)) is not None:
                    self.raised[node.mem_id] = is_reference
        if any(name in lower for name in SYMBOL_NAMES):
            self.fonts |= fonts(root)
        if "<figcaption" in lower:
            for caption in root.css("figure > figcaption"):
                if caption.parent is not None:
                    self.captions[caption.parent.mem_id] = " ".join(caption.text().split())
        self.has_tables = self.has_tables or "<table" in lower


def _is_shown_inside(node: LexborNode, tag: str) -> bool:
    """True where the page inside an element is shown: a shadow tree, or a frame with its source."""
    attributes = node.attributes
    if tag == "template":
        return "shadowrootmode" in attributes or "shadowroot" in attributes
    return tag != "iframe" or "srcdoc" in attributes


def _inner_source(node: LexborNode) -> str:
    """The source of the page inside an element."""
    if node.tag == "template":
        # A parser keeps the contents of a template apart, unless it is called otherwise.
        source = node.html or ""
        return f"<span{source.removeprefix('<template').removesuffix('</template>')}</span>"
    if node.tag == "iframe" and (source := node.attributes.get("srcdoc") or ""):
        return source
    return node.text()


def _is_written(comment: str) -> bool:
    """True for a comment with words that no program has put there for another one."""
    return _LETTERS.search(comment) is not None and not _MACHINE_COMMENT.match(comment)
