"""Source code of common languages: what the language's grammar calls a definition becomes a heading, whatever errors are around it."""

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
"""Characters; a syntax tree takes some 60 bytes of memory for each. Longer files, and those with long lines, are read line by line."""

MAX_MARKS = 0.6
"""The share of punctuation, without white space, that code may have; for more of it a grammar's recovery from errors may take all memory."""

_MARKS = punctuation.replace("_", "")

MIN_OPERATORS = 0.03
"""The share of brackets, = and ; without white space that code has unless it is mostly comments. Prose takes a parser twenty times as long."""

_OPERATORS = "()[]{}=;<>"

SPARSE = 5_000
"""Characters for each line that may define something, at most, where there are few operators."""

SAMPLE = 16_384
SAMPLED = 4 * SAMPLE
"""Bytes from which on the beginning is parsed first, to see whether the rest is worth it."""

MAX_ERRORS = 14
"""Errors for a thousand bytes of the sample; headers full of macros come near, another language goes beyond."""

STEPS = 25
FREE_STEPS = 500
"""The parser's steps that are granted for a thousand bytes and beyond: code takes up to 19, what is none takes many and long ones."""

SECONDS = 10
"""A step may itself take long: where nothing closes a comment, each begins a search to the end."""

CHUNK = 65_536

_OPENING = re.compile(r"(?:=>|[\s{:(=;])+$")
_LONG_LINE = re.compile(r"[^\n]{5000}")
MAX_DEPTH = 60
"""How deep in the tree definitions are looked for."""

MAX_ON_LINE = 2
"""How deep in a node on one line: what defines on one line stands in an export or a declaration, not in an expression."""

MAX_HEADER = 2_000


SUFFIXES = tuple(BY_SUFFIX)

# These are also the names of what is only referred to; what defines has a body.
BODIED = frozenset({"struct_specifier", "union_specifier", "class_specifier", "enum_specifier"})
FUNCTIONS = frozenset(
    {"arrow_function", "function_expression", "generator_function", "class", "lambda"}
)


def read(data: bytes, path: str) -> Document:
    """The document in a source file; its title is the file's name. Raises Unreadable where it is binary or empty."""
    text = decode(data)
    if (
        len(text) > MAX_PARSED
        or _LONG_LINE.search(text)
        or not _is_worded(text)
        or _is_prose(text, path)
    ):
        return code.by_lines(text, path)
    found = definitions(
        text.encode("utf-8", "replace"), BY_SUFFIX["." + path.lower().rpartition(".")[2]]
    )
    if found is None:
        return code.by_lines(text, path)
    rows = count()
    return code.document(text, path, lambda line: found.get(next(rows)))


def _is_worded(text: str) -> bool:
    """True where as much of a text is letters and digits as in code."""
    marks = sum(map(text.count, _MARKS))
    return marks <= MAX_MARKS * (len(text) - sum(map(text.count, " \t\n")))


def _is_prose(text: str, path: str) -> bool:
    """True where a text has fewer operators than code, and hardly a line in it begins as a definition does."""
    if sum(map(text.count, _OPERATORS)) >= MIN_OPERATORS * (
        len(text) - sum(map(text.count, " \t\n"))
    ):
        return False
    return SPARSE * code.defining_lines(text, path) <= len(text)


def definitions(source: bytes, grammar: Grammar) -> dict[int, Heading] | None:
    """The definitions in a source text by the number of their line, from 0; none inside of functions.

    None where the text is so far from the language that reading it would take long.
    """
    parser = _parser(grammar)
    if len(source) > SAMPLED and _is_foreign(source, parser):
        return None
    tree = _parsed(source, parser)
    if tree is None:
        return None
    found: dict[int, Heading] = {}
    around: list[_Open] = []
    cursor = tree.walk()
    # A walk of one's own: the library's queries take time with the square of the children that an error leaves side by side.
    while True:
        node = cursor.node
        assert node is not None
        level, on_line = (around[-1].level, around[-1].on_line) if around else (1, 0)
        on_line = on_line + 1 if node.start_point.row == node.end_point.row else 0
        defines = _defines(node, grammar)
        if defines:
            row, words = _header(source, node, defines.body)
            found.setdefault(row, Heading(words, min(level, MAX_LEVEL)))
        inside = defines.holds if defines else on_line <= MAX_ON_LINE
        if inside and len(around) < MAX_DEPTH and cursor.goto_first_child():
            around.append(_Open(level + (defines is not None), on_line))
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return found
            around.pop()


