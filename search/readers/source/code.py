"""Source code: lines that define something become headings, and blank lines separate blocks.

A heading is the line of a definition, together with the comments and decorators right above it. The
definition is at the top level, or directly inside a class or the like.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from ...documents import Block, Document
from ..decoding import decode
from ..left_out import undecoded
from ..lines import Line, lines
from ..title import file_name

MAX_LINE = 300
"""Longer lines are data or minified code, in which no definition is looked for."""

MAX_HEADING = 120

_MODIFIERS = (
    r"(?:(?:public|private|protected|internal|static|final|abstract|virtual|override|async|sealed|"
    r"partial|readonly|open|data|inline|suspend|export|default|declare|pub(?:\([\w: ]{1,40}\))?|"
    r"unsafe|extern|const|case|implicit|lazy|local|fileprivate|mutating|synchronized|native|get|"
    r"set) ++){0,6}"
)
# Possessive quantifiers keep the work proportional to the line, whatever stands in it.
_CALL = r"[\w$#~]{1,80}+ *+\([^;=]*+$"
_NO_KEYWORD = (
    r"(?!(?:if|for|while|switch|catch|return|else|do|with|new|throw|case|await|yield|using|lock|"
    r"foreach|elif|super|function)\b)"
)

# For each language: how a line that defines something begins.
DEFINITIONS: dict[str, str] = {
    "python": r"(?:async +)?def +\w|class +\w",
    "script": rf"{_MODIFIERS}(?:function\b|class +\w|interface +\w|enum +\w|namespace +\w|"
    rf"type +\w+ *=|(?:const|let|var) +\w+ *=[^;]{{0,80}}(?:=>|\bfunction\b))|"
    rf"{_MODIFIERS}{_NO_KEYWORD}{_CALL}(?<=\{{)",
    "go": r"func\b|type +\w",
    "rust": rf"{_MODIFIERS}(?:fn|struct|enum|trait|impl|mod|union|macro_rules!)[ <]",
    "java": rf"{_MODIFIERS}(?:(?:class|interface|enum|record|struct|namespace|@interface) +\w|"
    rf"{_NO_KEYWORD}[\w<>\[\],.?]{{1,80}}+ ++{_NO_KEYWORD}{_CALL})",
    "kotlin": rf"{_MODIFIERS}(?:fun|class|interface|object|trait|enum|func|struct|protocol|"
    r"extension|def|init)\b",
    "c": rf"(?:struct|class|enum|union|namespace|template|typedef +struct)\b|"
    rf"{_NO_KEYWORD}[\w:*&<>~, ]{{1,120}}[ *&]{_NO_KEYWORD}[\w:~]{{1,80}}+ *+\([^;]{{0,200}}+$",
    "ruby": r"(?:def|class|module) +\w",
    "php": rf"{_MODIFIERS}(?:function|class|interface|trait|enum) +\w",
    "shell": r"(?:function +)?[\w:.-]{1,80}+ *+\(\)|function +\w",
    "sql": r"(?i:create|alter|drop|insert +into|with|merge|grant)\b",
    "lua": r"(?:local +)?function\b",
    "perl": r"(?:sub|package) +\w",
    "elixir": r"(?:defmodule|defp?|defmacro|defprotocol|defimpl) +\w",
    "erlang": r"[a-z]\w{0,80}\([^)]{0,200}\) *(?:when\b.{0,100})?->|-module\b",
    "haskell": r"(?:data|newtype|class|instance|type|module) +\w|[\w']{1,80} +::",
    "ocaml": r"(?:let|module|type|and) +\w",
    "lisp": r"\((?:def|ns)[\w-]{0,40}\b",
    "r": r"[\w.]{1,80} *(?:<-|=) *function\b",
    "sections": r"\[[^\]]{1,100}\]",
    "blocks": r"(?:message|service|enum|resource|module|variable|output|data|provider|type|"
    r"interface|input|query|mutation)\b[^=;]{0,100}\{",
    "plain": r"(?!)",
}

# For all languages: definitions that may hold further definitions.
_CONTAINER = re.compile(
    r"\b(?:class|interface|enum|record|struct|namespace|impl|trait|mod|module|object|extension|"
    r"protocol|defmodule|defprotocol)\b"
)

_SUFFIXES = {
    "python": ".py .pyi .pyx",
    "script": ".js .mjs .cjs .jsx .ts .mts .cts .tsx .vue .svelte",
    "java": ".java .cs .dart .groovy .gradle",
    "kotlin": ".kt .kts .scala .sc .swift",
    "c": ".c .h .cc .cpp .cxx .hh .hpp .hxx .m .mm .cu .glsl",
    "shell": ".sh .bash .zsh .fish .ksh",
    "elixir": ".ex .exs",
    "erlang": ".erl .hrl",
    "ocaml": ".ml .mli .fs .fsx",
    "lisp": ".clj .cljs .el .lisp .scm",
    "perl": ".pl .pm",
    "sections": ".toml .ini .cfg .conf",
    "blocks": ".proto .tf .hcl .graphql .gql",
    "plain": ".css .scss .less .properties "
    ".cmake .mk .bat .ps1 .vim .asm .s .jl .zig .nim .sol .tcl",
    "go": ".go",
    "rust": ".rs",
    "ruby": ".rb",
    "php": ".php",
    "sql": ".sql",
    "lua": ".lua",
    "haskell": ".hs",
    "r": ".r",
}
LANGUAGES: dict[str, str] = {
    suffix: language for language, suffixes in _SUFFIXES.items() for suffix in suffixes.split()
}
SUFFIXES = tuple(LANGUAGES)


def read(data: bytes, path: str) -> Document:
    """The document in a source file; its title is the file's name.

    Raises Unreadable where the file is binary or empty.
    """
    return by_lines(decode(data), path)


def by_lines(text: str, path: str) -> Document:
    """The document of source code whose definitions are recognised by how their lines begin."""
    return document(text, path, _Finder(_definition(path)))


def defining_lines(text: str, path: str) -> int:
    """How many lines of source code, however deeply indented, begin as a definition does."""
    definition = _definition(path)
    return sum(
        bool(definition.match(line.words))
        for line in lines(text)
        if 0 < len(line.words) <= MAX_LINE
    )


def _definition(path: str) -> re.Pattern[str]:
    """The pattern for the beginning of a definition in the language of the file."""
    suffix = "." + file_name(path).lower().rpartition(".")[2]
    return re.compile(DEFINITIONS[LANGUAGES.get(suffix, "plain")])


def document(text: str, path: str, find: Callable[[Line], Heading | None]) -> Document:
    """The document of source code. `find` gives the heading for each line in turn, or None."""
    parser = _Parser(find)
    for line in lines(text):
        parser.take(line)
    parser.close()
    blocks = tuple(parser.blocks)
    return Document(path, "code", file_name(path), text, blocks, warnings=undecoded(text))


@dataclass(frozen=True, slots=True)
class Heading:
    """A definition as a heading: its words, and its level, 1 for a definition inside no other."""

    words: str
    level: int


@dataclass
class _Finder:
    """Finds definitions line by line.

    `open_definitions` are the indents of the definitions around the line, outermost first, each
    with whether it may hold further definitions.
    """

    definition: re.Pattern[str]
    open_definitions: list[tuple[int, bool]] = field(default_factory=list)

    def __call__(self, line: Line) -> Heading | None:
        """The heading of a line with a definition at the top level or directly in a container."""
        words = line.words
        if not words or len(words) > MAX_LINE or not self.definition.match(words):
            return None
        open_definitions = [
            (indent, holds) for indent, holds in self.open_definitions if indent < line.indent
        ]
        if (
            (open_definitions and not open_definitions[-1][1])
            or (line.indent and not open_definitions)
            or len(open_definitions) >= 6
        ):
            return None
        self.open_definitions = [*open_definitions, (line.indent, bool(_CONTAINER.search(words)))]
        return Heading(words[:MAX_HEADING].rstrip(" {:("), len(self.open_definitions))


@dataclass
class _Parser:
    """One pass over the lines.

    The open block is text[start:end]; `start` is -1 where no block is open. `comments_start` is the
    offset of the comments and decorators right above the line; -1 without any.
    """

    find: Callable[[Line], Heading | None]
    blocks: list[Block] = field(default_factory=list)
    start: int = -1
    end: int = -1
    comments_start: int = -1

    def take(self, line: Line) -> None:
        """Take the next line of the file."""
        words = line.words
        heading = self.find(line)
        if not words:
            self.close()
            self.comments_start = -1
        elif heading:
            # Comments right above a definition leave the open block and join the heading.
            comments_start = self.comments_start
            if comments_start >= 0 and self.start >= 0:
                self.end = comments_start - 1
            self.close()
            begin = comments_start if comments_start >= 0 else line.start
            self.blocks.append(Block(begin, line.end, "heading", heading.level, heading.words))
            self.comments_start = -1
        else:
            if self.start < 0:
                self.start = line.start
            self.end = line.end
            if not _belongs_below(words):
                self.comments_start = -1
            elif self.comments_start < 0:
                self.comments_start = line.start

    def close(self) -> None:
        if 0 <= self.start < self.end:
            self.blocks.append(Block(self.start, self.end, "code"))
        self.start = -1


def _belongs_below(words: str) -> bool:
    """True for a comment, decorator or attribute, which belongs to the definition below it."""
    return words.startswith(
        ("#", "//", "/*", "*", "@", "--", ";", "%", '"""', "template<", "template <")
    ) and not words.startswith(("#include", "#define"))
