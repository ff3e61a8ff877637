"""Builds the blocks of a web page from its nodes: paragraphs, list items, tables and headings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...documents import MAX_LEVEL, Block
from ..left_out import Part
from ..symbol_font import PRIVATE_SIGNS, signs
from . import mathml, raised
from .html_alternatives import image_words, input_words
from .html_walk import Walk

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
KINDS = {
    **dict.fromkeys(("li", "dt", "dd"), "list"),
    **dict.fromkeys(("pre", "listing", "xmp", "plaintext"), "code"),
}
CELLS = frozenset({"td", "th"})
BREAKING = frozenset(
    {
        *re.findall(
            r"\S+",
            "html body address article aside blockquote center details dialog dir div dl "
            "fieldset figcaption figure footer form header hgroup hr legend main menu nav ol "
            "optgroup option p search section select summary ul table caption thead tbody tfoot tr",
        ),
        *(HEADINGS | KINDS),
        *CELLS,
    }
)
"""Elements that begin and end a block."""

PARTING = frozenset({"button", "label", "input", "textarea", "output", "meter", "progress"})
"""Elements within a line that part words."""

_WORDS_OF_ELEMENTS = frozenset({"img", "area", "image", "input", "optgroup"})
"""Elements whose words are in an attribute."""

_SVG_LINES = frozenset({"text", "title", "desc", "foreignObject", "foreignobject"})

MAX_HEADING = 300
SECTIONS = frozenset({"section", "article"})
SECTION_CLASSES = frozenset(
    {"section", "sect1", "sect2", "sect3", "sect4", "refsect1", "refsect2", "refsect3"}
)
"""The classes that docutils, Asciidoctor and DocBook give to a `div` that is a section."""

_PERMALINK = re.compile(r"(?: ?¶| #)$")
_SPACE = re.compile(r"[ \t\n\f]+")
_AROUND_BREAK = re.compile(r"(?<! ) ++(?=[\n\t])|(?<=[\n\t]) ++")
_SPACES = re.compile(r"  +")
_PLAIN = frozenset(
    re.findall(
        r"\S+",
        "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd mark q s samp small "
        "span strike strong sub time tt u var wbr ruby rb -comment",
    )
)
"""Elements within a line that change nothing, which are most of them."""


class Page:
    """The text and blocks so far.

    `words` is the text of the open block, and `kinds` are the kinds of block of the open elements.
    `fonts` are the fonts of the open elements that name one.
    `tables` counts the open tables. `levels` are the levels of the headings in force;
    `open_sections` has each open section's node with the levels in force around the section.
    `section_changed` is true where a section has begun or ended since the last block.
    """

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.text: list[str] = []
        self.length = 0
        self.blocks: list[Block] = []
        self.words: list[str] = []
        self.kinds: list[str] = ["paragraph"]
        self.fonts: list[str] = [""]
        self.tables = 0
        self.levels: list[int] = []
        self.open_sections: list[tuple[int, list[int]]] = []
        self.section_changed = False
        layout = _layout_tables(walk) if walk.has_tables else set()
        for node, tag, entering in walk.events(walk.root, count=True):
            if tag == "-text":
                text = node.text_content or ""
                if self.fonts[-1]:
                    text = self.signs(text)
                self.words.append(text if self.kinds[-1] == "code" else _SPACE.sub(" ", text))
            else:
                self.take(node, tag, entering, layout)
        self.close()

    def take(self, node: LexborNode, tag: str, entering: bool, layout: set[int]) -> None:
        """Take one element as it begins or ends.

        `layout` are the memory ids of the tables that only arrange the page.
        """
        if self.walk.raised and (is_reference := self.walk.raised.get(node.mem_id)) is not None:
            begin = raised.REFERENCE if is_reference else raised.RAISED
            self.words.append(begin if entering else raised.END)
        if self.walk.fonts and (font := self.walk.fonts.get(node.mem_id)) is not None:
            if entering:
                self.fonts.append(font)
            else:
                self.fonts.pop()
        if tag in _PLAIN:
            return
        if tag == "br":
            if entering:
                self.words.append("\n" if self.tables == 0 else " ")
        elif tag == "table" and node.mem_id not in layout:
            # A table is one block.
            self.tables += 1 if entering else -1
            self.edge("table", entering)
        elif self.tables and tag in BREAKING:
            self.in_table(tag, entering)
        elif tag in BREAKING:
            self.edge(tag if tag in HEADINGS else KINDS.get(tag, self.kinds[-1]), entering)
            self.section(node, tag, entering)
        else:
            self.in_line(node, tag, entering)
        if entering and tag in _WORDS_OF_ELEMENTS:
            self.alternative(node, tag)

    def signs(self, text: str) -> str:
        """The text as the font of the open elements shows it; unnamed characters are counted."""
        shown, unnamed = signs(self.fonts[-1], text)
        if shown != text:
            self.walk.left_out.add(Part.CHARACTER, unnamed)
        return shown

    def in_line(self, node: LexborNode, tag: str, entering: bool) -> None:
        """Take an element within a line that parts words or stands for some."""
        if tag in PARTING or ("-" in tag[1:] and not tag.startswith("mjx-")):
            # Elements with a hyphen are a page's own, and most of them are boxes. MathJax's are
            # letters.
            self.words.append(" ")
        elif tag in _SVG_LINES:
            self.words.append("\n" if self.tables == 0 else " ")
        elif tag == "math" and entering and node.mem_id not in self.walk.unseen:
            is_block = node.attributes.get("display") == "block"
            words = mathml.words(node)
            self.words.append(f" {words} " if is_block else words)

    def alternative(self, node: LexborNode, tag: str) -> None:
        """Add the words that stand in an attribute of an element, if nothing hides it."""
        if node.mem_id not in self.walk.unseen:
            words = input_words(node) if tag == "input" else image_words(node, self.walk.captions)
            self.words.append(words)

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
        else:
            self.words.append(" ")

    def close(self) -> None:
        """End the open block and keep it where it has words."""
        if not self.words:
            return
        # Tidy the white space.
        kind = self.kinds[-1]
        text = "".join(self.words)
        self.words = []
        if self.walk.raised:
            text = raised.apart(text)
        text = text.strip("\n").rstrip() if kind == "code" else _tidy(text)
        level = HEADINGS.get(kind, 0)
        if level:
            text = _PERMALINK.sub("", text)
        if not text or text.isspace():
            return
        if not text.isascii():
            self.walk.left_out.add(Part.CHARACTER, len(PRIVATE_SIGNS.findall(text)))
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


def _tidy(text: str) -> str:
    """A block's text without white space around its lines, rows and cells, or blank lines."""
    if "\n" in text or "\t" in text:
        rows = (row.rstrip() for row in _AROUND_BREAK.sub("", text).split("\n"))
        text = "\n".join(row for row in rows if row)
    if "  " in text:
        text = _SPACES.sub(" ", text)
    text = text.strip()
    return text if text.isascii() else raised.superscripts_apart(text)


def _is_section(node: LexborNode, tag: str) -> bool:
    """True for a section element, or a `div` with a class that makes it one."""
    if tag in SECTIONS:
        return True
    return tag == "div" and not SECTION_CLASSES.isdisjoint(
        (node.attributes.get("class") or "").split()
    )


def _layout_tables(walk: Walk) -> set[int]:
    """The memory ids of the tables that only arrange the page.

    These hold headings, other tables or preformatted text.
    """
    layout: set[int] = set()
    open_tables: list[int] = []
    for node, tag, entering in walk.events(walk.root):
        if entering and open_tables and (tag == "table" or tag == "pre" or tag in HEADINGS):
            layout.add(open_tables[-1])
        if tag == "table":
            if entering:
                open_tables.append(node.mem_id)
            else:
                open_tables.pop()
    return layout
