"""The grammars of common languages: each one's package, and its node types that become headings."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Grammar:
    """A package with a grammar, and the grammar's node types that become headings.

    holders: definitions that may hold further definitions.
    leaves: definitions whose inner definitions do not count.
    names: names that are given a value; they are leaves where the value is a function.
    language: the function of the package that returns the language.
    """

    package: str
    holders: frozenset[str]
    leaves: frozenset[str]
    names: frozenset[str] = frozenset()
    language: str = "language"


def _grammar(
    package: str, holders: str, leaves: str, names: str = "", language: str = "language"
) -> Grammar:
    """A row of the table, whose node types are separated by spaces."""
    return Grammar(
        f"tree_sitter_{package}",
        frozenset(holders.split()),
        frozenset(leaves.split()),
        frozenset(names.split()),
        language,
    )


_SCRIPT = (
    "class_declaration abstract_class_declaration interface_declaration internal_module module",
    "function_declaration generator_function_declaration method_definition function_signature "
    "abstract_method_signature type_alias_declaration enum_declaration",
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
        "function_item function_signature_item struct_item enum_item union_item macro_definition "
        "type_item",
    ),
    (".java",): _grammar(
        "java",
        "class_declaration interface_declaration enum_declaration record_declaration "
        "annotation_type_declaration",
        "method_declaration constructor_declaration compact_constructor_declaration",
    ),
    (".c",): _grammar("c", *_C),
    (".h", ".cc", ".cpp", ".cxx", ".hh", ".hpp", ".hxx", ".cu"): _grammar("cpp", *_C),
    (".cs",): _grammar(
        "c_sharp",
        "class_declaration interface_declaration struct_declaration record_declaration "
        "namespace_declaration file_scoped_namespace_declaration",
        "method_declaration constructor_declaration property_declaration enum_declaration "
        "delegate_declaration operator_declaration",
    ),
    (".rb",): _grammar("ruby", "module class", "method singleton_method"),
    (".php",): _grammar(
        "php",
        "class_declaration interface_declaration trait_declaration enum_declaration "
        "namespace_definition",
        "function_definition method_declaration",
        language="language_php",
    ),
    (".sh", ".bash"): _grammar("bash", "", "function_definition"),
}
BY_SUFFIX = {suffix: grammar for suffixes, grammar in GRAMMARS.items() for suffix in suffixes}
