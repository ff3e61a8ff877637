"""HTML: the text that a browser shows, one block for each paragraph, list item, table and heading."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from ...documents import MAX_LEVEL, Block, Document, Reason
from ...errors import Unreadable
from ..decoding import decode
from ..title import MAX_TITLE, stem

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

SUFFIXES = (".html", ".htm", ".xhtml", ".xht")

HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
KINDS = {"li": "list", "dt": "list", "dd": "list", "pre": "code"}
CELLS = frozenset({"td", "th"})
UNSEEN = frozenset(
    {
        *(
            "head",
            "script",
            "style",
            "noscript",
            "template",
            "svg",
            "math",
            "iframe",
            "object",
            "canvas",
        ),
        *("audio", "video", "rt", "rp"),
    }
)
BREAKING = frozenset(
    {
        *(
            "html",
            "body",
            "address",
            "article",
            "aside",
            "blockquote",
            "center",
            "details",
            "dialog",
            "div",
        ),
        *(
            "dl",
            "fieldset",
            "figcaption",
            "figure",
            "footer",
            "form",
            "header",
            "hr",
            "legend",
            "main",
            "menu",
        ),
        *(
            "nav",
            "ol",
            "optgroup",
            "option",
            "p",
            "section",
            "select",
            "summary",
            "ul",
            "table",
            "caption",
        ),
        *("thead", "tbody", "tfoot", "tr"),
        *(HEADINGS | KINDS),
        *CELLS,
    }
)
MAX_HEADING = 300
SECTIONS = frozenset({"section", "article"})
SECTION_CLASSES = frozenset(
    {"section", "sect1", "sect2", "sect3", "sect4", "refsect1", "refsect2", "refsect3"}
)
"""What docutils, Asciidoctor and DocBook call the divisions that are sections."""

_PERMALINK = re.compile(r"(?: ?¶| #)$")
_CHARSET = re.compile(
    rb"""<meta[^>]{0,200}charset\s{0,5}=\s{0,5}["']?([\w.:-]{2,40})|<\?xml[^>]{0,100}encoding=["']([\w.:-]{2,40})""",
    re.I,
)
_SUBSET = re.compile(r"<!DOCTYPE[^\[>]{0,400}\[.*?\]\s*>", re.DOTALL | re.IGNORECASE)
_SPACE = re.compile(r"[ \t\n\f]+")
_AROUND_BREAK = re.compile(r" *([\n\t]) *")


def read(data: bytes, path: str) -> Document:
    """The document in a web page; its text is what is shown, not the source.

    Raises Unreadable where it is binary, empty or shows no text.
    """
    from selectolax.lexbor import LexborHTMLParser

    charset = _CHARSET.search(data[:4096])
    declared = (charset[1] or charset[2]).decode("ascii") if charset else ""
    source = decode(data, declared)
    if source.lstrip().startswith("<?xml"):
        source = _SUBSET.sub("", _without_cdata(source), count=1)
    tree = LexborHTMLParser(source)
    # Menus stand on every page of a site; a page that has nothing else is made of them.
    menus = {node.mem_id for node in tree.css("nav, [role=navigation]")}
    page = _page(tree.root, menus)
    if menus and not page.blocks:
        page = _page(tree.root, set())
    if not page.blocks:
        raise Unreadable(Reason.NO_TEXT, "the page shows no text")
    named = tree.css_first("head title")
    title = " ".join(named.text().split()) if named is not None else ""
    main = next((block.heading for block in page.blocks if block.level == 1), "")
    return Document(
        path,
        "html",
        title[:MAX_TITLE] or main[:MAX_TITLE] or stem(path),
        "".join(page.text),
        tuple(page.blocks),
    )


