"""HTML: the text that a browser shows, in blocks: paragraphs, list items, tables and headings."""

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
    re.findall(
        r"\w+",
        "head script style noscript template svg math iframe object canvas audio video rt rp",
    )
)
"""Elements whose contents are left out."""

BREAKING = frozenset(
    {
        *re.findall(
            r"\w+",
            "html body address article aside blockquote center details dialog div dl fieldset "
            "figcaption figure footer form header hr legend main menu nav ol optgroup option p "
            "section select summary ul table caption thead tbody tfoot tr",
        ),
        *(HEADINGS | KINDS),
        *CELLS,
    }
)
"""Elements that begin and end a block."""

MAX_HEADING = 300
SECTIONS = frozenset({"section", "article"})
SECTION_CLASSES = frozenset(
    {"section", "sect1", "sect2", "sect3", "sect4", "refsect1", "refsect2", "refsect3"}
)
"""The classes that docutils, Asciidoctor and DocBook give to a `div` that is a section."""

_PERMALINK = re.compile(r"(?: ?¶| #)$")
_CHARSET = re.compile(
    rb"""<meta[^>]{0,200}charset\s{0,5}=\s{0,5}["']?([\w.:-]{2,40})|<\?xml[^>]{0,100}encoding=["']([\w.:-]{2,40})""",
    re.I,
)
_SUBSET = re.compile(r"<!DOCTYPE[^\[>]{0,400}\[.*?\]\s*>", re.DOTALL | re.IGNORECASE)
_SPACE = re.compile(r"[ \t\n\f]+")
_AROUND_BREAK = re.compile(r"(?<! ) ++(?=[\n\t])|(?<=[\n\t]) ++")


def read(data: bytes, path: str) -> Document:
    """The document in a web page; its text is the text that the page shows, not the source.

    Raises Unreadable where the file is binary, empty or shows no text.
    """
    from selectolax.lexbor import LexborHTMLParser

    # Decode and parse the source.
    charset = _CHARSET.search(data[:4096])
    declared = (charset[1] or charset[2]).decode("ascii") if charset else ""
    source = decode(data, declared)
    if source.lstrip().startswith("<?xml"):
        source = _SUBSET.sub("", _without_cdata(source), count=1)
    tree = LexborHTMLParser(source)
    # Leave menus out, which stand on every page of a site, unless the page has nothing else.
    menus = {node.mem_id for node in tree.css("nav, [role=navigation]")}
    page = _page(tree.root, menus)
    if menus and not page.blocks:
        page = _page(tree.root, set())
    if not page.blocks:
        raise Unreadable(Reason.NO_TEXT, "the page shows no text")
    # Call the document by its title, else by its first main heading.
    title_node = tree.css_first("head title")
    title = " ".join(title_node.text().split()) if title_node is not None else ""
    heading = next((block.heading for block in page.blocks if block.level == 1), "")
    return Document(
        path,
        "html",
        title[:MAX_TITLE] or heading[:MAX_TITLE] or stem(path),
        "".join(page.text),
        tuple(page.blocks),
    )