@dataclass(frozen=True, slots=True)
class _Open:
    """A node that is walked through: the level of what is defined in it, and how many nodes around lie on its one line, itself counted."""

    level: int
    on_line: int


@dataclass(frozen=True, slots=True)
class _Definition:
    """What a node defines: its body, None without, and whether it may hold further definitions."""

    body: Node | None
    holds: bool


def _defines(node: Node, grammar: Grammar) -> _Definition | None:
    """What a node defines, None where it defines nothing."""
    kind = node.type
    if kind in grammar.names:
        value = _value(node)
        return _Definition(value.child_by_field_name("body"), holds=False) if value else None
    holds = kind in grammar.holders
    if not node.is_named or not (holds or kind in grammar.leaves):
        return None
    body = node.child_by_field_name("body")
    return None if body is None and kind in BODIED else _Definition(body, holds)


def _is_foreign(source: bytes, parser: Parser) -> bool:
    """True where the beginning of a source text, as many lines as fit into SAMPLE, is full of errors."""
    sample = source[: source.rfind(b"\n", 0, SAMPLE) + 1]
    tree = _parsed(sample, parser)
    return tree is None or _errors(tree) > MAX_ERRORS * len(sample) / 1_000


def _errors(tree: Tree) -> int:
    """How many errors a tree has."""
    found = 0
    cursor = tree.walk()
    while True:
        node = cursor.node
        assert node is not None
        found += node.is_error or node.is_missing
        if node.has_error and cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return found


def _parsed(source: bytes, parser: Parser) -> Tree | None:
    """The tree of a source text, None where it takes many more steps than code does."""
    left = FREE_STEPS + STEPS * len(source) // 1_000
    deadline = monotonic() + SECONDS

    def too_long(offset: int, has_error: bool) -> bool:
        nonlocal left
        left -= 1
        return left < 0 or monotonic() > deadline

    try:
        # The parser reports its steps only where it asks for its text bit by bit.
        return parser.parse(
            lambda offset, place: source[offset : offset + CHUNK], progress_callback=too_long
        )
    except ValueError:
        parser.reset()
        return None


@cache
def _parser(grammar: Grammar) -> Parser:
    from tree_sitter import Language, Parser

    return Parser(Language(getattr(import_module(grammar.package), grammar.language)()))


def _value(node: Node) -> Node | None:
    """The function that is given a name, None where it is something else."""
    value = node.child_by_field_name("value") or node.child_by_field_name("right")
    return value if value and value.type in FUNCTIONS else None


def _header(source: bytes, node: Node, body: Node | None) -> tuple[int, str]:
    """The line of a definition, from 0, and its words up to the body, without annotations."""
    start = source.rfind(b"\n", 0, node.start_byte) + 1
    if any(mark in source[start : node.start_byte] for mark in b";{}(="):
        start = node.start_byte
    end = body.start_byte if body else min(node.end_byte, start + MAX_HEADER)
    rows = source[start:end].decode("utf-8", "replace").split("\n")
    plain = (
        number
        for number, row in enumerate(rows)
        if row.strip() and not row.lstrip().startswith(("@", "[", "#["))
    )
    first = next(plain, 0)
    words = " ".join(" ".join(rows[first:] if body else rows[first : first + 1]).split())
    return node.start_point.row + first, _OPENING.sub("", words[: code.MAX_HEADING])