class _Page:
    """The text and blocks so far; `words` is the open block's text, `kinds` what the open elements make of it.

    `levels` are those of the headings in force; `around` has each open section's node with those in force around it.
    """

    def __init__(self) -> None:
        self.text: list[str] = []
        self.length = 0
        self.blocks: list[Block] = []
        self.words: list[str] = []
        self.kinds: list[str] = ["paragraph"]
        self.tables = 0
        self.levels: list[int] = []
        self.around: list[tuple[int, list[int]]] = []
        self.is_parted = False
        """A section has begun or ended since the last block."""

    def take(self, node: LexborNode, entering: bool, layout: set[int]) -> None:
        """Take one node, as it begins or ends."""
        tag = node.tag or ""
        if tag == "-text":
            if entering:
                text = node.text_content or ""
                self.words.append(text if self.kinds[-1] == "code" else _SPACE.sub(" ", text))
        elif tag == "br":
            self.words.append("\n" if self.tables == 0 else " ")
        elif tag == "table" and node.mem_id not in layout:
            self.tables += 1 if entering else -1
            self.border("table", entering)
        elif self.tables:
            self.in_table(tag, entering)
        elif tag in BREAKING:
            self.border(tag if tag in HEADINGS else KINDS.get(tag, self.kinds[-1]), entering)
            self.section(node, tag, entering)

    def section(self, node: LexborNode, tag: str, entering: bool) -> None:
        """Where the element is a section, it begins or ends, and with it what its headings are in force for."""
        if entering and _is_section(node, tag):
            self.around.append((node.mem_id, self.levels))
            self.is_parted = True
        elif not entering and self.around and self.around[-1][0] == node.mem_id:
            self.levels = self.around.pop()[1]
            self.is_parted = True

    def border(self, kind: str, entering: bool) -> None:
        """A block of that kind begins or ends."""
        self.close()
        if entering:
            self.kinds.append(kind)
        else:
            self.kinds.pop()

    def in_table(self, tag: str, entering: bool) -> None:
        """Inside a table, cells are parted by tabs and rows by newlines; other blocks only part words."""
        if tag in CELLS:
            self.words.append("\t" if not entering else "")
        elif tag in ("tr", "caption"):
            self.words.append("\n")
        elif tag in BREAKING:
            self.words.append(" ")

    def close(self) -> None:
        """End the open block and keep it where it has words."""
        kind = self.kinds[-1]
        text = "".join(self.words)
        self.words = []
        if kind == "code":
            text = text.strip("\n").rstrip()
        else:
            text = _AROUND_BREAK.sub(r"\1", text).replace("  ", " ")
            rows = (row.rstrip() for row in text.split("\n"))
            text = "\n".join(row for row in rows if row).strip()
        level = HEADINGS.get(kind, 0)
        if level:
            text = _PERMALINK.sub("", text)
        if not text.strip():
            return
        if self.blocks:
            self.add("\n" if kind == "list" == self.blocks[-1].kind else "\n\n")
        start = self.length
        self.add(text)
        heading = " ".join(text[:MAX_HEADING].split()) if level else ""
        if level:
            self.levels = [*(above for above in self.levels if above < level), level]
        elif self.is_parted and self.blocks:
            level = min(max(self.levels, default=0) + 1, MAX_LEVEL)
        self.is_parted = False
        self.blocks.append(
            Block(start, self.length, "heading" if heading else kind, level, heading)
        )

    def add(self, text: str) -> None:
        self.text.append(text)
        self.length += len(text)


def _is_section(node: LexborNode, tag: str) -> bool:
    if tag in SECTIONS:
        return True
    return tag == "div" and not SECTION_CLASSES.isdisjoint(
        (node.attributes.get("class") or "").split()
    )


def _page(root: LexborNode | None, unseen: set[int]) -> _Page:
    page = _Page()
    if root is not None:
        layout = _layout_tables(root, unseen)
        for node, entering in _events(root, unseen):
            page.take(node, entering, layout)
    page.close()
    return page


def _events(root: LexborNode, unseen: set[int]) -> Iterator[tuple[LexborNode, bool]]:
    """Each node in the order of the source, as it begins (True) and ends (False), without what no reader sees.

    `unseen` are the further nodes, by memory id, whose contents are left out.
    Goes by links instead of calls: pages may be nested deeper than Python's limit.
    """
    node: LexborNode | None = root
    depth = 0
    while node is not None:
        yield node, True
        child = None if node.tag in UNSEEN or node.mem_id in unseen else node.first_child
        if child is not None:
            node, depth = child, depth + 1
            continue
        yield node, False
        while depth and node.next is None:
            parent = node.parent
            assert parent is not None
            node, depth = parent, depth - 1
            yield node, False
        node = node.next if depth else None


def _layout_tables(root: LexborNode, unseen: set[int]) -> set[int]:
    """The tables that only arrange the page: those that hold headings, other tables or preformatted text."""
    layout: set[int] = set()
    around: list[int] = []
    for node, entering in _events(root, unseen):
        tag = node.tag
        if entering and around and (tag == "table" or tag == "pre" or tag in HEADINGS):
            layout.add(around[-1])
        if tag == "table":
            if entering:
                around.append(node.mem_id)
            else:
                around.pop()
    return layout


def _without_cdata(source: str) -> str:
    """XHTML with its CDATA sections as escaped text, which an HTML parser would take for comments."""
    parts = source.split("<![CDATA[")
    rest = (part.partition("]]>") for part in parts[1:])
    return parts[0] + "".join(escape(inside) + after for inside, _, after in rest)
