"""Source code of common languages: what the language's grammar calls a definition becomes a heading, whatever errors are around it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from itertools import count
from typing import TYPE_CHECKING

from ..documents import Document
from . import code
from .code import Heading
from .decoding import decode

if TYPE_CHECKING:
    from tree_sitter import Node, Parser, Query

MAX_PARSED = 1_000_000
"""Characters; a syntax tree takes some 60 bytes of memory for each. Longer files, and those with long lines, are read line by line."""

_OPENING = re.compile(r"(?:=>|[\s{:(=;])+$")
_LONG_LINE = re.compile(r"[^\n]{5000}")
MAX_LEVEL = 6
MAX_HEADER = 2_000


@dataclass(frozen=True, slots=True)
class Grammar:
    """A package with a grammar, and the names that the grammar has for what becomes a heading.

    `holders` may hold further definitions, `leaves` hold none that count; `names` are given a value, which is a leaf where it is a function.
    """

    package: str
    holders: frozenset[str]
    leaves: frozenset[str]
    names: frozenset[str] = frozenset()
    language: str = "language"


# These are also the names of what is only referred to; what defines has a body.
BODIED = frozenset({"struct_specifier", "union_specifier", "class_specifier", "enum_specifier"})
FUNCTIONS = frozenset({"arrow_function", "function_expression", "generator_function", "class", "lambda"})


def _grammar(package: str, holders: str, leaves: str, names: str = "", language: str = "language") -> Grammar:
    """A row of the table, with its names parted by blanks."""
    return Grammar(
        f"tree_sitter_{package}",
        frozenset(holders.split()),
        frozenset(leaves.split()),
        frozenset(names.split()),
        language,
    )


_SCRIPT = (
    "class_declaration abstract_class_declaration interface_declaration internal_module module",
    "function_declaration generator_function_declaration method_definition function_signature abstract_method_signature "
    "type_alias_declaration enum_declaration",
    "variable_declarator assignment_expression public_field_definition field_definition pair",
)
_C = (
    "struct_specifier union_specifier class_specifier namespace_definition",
    "function_definition enum_specifier concept_definition",
)

GRAMMARS: dict[tuple[str, ...], Grammar] = {
    (".py", ".pyi"): _grammar("python", "class_definition", "function_definition"),
    (".js", ".mjs", ".cjs", ".jsx"): _grammar("javascript", *_SCRIPT),
    (".ts", ".mts", ".cts"): _grammar("typescript", *_SCRIPT, language="language_typescript"),
    (".tsx",): _grammar("typescript", *_SCRIPT, language="language_tsx"),
    (".go",): _grammar("go", "", "function_declaration method_declaration type_spec type_alias"),
    (".rs",): _grammar(
        "rust",
        "impl_item mod_item trait_item",
        "function_item function_signature_item struct_item enum_item union_item macro_definition type_item",
    ),
    (".java",): _grammar(
        "java",
        "class_declaration interface_declaration enum_declaration record_declaration annotation_type_declaration",
        "method_declaration constructor_declaration compact_constructor_declaration",
    ),
    (".c",): _grammar("c", *_C),
    (".h", ".cc", ".cpp", ".cxx", ".hh", ".hpp", ".hxx", ".cu"): _grammar("cpp", *_C),
    (".cs",): _grammar(
        "c_sharp",
        "class_declaration interface_declaration struct_declaration record_declaration namespace_declaration file_scoped_namespace_declaration",
        "method_declaration constructor_declaration property_declaration enum_declaration delegate_declaration operator_declaration",
    ),
    (".rb",): _grammar("ruby", "module class", "method singleton_method"),
    (".php",): _grammar(
        "php",
        "class_declaration interface_declaration trait_declaration enum_declaration namespace_definition",
        "function_definition method_declaration",
        language="language_php",
    ),
    (".sh", ".bash"): _grammar("bash", "", "function_definition"),
}
BY_SUFFIX = {suffix: grammar for suffixes, grammar in GRAMMARS.items() for suffix in suffixes}
SUFFIXES = tuple(BY_SUFFIX)


def read(data: bytes, path: str) -> Document:
    """The document in a source file; its title is the file's name. Raises Unreadable where it is binary or empty."""
    text = decode(data)
    if len(text) > MAX_PARSED or _LONG_LINE.search(text):
        return code.by_lines(text, path)
    grammar = BY_SUFFIX["." + path.lower().rpartition(".")[2]]
    found = definitions(text.encode("utf-8", "replace"), grammar)
    rows = count()
    return code.document(text, path, lambda line: found.get(next(rows)))


def definitions(source: bytes, grammar: Grammar) -> dict[int, Heading]:
    """The definitions in a source text by the number of their line, from 0; none inside of functions."""
    from tree_sitter import QueryCursor

    parser, query = _tools(grammar)
    found: dict[int, Heading] = {}
    # What is open, outermost first: the byte at which it ends, and whether it may hold definitions.
    around: list[tuple[int, bool]] = []
    nodes = QueryCursor(query).captures(parser.parse(source).root_node).get("definition", [])
    for node in sorted(nodes, key=lambda node: (node.start_byte, -node.end_byte)):
        while around and around[-1][0] <= node.start_byte:
            around.pop()
        if (around and not around[-1][1]) or len(around) >= MAX_LEVEL:
            continue
        value = _value(node) if node.type in grammar.names else None
        body = (value or node).child_by_field_name("body")
        if value is None and (node.type in grammar.names or (body is None and node.type in BODIED)):
            continue
        row, words = _header(source, node, body)
        around.append((node.end_byte, node.type in grammar.holders))
        found.setdefault(row, Heading(words, len(around)))
    return found


@cache
def _tools(grammar: Grammar) -> tuple[Parser, Query]:
    """The parser of a language, and the query that finds what may be a definition."""
    from tree_sitter import Language, Parser, Query

    language = Language(getattr(import_module(grammar.package), grammar.language)())
    # Related languages share a row, with names that not all of them have.
    named = sorted(
        kind for kind in grammar.holders | grammar.leaves | grammar.names if language.id_for_node_kind(kind, True)
    )
    kinds = " ".join(f"({kind})" for kind in named)
    return Parser(language), Query(language, f"[{kinds}] @definition")


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
    plain = (number for number, row in enumerate(rows) if row.strip() and not row.lstrip().startswith(("@", "[", "#[")))
    first = next(plain, 0)
    words = " ".join(" ".join(rows[first:] if body else rows[first : first + 1]).split())
    return node.start_point.row + first, _OPENING.sub("", words[: code.MAX_HEADING])
