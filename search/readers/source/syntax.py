"""Source code of common languages: definitions in the language's grammar become headings.

Errors around a definition do not matter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from itertools import count
from string import punctuation
from time import monotonic
from typing import TYPE_CHECKING

from ...documents import MAX_LEVEL, Document
from ..decoding import decode
from . import code
from .code import Heading
from .grammars import BY_SUFFIX, Grammar

if TYPE_CHECKING:
    from tree_sitter import Node, Parser, Tree

MAX_PARSED = 1_000_000
"""Characters; a syntax tree takes some 60 bytes of memory for each.

Longer files, and files with long lines, are read line by line.
"""

MAX_MARKS = 0.6
"""The largest share of punctuation in code, not counting white space.

With more of it, a grammar's recovery from errors may take all memory.
"""

_MARKS = punctuation.replace("_", "")

MIN_OPERATORS = 0.03
"""The smallest share of brackets, = and ; in code that is not mostly comments.

White space does not count. Prose takes a parser twenty times as long as code.
"""

_OPERATORS = "()[]{}=;<>"

SPARSE = 5_000
"""The most characters for each line that may define something, in code with few operators."""

SAMPLE = 16_384
SAMPLED = 4 * SAMPLE
"""In a file of more bytes, a sample of the beginning is parsed first, to see if it is code."""

MAX_ERRORS = 14
"""The most errors in a thousand bytes of the sample.

Headers full of macros come near; another language goes beyond.
"""

STEPS = 25
FREE_STEPS = 500
"""The parser's steps: STEPS for a thousand bytes, and FREE_STEPS more for the file.

Code takes up to 19 for a thousand bytes; text that is not code takes many and long ones.
"""

SECONDS = 10
"""The most seconds for a file, because one step may take long.

In a comment without an end, each step begins a search to the end of the file.
"""

CHUNK = 65_536

_OPENING = re.compile(r"(?:=>|[\s{:(=;])+$")
_LONG_LINE = re.compile(r"[^\n]{5000}")
MAX_DEPTH = 60
"""How deep in the tree definitions are looked for."""

MAX_ON_LINE = 2
"""How deep inside a node on a single line definitions are looked for.