class _Page:
    """The text and blocks so far.

    `words` is the text of the open block, and `kinds` are the kinds of block of the open elements.
    `tables` counts the open tables. `levels` are the levels of the headings in force;
    `open_sections` has each open section's node with the levels in force around the section.
    `section_changed` is true where a section has begun or ended since the last block.
    """

    def __init__(self) -> None:
        self.text: list[str] = []
        self.length = 0
        self.blocks: list[Block] = []
        self.words: list[str] = []
        self.kinds: list[str] = ["paragraph"]
        self.tables = 0
        self.levels: list[int] = []
        self.open_sections: list[tuple[int, list[int]]] = []
        self.section_changed = False

    def take(self, node: LexborNode, entering: bool, layout: set[int]) -> None:
        """Take one node as it begins or ends.

        `layout` are the memory ids of the tables that only arrange the page.
        """
        tag = node.tag or ""
        if tag == "-text":
            if entering:
                text = node.text_content or ""
                self.words.append(text if self.kinds[-1] == "code" else _SPACE.sub(" ", text))
        elif tag == "br":
            self.words.append("\n" if self.tables == 0 else " ")
        elif tag == "table" and node.mem_id not in layout:
            # A table is one block.
            self.tables += 1 if entering else -1
            self.edge("table", entering)
        elif self.tables:
            self.in_table(tag, entering)
        elif tag in BREAKING:
            self.edge(tag if tag in HEADINGS else KINDS.get(tag, self.kinds[-1]), entering)
            self.section(node, tag, entering)

    def section(self, node: LexborNode, tag: str, entering: bool) -> None:
        """Begin or end a section, if the element is one; its headings are in force inside it."""
        if entering and _is_section(node, tag):
            self.open_sections.append((node.mem_id, self.levels))
            self.section_changed = True
        elif not entering and self.open_sections and self.open_sections[-1][0] == node.mem_id:
            self.levels = self.open_sections.pop()[1]
            self.section_changed = True

    def edge(self, kind: str, entering: bool) -> None:
        """Begin or end a block of that kind."""
        self.close()
        if entering:
            self.kinds.append(kind)
        else:
            self.kinds.pop()

    def in_table(self, tag: str, entering: bool) -> None:
        """Take an element in a table: tabs part cells, newlines part rows, spaces part blocks."""
        if tag in CELLS:
            self.words.append("\t" if not entering else "")
        elif tag in ("tr", "caption"):
            self.words.append("\n")
        elif tag in BREAKING:
            self.words.append(" ")

    def close(self) -> None:
        """End the open block and keep it where it has words."""
        # Tidy the white space.
        kind = self.kinds[-1]
        text = "".join(self.words)
        self.words = []
        if kind == "code":
            text = text.strip("\n").rstrip()
        else:
            text = _AROUND_BREAK.sub("", text).replace("  ", " ")
            rows = (row.rstrip() for row in text.split("\n"))
            text = "\n".join(row for row in rows if row).strip()
        level = HEADINGS.get(kind, 0)
        if level:
            text = _PERMALINK.sub("", text)
        if not text.strip():
            return
        # Add the text behind the last block: items of a list stand close together.
        if self.blocks:
            self.add("\n" if kind == "list" == self.blocks[-1].kind else "\n\n")
        start = self.length
        self.add(text)
        # A heading changes the levels in force. The first other block of a section takes a level
        # too, below the headings in force.
        heading = " ".join(text[:MAX_HEADING].split()) if level else ""
        if level:
            self.levels = [*(above for above in self.levels if above < level), level]
        elif self.section_changed and self.blocks:
            level = min(max(self.levels, default=0) + 1, MAX_LEVEL)
        self.section_changed = False
        self.blocks.append(
            Block(start, self.length, "heading" if heading else kind, level, heading)
        )

    def add(self, text: str) -> None:
        """Append a text."""
        self.text.append(text)
        self.length += len(text)


def _is_section(node: LexborNode, tag: str) -> bool:
    """True for a section element, or a `div` with a class that makes it one."""
    if tag in SECTIONS:
        return True
    return tag == "div" and not SECTION_CLASSES.isdisjoint(
        (node.attributes.get("class") or "").split()
    )


def _page(root: LexborNode | None, unseen: set[int]) -> _Page:
    """The page under `root` without the contents of the nodes `unseen`, given by memory id."""
    page = _Page()
    if root is not None:
        layout = _layout_tables(root, unseen)
        for node, entering in _events(root, unseen):
            page.take(node, entering, layout)
    page.close()
    return page


def _events(root: LexborNode, unseen: set[int]) -> Iterator[tuple[LexborNode, bool]]:
    """Each node in the order of the source, as it begins (True) and as it ends (False).

    The contents of UNSEEN elements are left out, and those of the nodes `unseen`, given by memory
    id. The walk follows links instead of calling itself, because pages may be nested deeper than
    Python's recursion limit.
    """
    node: LexborNode | None = root
    depth = 0
    while node is not None:
        # Go down to the first child.
        yield node, True
        child = None if node.tag in UNSEEN or node.mem_id in unseen else node.first_child
        if child is not None:
            node, depth = child, depth + 1
            continue
        # Without children, go up to the nearest node that has a next sibling, and on to that.
        yield node, False
        while depth and node.next is None:
            parent = node.parent
            assert parent is not None
            node, depth = parent, depth - 1
            yield node, False
        node = node.next if depth else None


def _layout_tables(root: LexborNode, unseen: set[int]) -> set[int]:
    """The memory ids of the tables that only arrange the page.

    These hold headings, other tables or preformatted text.
    """
    layout: set[int] = set()
    open_tables: list[int] = []
    for node, entering in _events(root, unseen):
        tag = node.tag
        if entering and open_tables and (tag == "table" or tag == "pre" or tag in HEADINGS):
            layout.add(open_tables[-1])
        if tag == "table":
            if entering:
                open_tables.append(node.mem_id)
            else:
                open_tables.pop()
    return layout


def _without_cdata(source: str) -> str:
    """XHTML with its CDATA sections as escaped text; an HTML parser takes them for comments."""
    parts = source.split("<![CDATA[")
    rest = (part.partition("]]>") for part in parts[1:])
    return parts[0] + "".join(escape(cdata) + after for cdata, _, after in rest)
