"""HTML: the text that a browser shows, in blocks: paragraphs, list items, tables and headings.

What a page holds and does not show, such as comments and hidden parts, is counted.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from ...documents import Document, Reason
from ...errors import Unreadable
from ..decoding import decode
from ..left_out import LeftOut
from ..title import MAX_TITLE, stem
from . import raised, xhtml
from .html_blocks import Page
from .html_walk import Walk

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

SUFFIXES = (".html", ".htm", *xhtml.SUFFIXES)

_CHARSET = re.compile(
    rb"""<meta[^>]{0,200}charset\s{0,5}=\s{0,5}["']?([\w.:-]{2,40})|<\?xml[^>]{0,100}encoding=["']([\w.:-]{2,40})""",
    re.I,
)


def read(data: bytes, path: str) -> Document:
    """The document in a web page; its text is the text that the page shows, not the source.

    Raises Unreadable where the file is binary, empty or shows no text.
    """
    document, left_out = read_page(data, path)
    left_out.add_undecoded(document.text)
    return replace(document, warnings=left_out.warnings())


def read_page(data: bytes, path: str, is_xml: bool = False) -> tuple[Document, LeftOut]:
    """The document in a web page, and what the document leaves out.

    A page is read as XML where `is_xml` is true, or where its name or its first lines say so.
    Raises as `read` does.
    """
    tree, source = parsed(data, path, is_xml)
    page = _page(tree, source)
    if page is None or not page.blocks:
        raise Unreadable(Reason.NO_TEXT, "the page shows no text")
    # Call the document by its title, else by its first main heading.
    title_node = tree.css_first("head title")
    title = " ".join(title_node.text().split()) if title_node is not None else ""
    heading = next((block.heading for block in page.blocks if block.level == 1), "")
    document = Document(
        path,
        "html",
        title[:MAX_TITLE] or heading[:MAX_TITLE] or stem(path),
        "".join(page.text),
        tuple(page.blocks),
    )
    return document, page.walk.left_out


def parsed(data: bytes, path: str, is_xml: bool) -> tuple[LexborHTMLParser, str]:
    """The tree of a web page, and its source. Raises Unreadable where it is binary or empty."""
    from selectolax.lexbor import LexborHTMLParser

    charset = _CHARSET.search(data[:4096])
    declared = (charset[1] or charset[2]).decode("ascii") if charset else ""
    source = decode(data, declared)
    for mark in raised.MARKS:
        source = source.replace(mark, "")
    if is_xml or xhtml.is_xml(source, path):
        source = xhtml.as_html(source)
    return LexborHTMLParser(source), source


def _page(tree: LexborHTMLParser, source: str) -> Page | None:
    """The page in a tree, which was made from `source`; None where it has no root."""
    if tree.root is None:
        return None
    walk = Walk(tree.root, source)
    page = Page(walk)
    if walk.fallbacks and walk.show_fallbacks("".join(page.text)):
        walk.left_out = LeftOut()
        page = Page(walk)
    if walk.unseen and not page.blocks:
        # Menus stand on every page of a site, and are left out unless the page has nothing else.
        walk.show_all()
        page = Page(walk)
    return page