A definition on a single line lies in an export or a declaration, not in an expression.
"""

MAX_HEADER = 2_000


SUFFIXES = tuple(BY_SUFFIX)

# Nodes of these types are definitions only with a body; without one they are mere references.
BODIED = frozenset({"struct_specifier", "union_specifier", "class_specifier", "enum_specifier"})
FUNCTIONS = frozenset(
    {"arrow_function", "function_expression", "generator_function", "class", "lambda"}
)


def read(data: bytes, path: str) -> Document:
    """The document in a source file; its title is the file's name.

    Raises Unreadable where the file is binary or empty.
    """
    text = decode(data)
    # A parser would take too long or too much memory for such a text.
    if (
        len(text) > MAX_PARSED
        or _LONG_LINE.search(text)
        or not _is_worded(text)
        or _is_prose(text, path)
    ):
        return code.by_lines(text, path)
    headings = definitions(
        text.encode("utf-8", "replace"), BY_SUFFIX["." + path.lower().rpartition(".")[2]]
    )
    if headings is None:
        return code.by_lines(text, path)
    rows = count()
    return code.document(text, path, lambda line: headings.get(next(rows)))


def _is_worded(text: str) -> bool:
    """True where no larger share of a text is punctuation than in code."""
    marks = sum(map(text.count, _MARKS))
    return marks <= MAX_MARKS * (len(text) - sum(map(text.count, " \t\n")))


def _is_prose(text: str, path: str) -> bool:
    """True where a text has fewer operators than code, and hardly a line that defines something."""
    if sum(map(text.count, _OPERATORS)) >= MIN_OPERATORS * (
        len(text) - sum(map(text.count, " \t\n"))
    ):
        return False
    return SPARSE * code.defining_lines(text, path) <= len(text)


def definitions(source: bytes, grammar: Grammar) -> dict[int, Heading] | None:
    """The definitions in a source text by their row, from 0; those inside functions are left out.

    None where the text is so far from the language that reading it would take long.
    """
    parser = _parser(grammar)
    if len(source) > SAMPLED and _is_foreign(source, parser):
        return None
    tree = _parsed(source, parser)
    if tree is None:
        return None
    headings: dict[int, Heading] = {}
    open_nodes: list[_OpenNode] = []
    cursor = tree.walk()
    # This walk replaces the library's queries, whose time grows with the square of the children
    # that an error leaves side by side.
    while True:
        node = cursor.node
        assert node is not None
        level, on_line = (open_nodes[-1].level, open_nodes[-1].on_line) if open_nodes else (1, 0)
        on_line = on_line + 1 if node.start_point.row == node.end_point.row else 0
        definition = _defines(node, grammar)
        # Keep a definition as the heading of its row.
        if definition:
            row, words = _header(source, node, definition.body)
            headings.setdefault(row, Heading(words, min(level, MAX_LEVEL)))
        # Go down into what may hold definitions, else on to the next node in reading order.
        descends = definition.may_hold if definition else on_line <= MAX_ON_LINE
        if descends and len(open_nodes) < MAX_DEPTH and cursor.goto_first_child():
            open_nodes.append(_OpenNode(level + (definition is not None), on_line))
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return headings
            open_nodes.pop()


@dataclass(frozen=True, slots=True)
class _OpenNode:
    """A node whose children are being walked through.

    level: the level of a definition directly inside it.
    on_line: how many nodes, this one included, lie inside each other on its single line; else 0.
    """

    level: int
    on_line: int


@dataclass(frozen=True, slots=True)
class _Definition:
    """What a node defines: its body, if any, and whether it may hold further definitions."""

    body: Node | None
    may_hold: bool


def _defines(node: Node, grammar: Grammar) -> _Definition | None:
    """What a node defines, None where it defines nothing."""
    kind = node.type
    if kind in grammar.names:
        value = _value(node)
        return _Definition(value.child_by_field_name("body"), may_hold=False) if value else None
    may_hold = kind in grammar.holders
    if not node.is_named or not (may_hold or kind in grammar.leaves):
        return None
    body = node.child_by_field_name("body")
    return None if body is None and kind in BODIED else _Definition(body, may_hold)


def _is_foreign(source: bytes, parser: Parser) -> bool:
    """True where the first lines of a source text, up to SAMPLE bytes, hold too many errors."""
    sample = source[: source.rfind(b"\n", 0, SAMPLE) + 1]
    tree = _parsed(sample, parser)
    return tree is None or _errors(tree) > MAX_ERRORS * len(sample) / 1_000


def _errors(tree: Tree) -> int:
    """The number of errors in a tree."""
    error_count = 0
    cursor = tree.walk()
    while True:
        node = cursor.node
        assert node is not None
        error_count += node.is_error or node.is_missing
        if node.has_error and cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return error_count


def _parsed(source: bytes, parser: Parser) -> Tree | None:
    """The tree of a source text, None where it takes many more steps than code does."""
    remaining_steps = FREE_STEPS + STEPS * len(source) // 1_000
    deadline = monotonic() + SECONDS

    def too_long(offset: int, has_error: bool) -> bool:
        nonlocal remaining_steps
        remaining_steps -= 1
        return remaining_steps < 0 or monotonic() > deadline

    try:
        # The parser reports its steps only where it asks for its text piece by piece.
        return parser.parse(
            lambda offset, place: source[offset : offset + CHUNK], progress_callback=too_long
        )
    except ValueError:
        parser.reset()
        return None


@cache
def _parser(grammar: Grammar) -> Parser:
    """The parser for a grammar; it is made once."""
    from tree_sitter import Language, Parser

    return Parser(Language(getattr(import_module(grammar.package), grammar.language)()))


def _value(node: Node) -> Node | None:
    """The function that a node gives a name to, None where its value is something else."""
    value = node.child_by_field_name("value") or node.child_by_field_name("right")
    return value if value and value.type in FUNCTIONS else None


def _header(source: bytes, node: Node, body: Node | None) -> tuple[int, str]:
    """The row of a definition, from 0, and its words up to the body, without annotations."""
    start = source.rfind(b"\n", 0, node.start_byte) + 1
    if any(mark in source[start : node.start_byte] for mark in b";{}(="):
        start = node.start_byte
    end = body.start_byte if body else min(node.end_byte, start + MAX_HEADER)
    row_texts = source[start:end].decode("utf-8", "replace").split("\n")
    unannotated = (
        number
        for number, row in enumerate(row_texts)
        if row.strip() and not row.lstrip().startswith(("@", "[", "#["))
    )
    first_row = next(unannotated, 0)
    words = " ".join(
        " ".join(row_texts[first_row:] if body else row_texts[first_row : first_row + 1]).split()
    )
    return node.start_point.row + first_row, _OPENING.sub("", words[: code.MAX_HEADING])
